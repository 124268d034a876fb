#pragma once

#include <qfcsync/schema.hpp>

#include "extract/progress.hpp"
#include "extract/row_sink.hpp"

struct sqlite3;

namespace qfcsync::extraction {

/// Compares a table of two databases through SQLite: all kinds of tables, encodings and journals.
///
/// Both sides have the same columns. Memory is that of SQLite's sorter, which spills, and of a row
/// of each side.
///
/// @errors  Corrupt, Busy, Io, and what sink and meter throw
void compare_ordered(sqlite3* base, const TableSchema& base_table, sqlite3* modified,
                     const TableSchema& modified_table, RowSink& sink, ProgressMeter& meter);

}  // namespace qfcsync::extraction
