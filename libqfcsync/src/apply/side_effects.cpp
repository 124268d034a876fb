#include "apply/side_effects.hpp"

#include "apply/cell.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::apply {
namespace {

using gpkg::edit::execute;
using gpkg::edit::sql_name;

constexpr const char* kFunction = "qfcsync_note";
// SQLite takes 127 arguments at most; wider tables are told in several calls.
constexpr std::size_t kColumnsPerCall = 100;
constexpr int kFirstCell = 3;  // after table, operation and position of the first cell

ValueView view_of(sqlite3_value* value) {
  const auto bytes = [&](const void* data) {
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
    return size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
  };
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return ValueView::integer(sqlite3_value_int64(value));
    case SQLITE_FLOAT:
      return ValueView::real(sqlite3_value_double(value));
    case SQLITE_TEXT:
      return ValueView::text(bytes(sqlite3_value_text(value)));
    case SQLITE_BLOB:
      return ValueView::blob(bytes(sqlite3_value_blob(value)));
    default:
      return ValueView::null();
  }
}

/// @param row   what the cells are of: NEW, OLD or a name that from gives
/// @param from  end of the query, if any
std::string calls(std::size_t number, Operation operation, const TargetTable& table,
                  std::string_view row, std::string_view from = {}) {
  std::string text;
  for (std::size_t first = 0; first < table.columns.size(); first += kColumnsPerCall) {
    text +=
        fmt::format("SELECT {}({}, {}, {}", kFunction, number, static_cast<int>(operation), first);
    const std::size_t end = std::min(first + kColumnsPerCall, table.columns.size());
    for (std::size_t i = first; i < end; ++i) {
      text += fmt::format(", {}.{}", row, sql_name(table.columns[i].name));
    }
    text += fmt::format("){}; ", from);
  }
  return text;
}

/// The row of the key that is about to be inserted.
std::string replaced_row(const TargetTable& table) {
  std::string text = fmt::format(" FROM {} AS replaced", sql_name(table.name));
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    const std::string name = sql_name(table.columns[table.key[i]].name);
    text += fmt::format(" {} replaced.{} = NEW.{}", i == 0 ? "WHERE" : "AND", name, name);
  }
  return text;
}

std::string key_differs(const TargetTable& table) {
  std::string text;
  for (const std::size_t column : table.key) {
    const std::string name = sql_name(table.columns[column].name);
    text += fmt::format("{}OLD.{} IS NOT NEW.{}", text.empty() ? "" : " OR ", name, name);
  }
  return text;
}

}  // namespace

SideEffects::SideEffects(sqlite3* database) : database_(database), cells_(make_scratch()) {
  if (sqlite3_create_function_v2(database, kFunction, -1, SQLITE_UTF8, this, &SideEffects::on_note,
                                 nullptr, nullptr, nullptr) != SQLITE_OK) {
    gpkg::edit::throw_sqlite(database, kFunction);
  }
}

void SideEffects::watch(std::size_t number, const TargetTable& table) {
  watched_[number] = {table.columns.size(), table.key};
  const auto create = [&](const char* event, const std::string& when, Operation operation,
                          const std::string& body) {
    execute(database_,
            fmt::format("CREATE TEMP TRIGGER \"{}_{}_{}_{}\" {} ON main.{} {} BEGIN {} END",
                        kFunction, number, event, static_cast<int>(operation), event,
                        sql_name(table.name), when, body)
                .c_str());
  };
  const auto noted = [&](Operation operation) {
    return calls(number, operation, table, operation == Operation::Insert ? "NEW" : "OLD");
  };
  create("AFTER INSERT", "", Operation::Insert, noted(Operation::Insert));
  create("AFTER DELETE", "", Operation::Delete, noted(Operation::Delete));
  create("AFTER UPDATE", "", Operation::Update, noted(Operation::Update));
  // A row that moves to another key is new there.
  create("AFTER UPDATE", "WHEN " + key_differs(table), Operation::Insert, noted(Operation::Insert));
  // INSERT OR REPLACE of a trigger deletes without firing one.
  create("BEFORE INSERT", "", Operation::Delete,
         calls(number, Operation::Delete, table, "replaced", replaced_row(table)));
}

std::string SideEffects::name_of(std::size_t number, Cells key) const {
  std::string name(sizeof number, '\0');
  std::memcpy(name.data(), &number, sizeof number);
  for (const std::size_t column : watched_.at(number).key) append_cell(name, key[column]);
  return name;
}

void SideEffects::begin(std::size_t number, Operation operation, Cells key) {
  pending_.clear();
  expected_ = name_of(number, key) + static_cast<char>(operation);
}

void SideEffects::end(bool is_done) {
  if (is_done) {
    for (const Pending& each : pending_) remember(each.name, each.existed, each.cells);
  }
  pending_.clear();
  expected_.clear();
}

void SideEffects::on_note(sqlite3_context* context, int count, sqlite3_value** values) {
  try {
    static_cast<SideEffects*>(sqlite3_user_data(context))->note(count, values);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

void SideEffects::note(int count, sqlite3_value** values) {
  if (is_muted_ || count < kFirstCell) return;
  const auto number = static_cast<std::size_t>(sqlite3_value_int64(values[0]));
  const auto watched = watched_.find(number);
  if (watched == watched_.end()) return;
  if (sqlite3_value_int64(values[2]) == 0) row_.clear();
  for (int i = kFirstCell; i < count; ++i) row_.emplace_back(view_of(values[i]));
  if (row_.size() == watched->second.columns) {
    note_row(number, static_cast<Operation>(sqlite3_value_int64(values[1])));
  }
}

void SideEffects::note_row(std::size_t number, Operation operation) {
  std::vector<ValueView> views;
  for (const Value& value : row_) views.push_back(value.view());
  std::string name = name_of(number, views);
  if (!expected_.empty() && name + static_cast<char>(operation) == expected_) {
    expected_.clear();
    return;
  }
  std::string cells;
  if (operation != Operation::Insert) {
    for (const ValueView& view : views) append_cell(cells, view);
  }
  pending_.push_back({std::move(name), operation != Operation::Insert, std::move(cells)});
}

void SideEffects::remember(const std::string& name, bool existed, const std::string& cells) {
  const auto [at, is_new] = effects_.try_emplace(name);
  if (!is_new) return;  // what was there before the first one counts
  at->second = {existed, cells_->size(), cells.size()};
  cells_->write(cells);
}

bool SideEffects::touched(std::size_t number, Cells key) const {
  return !effects_.empty() && effects_.contains(name_of(number, key));
}

std::optional<SideEffect> SideEffects::find(std::size_t number, Cells key) const {
  if (effects_.empty()) return std::nullopt;
  const auto found = effects_.find(name_of(number, key));
  if (found == effects_.end()) return std::nullopt;
  return effect_of(found->second);
}

SideEffect SideEffects::effect_of(const Entry& entry) const {
  SideEffect effect{entry.existed, {}};
  std::string buffer;
  std::string_view cells = cells_->read(entry.offset, entry.size, buffer);
  while (!cells.empty()) effect.original.emplace_back(take_cell(cells));
  return effect;
}

void SideEffects::visit(const Visit& visit) const {
  std::vector<ValueView> key;
  for (const auto& [name, entry] : effects_) {
    std::size_t number = 0;
    std::memcpy(&number, name.data(), sizeof number);
    const Watched& watched = watched_.at(number);
    key.assign(watched.columns, ValueView());
    std::string_view rest = std::string_view(name).substr(sizeof number);
    for (const std::size_t column : watched.key) key[column] = take_cell(rest);
    visit(number, key, effect_of(entry));
  }
}

void SideEffects::clear() {
  effects_.clear();
  pending_.clear();
  expected_.clear();
  cells_ = make_scratch();
}

}  // namespace qfcsync::apply
