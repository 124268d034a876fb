#pragma once

#include <qfcsync/schema.hpp>

#include <string>
#include <vector>

struct sqlite3;

namespace qfcsync::gpkg {

struct TableIndexes {
  bool key_has_index = false;                    ///< the primary key is not the rowid
  std::vector<std::vector<std::string>> unique;  ///< see TableSchema::unique; sorted
};

/// @param key  columns of the primary key
/// @errors     Corrupt, Busy, Io
TableIndexes read_indexes(sqlite3* database, const TableSchema& table,
                          const std::vector<std::string>& key);

}  // namespace qfcsync::gpkg
