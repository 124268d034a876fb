#include "apply/circumstances.hpp"

#include "apply/cell.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::apply {
namespace {

using gpkg::edit::execute;
using gpkg::edit::sql_name;
using gpkg::edit::Statement;

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
}

/// The names in SQL text, those in quotes without them. Texts in '' are none.
std::vector<std::string> names_in(std::string_view sql) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < sql.size();) {
    const char c = sql[at];
    std::size_t end = at + 1;
    if (is_word(c)) {
      while (end < sql.size() && is_word(sql[end])) ++end;
      names.emplace_back(sql.substr(at, end - at));
    } else if (c == '"' || c == '`' || c == '[' || c == '\'') {
      end = std::min(sql.find(c == '[' ? ']' : c, at + 1), sql.size() - 1);
      if (c != '\'') names.emplace_back(sql.substr(at + 1, end - at - 1));
      ++end;
    }
    at = end;
  }
  return names;
}

/// "UNIQUE constraint failed: index 'names_n'" is all that SQLite says of expressions.
std::vector<std::size_t> columns_of_index(sqlite3* database, const TargetTable& table,
                                          std::string_view message) {
  const auto first = message.find("index '");
  const auto last = message.rfind('\'');
  if (first == std::string_view::npos || last <= first + 7) return {};
  Statement statement(database,
                      "SELECT sql FROM sqlite_schema WHERE type='index' AND name = ?1 AND "
                      "tbl_name = ?2 COLLATE NOCASE");
  const std::string_view index = message.substr(first + 7, last - first - 7);
  if (!statement.bind_text(1, index).bind_text(2, table.name).step()) return {};
  const std::string sql = statement.column_text(0);
  std::vector<std::size_t> columns;
  for (const std::string& name : names_in(std::string_view(sql).substr(sql.find('(')))) {
    const auto column = table.find(name);
    const bool is_known =
        column && std::find(columns.begin(), columns.end(), *column) != columns.end();
    if (column && !is_known) columns.push_back(*column);
  }
  return columns;
}

std::string all_columns(const TargetTable& table, std::string_view before,
                        std::string_view after = {}) {
  std::string text;
  for (const TargetColumn& column : table.columns) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", before, sql_name(column.name), after);
  }
  return text;
}

/// Makes a change in such a way that SQLite puts rows away that stand in its way, and takes that
/// back. A trigger writes down which those were.
class Probe {
 public:
  Probe(TargetFile& file, const TargetTable& table) : file_(file), table_(table) {
    file.set_triggers(false);
    if (file.side_effects() != nullptr) file.side_effects()->mute();
    execute(handle(), "SAVEPOINT qfcsync_probe");
    file.set_checks(false);
    // Else rows that are replaced go without a trigger.
    execute(handle(), "PRAGMA recursive_triggers=ON");
    std::string columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      columns += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
    }
    execute(handle(), fmt::format("CREATE TEMP TABLE qfcsync_held ({}); CREATE TEMP TRIGGER "
                                  "qfcsync_hold AFTER DELETE ON main.{} BEGIN INSERT INTO "
                                  "qfcsync_held VALUES ({}); END",
                                  columns, sql_name(table.name), all_columns(table, "OLD."))
                          .c_str());
  }
  ~Probe() {
    sqlite3_exec(handle(),
                 "ROLLBACK TO qfcsync_probe; RELEASE qfcsync_probe; PRAGMA "
                 "recursive_triggers=OFF; PRAGMA ignore_check_constraints=OFF",
                 nullptr, nullptr, nullptr);
    if (file_.side_effects() != nullptr) file_.side_effects()->unmute();
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  void make(const Change& change) {
    const bool is_insert = change.operation == Operation::Insert;
    std::string sets;
    std::string where;
    std::vector<ValueView> values;
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      if (!is_insert && !change.new_values[i].is_defined()) continue;
      sets += fmt::format("{}{}{}", sets.empty() ? "" : ", ", sql_name(table_.columns[i].name),
                          is_insert ? "" : " = ?");
      values.push_back(change.new_values[i]);
    }
    std::string marks;
    for (std::size_t i = 0; i < values.size(); ++i) marks += i == 0 ? "?" : ", ?";
    for (const std::size_t column : table_.key) {
      where += fmt::format("{}{} = ?", where.empty() ? "" : " AND ",
                           sql_name(table_.columns[column].name));
      if (!is_insert) values.push_back(change.old_values[column]);
    }
    const std::string name = sql_name(table_.name);
    Statement statement(handle(), is_insert ? fmt::format("INSERT OR REPLACE INTO {} ({}) VALUES "
                                                          "({})",
                                                          name, sets, marks)
                                            : fmt::format("UPDATE OR REPLACE {} SET {} WHERE {}",
                                                          name, sets, where));
    int index = 0;
    for (const ValueView& value : values) bind_cell(statement.handle(), ++index, value);
    sqlite3_step(statement.handle());  // what else is wrong with the row does not matter here
  }

  std::vector<std::vector<Value>> held() {
    std::vector<std::vector<Value>> rows;
    Statement statement(handle(), "SELECT * FROM temp.qfcsync_held");
    while (statement.step()) {
      auto& row = rows.emplace_back();
      for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        row.emplace_back(read_cell(statement.handle(), static_cast<int>(i)));
      }
    }
    return rows;
  }

 private:
  sqlite3* handle() const { return file_.handle(); }

  TargetFile& file_;
  const TargetTable& table_;
};

}  // namespace

std::vector<Value> Circumstances::row() const {
  std::vector<std::size_t> columns(target_.table().columns.size());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  std::vector<ValueView> key(columns.size());
  for (const std::size_t column : target_.table().key) key[column] = change_.key_values()[column];
  return target_.rows().read(key, columns);
}

std::vector<std::size_t> Circumstances::unique_columns() const {
  if (refusal_ == nullptr) return {};
  const auto named = named_columns(target_.table(), refusal_->message);
  if (!named.empty()) return named;
  return columns_of_index(file_.handle(), target_.table(), refusal_->message);
}

std::vector<std::vector<Value>> Circumstances::holders() const {
  if (change_.operation == Operation::Delete) return {};
  Probe probe(file_, target_.table());
  probe.make(change_);
  auto rows = probe.held();
  std::erase_if(rows, [&](const std::vector<Value>& row) {
    const auto& key = target_.table().key;
    return std::all_of(key.begin(), key.end(), [&](std::size_t column) {
      return row[column].view() == change_.key_values()[column];
    });
  });
  return rows;
}

}  // namespace qfcsync::apply
