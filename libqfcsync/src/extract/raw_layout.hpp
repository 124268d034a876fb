#pragma once

#include <qfcsync/schema.hpp>

#include "extract/raw_compare.hpp"

#include <cstdint>
#include <vector>

struct sqlite3;

namespace qfcsync::extraction {

/// Where a rowid table and the values of its columns stand in a file.
struct RawLayout {
  std::uint32_t root = 0;
  std::vector<RawColumn> columns;
};

/// Texts of RawColumn::missing are in the encoding of the database.
///
/// @errors Corrupt, Busy, Io
RawLayout read_layout(sqlite3* database, const TableSchema& table);

}  // namespace qfcsync::extraction
