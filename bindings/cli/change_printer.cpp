#include "change_printer.hpp"

#include <qfcsync/error.hpp>

#include "value_text.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace {

using qfcsync::Change;
using qfcsync::ChangesetSummary;
using qfcsync::ChangesetTable;
using qfcsync::Operation;
using qfcsync::TableSchema;
using qfcsync::ValueView;

constexpr std::size_t kMaxCells = 12;  ///< of one line

/// The changes of one table, one line each.
class TablePrinter {
 public:
  TablePrinter(const ChangesetTable& table, const TableSchema* schema)
      : table_(table), names_(column_names(table, schema)) {}

  const std::string& name() const { return table_.name; }

  void print(const Change& change, const Paint& paint) {
    if (++lines_ > kMaxLinesPerTable) return;
    constexpr std::string_view kMarks[] = {"+", "~", "-"};
    constexpr Ink kInks[] = {Ink::Green, Ink::Yellow, Ink::Red};
    const int kind = change.operation == Operation::Insert   ? 0
                     : change.operation == Operation::Update ? 1
                                                             : 2;
    const std::string cells =
        change.operation == Operation::Update ? updated_cells(change) : whole_row(change);
    fmt::print("  {} {}{}{}\n", paint(kInks[kind], kMarks[kind]),
               paint(kInks[kind], key_of(change)), cells.empty() ? "" : ": ", cells);
  }

  void print_rest(const Paint& paint) const {
    if (lines_ <= kMaxLinesPerTable) return;
    const std::uint64_t rest = lines_ - kMaxLinesPerTable;
    fmt::print("  {}\n", paint(Ink::Dim, fmt::format("... and {} more; --json shows all", rest)));
  }

 private:
  std::string key_of(const Change& change) const {
    const auto values = change.key_values();
    std::vector<std::string> names;
    std::vector<ValueView> key;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (table_.key[i] == 0) continue;
      names.push_back(names_[i]);
      key.push_back(values[i]);
    }
    return key_text(names, key);
  }

  std::string whole_row(const Change& change) const {
    std::vector<std::string> cells;
    const auto values = change.key_values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (table_.key[i] != 0 || values[i].is_null()) continue;
      cells.push_back(cells.size() < kMaxCells
                          ? fmt::format("{} {}", printable(names_[i]), value_text(values[i]))
                          : std::string());
    }
    return joined(cells);
  }

  std::string updated_cells(const Change& change) const {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < change.new_values.size(); ++i) {
      if (!change.new_values[i].is_defined()) continue;
      cells.push_back(cells.size() < kMaxCells
                          ? fmt::format("{} {}", printable(names_[i]),
                                        change_text(change.old_values[i], change.new_values[i]))
                          : std::string());
    }
    return joined(cells);
  }

  static std::string joined(const std::vector<std::string>& cells) {
    const std::size_t shown = std::min(cells.size(), kMaxCells);
    std::string text = fmt::format(
        "{}", fmt::join(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    if (shown < cells.size()) {
      text += fmt::format(", ... and {}", counted(cells.size() - shown, "more column"));
    }
    return text;
  }

  ChangesetTable table_;
  std::vector<std::string> names_;
  std::uint64_t lines_ = 0;
};

void print_head(const ChangesetSummary::Table& table, const Paint& paint) {
  fmt::print("{}: {}\n", paint(Ink::Bold, printable(table.name)), counts_text(table));
}

/// Tables stand in the changeset as in its summary; one that comes a second time is said to.
void print_block_head(const ChangesetSummary& summary, const std::string& name,
                      std::size_t& tables_shown, const Paint& paint) {
  const bool is_next =
      tables_shown < summary.tables.size() && summary.tables[tables_shown].name == name;
  if (is_next) return print_head(summary.tables[tables_shown++], paint);
  fmt::print("{}, continued\n", paint(Ink::Bold, printable(name)));
}

}  // namespace

std::string counted(std::uint64_t count, const char* thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string counts_text(const ChangesetSummary::Table& table) {
  std::string text;
  const auto add = [&text](std::uint64_t count, const char* what) {
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(table.inserts, "inserted");
  add(table.updates, "updated");
  add(table.deletes, "deleted");
  return text.empty() ? "no changes" : text;
}

ChangesetSummary::Table totals(const ChangesetSummary& summary) {
  ChangesetSummary::Table all;
  for (const auto& table : summary.tables) {
    all.inserts += table.inserts;
    all.updates += table.updates;
    all.deletes += table.deletes;
  }
  return all;
}

std::vector<std::string> column_names(const ChangesetTable& table, const TableSchema* schema) {
  std::vector<std::string> names;
  if (schema != nullptr && schema->columns.size() != table.column_count()) {
    throw qfcsync::Error(
        qfcsync::ErrorCode::SchemaMismatch,
        fmt::format("table {} has {} in the changeset and {} in the schema; name the file that the "
                    "changeset was made from",
                    printable(table.name), counted(table.column_count(), "column"),
                    schema->columns.size()));
  }
  for (std::size_t i = 0; i < table.column_count(); ++i) {
    names.push_back(schema != nullptr ? schema->columns[i].name : fmt::format("c{}", i));
  }
  return names;
}

std::string key_text(const std::vector<std::string>& names, const std::vector<ValueView>& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) text += ", ";
    if (i < names.size()) text += printable(names[i]) + " ";
    text += value_text(values[i]);
  }
  return values.size() == 1 ? text : fmt::format("({})", text);
}

void print_summary(const ChangesetSummary& summary) {
  const Paint paint(stdout);
  for (const auto& table : summary.tables) print_head(table, paint);
  if (summary.changes() == 0) fmt::print("no changes\n");
}

void print_changes(qfcsync::ByteSource& changeset, const ChangesetSummary& summary,
                   const qfcsync::DatabaseSchema* schema) {
  const Paint paint(stdout);
  std::size_t tables_shown = 0;
  std::optional<TablePrinter> printer;
  qfcsync::ChangesetReader reader(changeset);
  while (const Change* change = reader.next()) {
    const std::string& name = change->table->name;
    if (!printer || printer->name() != name) {
      if (printer) printer->print_rest(paint);
      const auto* envelope = reader.envelope();
      printer.emplace(*change->table, schema != nullptr     ? schema->find(name)
                                      : envelope != nullptr ? envelope->find(name)
                                                            : nullptr);
      print_block_head(summary, name, tables_shown, paint);
    }
    printer->print(*change, paint);
  }
  if (printer) printer->print_rest(paint);
  if (summary.changes() == 0) fmt::print("no changes\n");
}
