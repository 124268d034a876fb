#pragma once

#include "gpkg/table_source.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qfcsync::gpkg {

/// One attribute column of a table, in the order of the table.
struct ColumnInfo {
  std::string name;
  std::string type;  ///< as declared, upper case
  bool has_default = false;
};

/// A table or view of a GeoPackage as QGIS shows it as a layer.
struct TableInfo {
  std::string name;  ///< as stored, whatever case was asked for
  bool is_view = false;
  std::string key;  ///< integer primary key, "" if there is none
  bool has_composite_key = false;
  std::string geometry;       ///< geometry column, "" if there is none
  std::string geometry_type;  ///< GeoPackage name, e.g. "MULTIPOLYGON"; "" without geometry
  int z = 0;                  ///< 0 none, 1 mandatory, 2 optional
  int m = 0;
  std::optional<int> srs_id;
  std::string authority;  ///< of the reference system, e.g. "EPSG:2056"; "" if undefined
  std::string description;
  std::vector<ColumnInfo> columns;  ///< without key and geometry

  /// Type code of QGIS: 1 Point, 1006 MultiPolygonZ, 0 unknown, 100 no geometry.
  int wkb_type() const;
};

/// The tables that count as layers: with geometry first, then the others, each in stored order.
std::vector<std::string> layer_tables(SQLite::Database& database);

/// Reads one table.
///
/// @param name  matched exactly, else ignoring case; "" means the first layer
/// @return      nullopt when there is no such table
/// @errors      Corrupt
std::optional<TableInfo> read_table(SQLite::Database& database, const std::string& name);

/// Whether a text is one usable SQL condition for the table and reads nothing else.
///
/// @return  "" if so, else what SQLite says
std::string check_condition(SQLite::Database& database, const TableInfo& table,
                            const std::string& condition);

}  // namespace qfcsync::gpkg
