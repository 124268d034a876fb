#include "apply/row_writer.hpp"

#include <qfcsync/error.hpp>

#include "apply/cell.hpp"
#include "apply/problem.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::apply {
namespace {

using gpkg::edit::sql_name;
using gpkg::edit::Statement;
using gpkg::edit::StatementUse;

}  // namespace

std::string RowWriter::where_key() const {
  std::string text;
  for (const std::size_t column : table_.key) {
    text += fmt::format("{}{} = ?", text.empty() ? " WHERE " : " AND ",
                        sql_name(table_.columns[column].name));
  }
  return text;
}

/// Where a constraint says itself what becomes of rows that break it, ours counts: REPLACE would
/// delete or change rows in silence. Not elsewhere: it goes for the statements of triggers, too.
const char* RowWriter::or_abort() const { return table_.has_conflict_clause ? "OR ABORT " : ""; }

/// SQL for the columns in mask_: "SELECT a, b FROM t WHERE k = ?" or "UPDATE t SET a = ?, b =
/// ?...".
std::string RowWriter::sql(const char* verb) const {
  const bool is_update = verb[0] == 'U';
  std::string columns;
  for (std::size_t i = 0; i < mask_.size(); ++i) {
    if (!mask_[i]) continue;
    if (!columns.empty()) columns += ", ";
    columns += sql_name(table_.columns[i].name);
    if (is_update) columns += " = ?";
  }
  const std::string name = sql_name(table_.name);
  return is_update ? fmt::format("UPDATE {}{} SET {}{}", or_abort(), name, columns, where_key())
                   : fmt::format("SELECT {} FROM {}{}", columns, name, where_key());
}

Statement& RowWriter::kept(Shelf& shelf, const char* verb) {
  auto& list = shelf.kept;
  if (!list.empty() && list.front().columns == mask_) return list.front().statement;
  const auto found = shelf.by_columns.find(mask_);
  if (found != shelf.by_columns.end()) {
    list.splice(list.begin(), list, found->second);
    return list.front().statement;
  }
  list.emplace_front(mask_, database_, sql(verb));
  shelf.by_columns[mask_] = list.begin();
  if (list.size() > kMaxKeptUpdates) {
    shelf.by_columns.erase(list.back().columns);
    list.pop_back();
  }
  return list.front().statement;
}

void RowWriter::bind_key(Statement& statement, int first, Cells key) const {
  for (const std::size_t column : table_.key) bind_cell(statement.handle(), first++, key[column]);
}

const std::vector<ValueView>* RowWriter::find(Cells key, Cells wanted) {
  mask_.assign(table_.columns.size(), false);
  for (std::size_t i = 0; i < mask_.size(); ++i) {
    mask_[i] = table_.columns[i].is_key || wanted[i].is_defined();
  }
  reading_ = &kept(finds_, "SELECT");
  bind_key(*reading_, 1, key);
  if (!reading_->step()) {
    done_reading();
    return nullptr;
  }
  row_.assign(mask_.size(), ValueView());
  int index = 0;
  for (std::size_t i = 0; i < mask_.size(); ++i) {
    if (mask_[i]) row_[i] = read_cell(reading_->handle(), index++);
  }
  return &row_;
}

void RowWriter::done_reading() {
  if (reading_ != nullptr) reading_->reset();
  reading_ = nullptr;
}

std::vector<Value> RowWriter::read(Cells known, std::span<const std::size_t> columns) {
  std::vector<Value> cells;
  const bool is_known = std::all_of(columns.begin(), columns.end(),
                                    [&](std::size_t column) { return known[column].is_defined(); });
  if (is_known) {
    for (const std::size_t column : columns) cells.emplace_back(known[column]);
    return cells;
  }
  std::vector<ValueView> wanted(table_.columns.size());
  for (const std::size_t column : columns) wanted[column] = ValueView::null();
  if (const auto* row = find(known, wanted)) {
    for (const std::size_t column : columns) {
      cells.emplace_back(known[column].is_defined() ? known[column] : (*row)[column]);
    }
  }
  done_reading();
  return cells;
}

/// Tells the largest cell: it is to blame, or most of it.
void RowWriter::refuse_size(Cells key, Cells values) const {
  const auto largest = std::max_element(
      values.begin(), values.end(),
      [](const ValueView& a, const ValueView& b) { return a.bytes().size() < b.bytes().size(); });
  const auto column = static_cast<std::size_t>(largest - values.begin());
  throw Error(
      ErrorCode::LimitExceeded,
      fmt::format("table {}, {}: column {} has {} bytes; with it the row is larger than the "
                  "{} bytes that SQLite takes",
                  table_.name, key_text(table_, key), table_.columns[column].name,
                  largest->bytes().size(), sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, -1)),
      ErrorOrigin::Sqlite, SQLITE_TOOBIG);
}

std::optional<Refusal> RowWriter::run(Statement& statement, Cells key, Cells values) {
  const StatementUse use(statement);
  const int result = sqlite3_step(statement.handle());
  if (result == SQLITE_DONE) {
    if (sqlite3_changes(database_) == 1) return std::nullopt;
    return Refusal{0, "a trigger ignored the row"};
  }
  const int extended = sqlite3_extended_errcode(database_);
  const int primary = extended & 0xff;
  if (primary == SQLITE_CONSTRAINT && sqlite3_get_autocommit(database_) != 0) {
    // RAISE(ROLLBACK). What came next would be committed row by row.
    throw Error(ErrorCode::SchemaMismatch,
                fmt::format("table {}: a trigger took the whole transaction back: {}", table_.name,
                            sqlite3_errmsg(database_)));
  }
  if (primary == SQLITE_TOOBIG) refuse_size(key, values);
  if (primary != SQLITE_CONSTRAINT && primary != SQLITE_MISMATCH) {
    gpkg::edit::throw_sqlite(database_, fmt::format("cannot write table {}", table_.name));
  }
  return Refusal{extended, sqlite3_errmsg(database_)};
}

std::optional<Refusal> RowWriter::insert(Cells values) {
  if (!insert_) {
    std::string columns;
    std::string marks;
    for (const TargetColumn& column : table_.columns) {
      columns += (columns.empty() ? "" : ", ") + sql_name(column.name);
      marks += marks.empty() ? "?" : ", ?";
    }
    insert_.emplace(database_, fmt::format("INSERT {}INTO {} ({}) VALUES ({})", or_abort(),
                                           sql_name(table_.name), columns, marks));
  }
  int index = 0;
  for (const ValueView& value : values) {
    if (!try_bind_cell(insert_->handle(), ++index, value)) refuse_size(values, values);
  }
  return run(*insert_, values, values);
}

std::optional<Refusal> RowWriter::update(Cells key, Cells values) {
  mask_.assign(table_.columns.size(), false);
  for (std::size_t i = 0; i < mask_.size(); ++i) {
    mask_[i] = !table_.columns[i].is_key && values[i].is_defined();
  }
  if (std::find(mask_.begin(), mask_.end(), true) == mask_.end()) return std::nullopt;
  Statement& statement = kept(updates_, "UPDATE");
  int index = 0;
  for (std::size_t i = 0; i < mask_.size(); ++i) {
    if (!mask_[i]) continue;
    if (!try_bind_cell(statement.handle(), ++index, values[i])) refuse_size(key, values);
  }
  bind_key(statement, index + 1, key);
  return run(statement, key, values);
}

std::optional<Refusal> RowWriter::remove(Cells key) {
  if (!remove_) {
    remove_.emplace(database_, fmt::format("DELETE FROM {}{}", sql_name(table_.name), where_key()));
  }
  bind_key(*remove_, 1, key);
  return run(*remove_, key, key);
}

}  // namespace qfcsync::apply
