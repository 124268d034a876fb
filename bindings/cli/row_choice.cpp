#include "row_choice.hpp"

#include <qfcsync/changeset.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace {

using qfcsync::Value;
using qfcsync::ValueView;

Value value_of(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, number);
  if (failed == std::errc() && stop == end) return Value(ValueView::integer(number));
  const bool is_quoted = text.size() >= 2 && text.front() == '\'' && text.back() == '\'';
  return Value(ValueView::text(is_quoted ? text.substr(1, text.size() - 2) : text));
}

bool is_row(const qfcsync::Change& change, const std::vector<Value>& key) {
  const auto& positions = change.table->key;
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (positions[i] != 0) columns.push_back(i);
  }
  std::ranges::stable_sort(columns, {}, [&](std::size_t i) { return positions[i]; });
  const auto values = change.key_values();
  return std::ranges::equal(columns, key, [&](std::size_t column, const Value& value) {
    return values[column] == value.view();
  });
}

}  // namespace

std::vector<Value> RowChoice::key_values() const {
  std::vector<Value> values;
  for (const std::string& text : key) values.push_back(value_of(text));
  return values;
}

void add_row_options(CLI::App& command, RowChoice& choice) {
  CLI::Option* table =
      command.add_option("--table", choice.table, "Only this table of the file at PATH");
  table->option_text("TABLE");
  command
      .add_option("--key", choice.key,
                  "Only the feature of this key; once for each column of the key")
      ->option_text("VALUE")
      ->needs(table)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void copy_chosen(qfcsync::ByteSource& changeset, const RowChoice& choice, qfcsync::ByteSink& out) {
  const std::vector<Value> key = choice.key_values();
  qfcsync::ChangesetReader reader(changeset);
  std::optional<qfcsync::ChangesetWriter> writer;
  const qfcsync::ChangesetTable* current = nullptr;
  while (const qfcsync::Change* change = reader.next()) {
    if (change->table->name != choice.table || (!key.empty() && !is_row(*change, key))) continue;
    if (!writer) writer.emplace(out, reader.envelope());
    if (current != change->table) writer->begin_table(*change->table);
    current = change->table;
    writer->write(*change);
  }
  if (writer) writer->finish();
}
