#pragma once

#include <qfcsync/value.hpp>

#include <string>

struct sqlite3_stmt;

namespace qfcsync::apply {

/// Binds by reference: the bytes must live until the statement is reset. Undefined binds NULL.
///
/// @return false: the value is larger than SQLite takes
bool try_bind_cell(sqlite3_stmt* statement, int index, const ValueView& value);

/// The same for values that came from the file or fitted before. @errors LimitExceeded
void bind_cell(sqlite3_stmt* statement, int index, const ValueView& value);

/// A cell of the row that the statement stands on; valid until it moves.
ValueView read_cell(sqlite3_stmt* statement, int index);

/// Appends bytes that are the same for equal values only, also when several follow each other.
void append_cell(std::string& out, const ValueView& value);

/// Reads what append_cell wrote and moves on; the view points into bytes.
ValueView take_cell(std::string_view& bytes);

/// For people: 5, 'oak', NULL, blob of 60 bytes. Long texts are cut.
std::string cell_text(const ValueView& value);

}  // namespace qfcsync::apply
