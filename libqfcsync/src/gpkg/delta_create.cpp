// Creating features: where the values of a new row come from.

#include "deltafile/attributes.hpp"
#include "gpkg/delta_run.hpp"
#include "gpkg/edit_compare.hpp"
#include "gpkg/edit_value.hpp"

#include <fmt/format.h>

namespace qfcsync::gpkg {
namespace {

using edit::SqlValue;

const AttributeValue kNull;

/// Defaults of boolean columns are often texts ('False'), which SQLite would store as such; the
/// value itself goes in instead.
std::optional<SqlValue> boolean_default(const edit::Column& column) {
  const std::string& sql = column.default_sql;
  const bool is_text = sql.size() >= 2 && sql.front() == '\'' && sql.back() == '\'';
  if (column.kind != edit::ColumnKind::Boolean || !is_text) return std::nullopt;
  auto value = to_column(AttributeValue(sql.substr(1, sql.size() - 2)), column);
  return value && !is_null(*value) ? value : std::nullopt;
}

}  // namespace

bool DeltaRun::create() {
  if (!delta_.new_state) return unknown_error(outcome_, "The create lacks \"new\"");
  Assignments assignments;
  if (!assign_geometry(*delta_.new_state, assignments)) return false;
  const edit::TableSchema& schema = editor_.schema();
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (!schema.columns[i].is_generated && !choose_value(i, assignments)) return false;
  }
  SqlValue key;
  const auto change = [&] {
    if (!editor_.table().insert(assignments)) return false;
    key = editor_.table().inserted_key(assignments);
    return true;
  };
  if (!write(change, "the new row was left out by a trigger")) return false;
  editor_.table().note_insert(assignments, box_);
  report_key(key);
  key_changed_ = true;
  return true;
}

bool DeltaRun::is_usable(std::size_t column, const SqlValue& value) {
  if (is_null(value)) return false;
  const bool is_key = column == editor_.schema().key;
  if (is_key && editor_.schema().key_is_rowid) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number != nullptr && *number > edit::kMaxChosenKey) return false;
  }
  return !(is_key || editor_.is_unique(column)) || !editor_.table().is_used(column, value);
}

bool DeltaRun::choose_value(std::size_t index, Assignments& assignments) {
  const edit::TableSchema& schema = editor_.schema();
  const edit::Column& column = schema.columns[index];
  const auto* told = deltafile::find_attribute(delta_.new_state->attributes, column.name);
  auto value = to_column(told == nullptr ? kNull : *told, column);
  if (!value) {
    return commit_failed(outcome_, fmt::format("The attribute \"{}\" of type {} cannot be {}",
                                               column.name, column.type, edit::python_text(*told)));
  }
  if (is_usable(index, *value)) {
    assignments.emplace_back(index, std::move(*value));
    return true;
  }
  if (choose_default(index, assignments)) return true;
  const bool is_key = index == schema.key;
  const bool table_fills = !column.default_sql.empty() || (is_key && schema.key_is_rowid);
  if (table_fills || !(is_key || editor_.is_unique(index))) return true;
  SqlValue unused = editor_.table().unused_value(index, *value);
  assignments.emplace_back(index, is_null(unused) ? std::move(*value) : std::move(unused));
  return true;
}

bool DeltaRun::choose_default(std::size_t index, Assignments& assignments) {
  const edit::Column& column = editor_.schema().columns[index];
  const std::string& expression = editor_.default_expression(index);
  std::optional<SqlValue> value;
  if (!expression.empty()) {
    const auto result = edit::evaluate_default(expression, context_.surroundings);
    if (result) value = to_column(*result, column);
  }
  if (!value || !is_usable(index, *value)) value = boolean_default(column);
  if (!value || !is_usable(index, *value)) return false;
  assignments.emplace_back(index, std::move(*value));
  return true;
}

}  // namespace qfcsync::gpkg
