#include "replica/unnamed_rows.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>

#include "gpkg/edit_statement.hpp"
#include "gpkg/read_connection.hpp"
#include "gpkg/row_compare.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::replica {
namespace {

using gpkg::edit::sql_name;

bool has_unnamed_rows(const TableNote& note) {
  return note.reason == TableNote::Reason::NoKey || note.reason == TableNote::Reason::Virtual;
}

/// The rows of a table that no key names: all of them, or those with NULL in their key.
std::string query_for(const TableNote& note, const DatabaseSchema& schema) {
  std::string sql = fmt::format("SELECT * FROM main.{}", sql_name(note.table));
  if (note.reason == TableNote::Reason::Virtual) return sql;
  sql += " NOT INDEXED";  // an index that has all columns would give another order
  const TableSchema* table = schema.find(note.table);
  if (table == nullptr) return sql;
  const char* link = " WHERE ";
  for (const ColumnSchema& column : table->columns) {
    if (column.key == 0) continue;
    sql += link + sql_name(column.name) + " IS NULL";
    link = " OR ";
  }
  return sql;
}

bool has_table(const gpkg::ReadConnection& file, const std::string& table) {
  gpkg::edit::Statement statement(file.handle(),
                                  "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1");
  return statement.bind_text(1, table).step();
}

bool is_same_in(const gpkg::ReadConnection& a, const gpkg::ReadConnection& b, const TableNote& note,
                const DatabaseSchema& schema, const Progress& progress) {
  if (has_table(a, note.table) != has_table(b, note.table)) return false;
  const auto tick = [&progress] {
    if (progress && !progress(0)) throw Error(ErrorCode::Cancelled, "the comparison was stopped");
  };
  return !has_table(a, note.table) ||
         gpkg::have_same_rows(a.handle(), b.handle(), query_for(note, schema), tick);
}

}  // namespace

void drop_needless_notes(const std::filesystem::path& base, const std::filesystem::path& ours,
                         const std::filesystem::path& theirs, const DatabaseSchema& schema,
                         std::vector<TableNote>& notes, const Progress& progress) {
  if (std::none_of(notes.begin(), notes.end(), has_unnamed_rows)) return;
  const gpkg::ReadConnection base_file(base);
  const gpkg::ReadConnection our_file(ours);
  const gpkg::ReadConnection their_file(theirs);
  std::erase_if(notes, [&](const TableNote& note) {
    return has_unnamed_rows(note) && (is_same_in(our_file, base_file, note, schema, progress) ||
                                      is_same_in(our_file, their_file, note, schema, progress));
  });
  for (TableNote& note : notes) {
    if (!has_unnamed_rows(note)) continue;
    note.has_changes = true;
    note.text += "; ours changed it, but the result has the rows of theirs";
  }
  base_file.check_unchanged();
  our_file.check_unchanged();
}

}  // namespace qfcsync::replica

namespace qfcsync {

void compare_unnamed_rows(const std::filesystem::path& base, const std::filesystem::path& modified,
                          std::vector<TableNote>& notes, const Progress& progress) {
  if (std::none_of(notes.begin(), notes.end(), replica::has_unnamed_rows)) return;
  const DatabaseSchema schema = read_schema(base);
  const gpkg::ReadConnection base_file(base);
  const gpkg::ReadConnection modified_file(modified);
  for (TableNote& note : notes) {
    if (!replica::has_unnamed_rows(note)) continue;
    note.has_changes = !replica::is_same_in(base_file, modified_file, note, schema, progress);
    note.text += note.has_changes ? "; they changed" : "; they are the same in both files";
  }
  base_file.check_unchanged();
  modified_file.check_unchanged();
}

}  // namespace qfcsync
