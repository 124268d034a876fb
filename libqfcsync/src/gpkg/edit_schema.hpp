#pragma once

#include "model/fit.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;

namespace qfcsync::gpkg::edit {

enum class ColumnKind { Integer, Real, Boolean, Text, Blob, Date, DateTime };

/// A column that QGIS shows as a field.
struct Column {
  std::string name;
  std::string type;  ///< as declared, upper case
  ColumnKind kind = ColumnKind::Text;
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::string default_sql;  ///< "" if there is none
  bool is_unique = false;   ///< the table itself sees to it
  bool is_generated = false;
};

/// What is known about a table that deltas go to.
struct TableSchema {
  std::string name;       ///< as stored
  bool is_plain = false;  ///< false: a view or virtual table
  std::vector<Column> columns;
  std::unordered_map<std::string, std::size_t> index;  ///< name -> position in columns

  std::string geometry;  ///< "" for a table without geometry
  model::GeometryRule geometry_rule;
  std::int32_t srs_id = 0;

  int key_columns = 0;  ///< of the primary key
  std::optional<std::size_t> key;
  bool key_is_rowid = false;
  std::string locator;  ///< SQL expression that finds one row fast: the rowid or the key

  bool has_count_triggers = false;  ///< GDAL's, for gpkg_ogr_contents

  const Column* find(const std::string& column) const;
};

/// Kind of a declared type, as GDAL takes it.
ColumnKind kind_of(std::string_view upper_type);

/// Reads a table; "" means the first one that gpkg_contents lists.
///
/// @return nullopt when there is no such table or it is one of the format's own
/// @errors Corrupt, Io, Busy
std::optional<TableSchema> read_schema(sqlite3* database, const std::string& table);

}  // namespace qfcsync::gpkg::edit
