#pragma once

#include "gpkg/table_info.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::gpkg {

/// Time stamp of everything we write into a package: equal content has to give equal bytes.
inline constexpr const char* kFixedLastChange = "2000-01-01T00:00:00.000Z";

/// System tables of an empty GeoPackage 1.3 with GDAL's table of feature counts.
std::string_view system_tables_sql();

/// Names of a table in a package.
struct PackagedTable {
  std::string name;
  std::string key;
  std::string geometry;  ///< "" without geometry
};

/// CREATE TABLE for a copy of the source: a new key, the geometry, the source's key as an ordinary
/// column, the other columns in order.
std::string create_table_sql(const PackagedTable& table, const TableInfo& source);

/// Type of a packaged column for a declared type of the source.
std::string packaged_type(const std::string& declared);

/// Triggers that keep the spatial index right (GeoPackage 1.3, extension rtree).
std::vector<std::string> rtree_triggers_sql(const PackagedTable& table);

/// Triggers that keep GDAL's feature count right.
std::vector<std::string> count_triggers_sql(const PackagedTable& table);

}  // namespace qfcsync::gpkg
