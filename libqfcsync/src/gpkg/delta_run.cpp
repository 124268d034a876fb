#include "gpkg/delta_run.hpp"

#include <qfcsync/error.hpp>

#include "deltafile/attributes.hpp"
#include "gpkg/edit_compare.hpp"
#include "gpkg/edit_value.hpp"

#include <fmt/format.h>

namespace qfcsync::gpkg {
namespace {

using deltafile::find_attribute;
using edit::SqlValue;

const AttributeValue kNull;

DeltaOutcome& set(DeltaOutcome& outcome, DeltaStatus status, const char* type, std::string text) {
  outcome.status = status;
  outcome.error_type = type;
  outcome.message = std::move(text);
  outcome.modified_pk = {};
  return outcome;
}

}  // namespace

bool not_applied(DeltaOutcome& outcome, std::string message) {
  set(outcome, DeltaStatus::NotApplied, "ERROR", std::move(message));
  return false;
}

bool commit_failed(DeltaOutcome& outcome, std::string provider_error) {
  set(outcome, DeltaStatus::NotApplied, "ERROR", "Failed to commit changes")
      .provider_errors.push_back(std::move(provider_error));
  return false;
}

bool unknown_error(DeltaOutcome& outcome, std::string message) {
  set(outcome, DeltaStatus::Error, "", std::move(message));
  return false;
}

bool DeltaRun::run() {
  const auto step = delta_.method == DeltaMethod::Create  ? &DeltaRun::create
                    : delta_.method == DeltaMethod::Patch ? &DeltaRun::patch
                                                          : &DeltaRun::remove;
  if (!(this->*step)()) return false;
  outcome_.status = DeltaStatus::Applied;
  outcome_.message = "Successfully applied delta!";
  return true;
}

bool DeltaRun::patch() {
  if (!delta_.old_state || !delta_.new_state) {
    return unknown_error(outcome_, "The patch lacks \"old\" or \"new\"");
  }
  if (!find_row() || !check_conflicts()) return false;
  Assignments assignments;
  if (!assign_changed_geometry(assignments) || !assign_changed_attributes(assignments)) {
    return false;
  }
  const std::size_t key = *editor_.schema().key;
  SqlValue new_key = row_.values[key];
  for (const auto& [column, value] : assignments) {
    if (column == key) new_key = value;
  }
  key_changed_ = new_key != row_.values[key];
  if (!assignments.empty()) {
    const auto change = [&] { return editor_.table().update(row_.locator, assignments); };
    if (!write(change, "the row was left as it is by a trigger")) return false;
    editor_.table().note_update(assignments, box_);
  }
  report_key(new_key);
  return true;
}

bool DeltaRun::remove() {
  if (!delta_.old_state) return unknown_error(outcome_, "The delete lacks \"old\"");
  if (!find_row() || !check_conflicts()) return false;
  if (!write([&] { return editor_.table().remove(row_.locator); }, nullptr)) return false;
  editor_.table().note_remove();
  report_key(row_.values[*editor_.schema().key]);
  return true;
}

bool DeltaRun::find_row() {
  const auto known = context_.client_keys.find(client_key(delta_));
  found_by_map_ = known != context_.client_keys.end();
  const std::string& key = found_by_map_ ? known->second : delta_.source_pk;
  switch (editor_.find(key, row_)) {
    case edit::Found::None:
      return not_applied(outcome_, "Unable to find feature");
    case edit::Found::Several:
      return unknown_error(outcome_, fmt::format("Several features have the key \"{}\"", key));
    case edit::Found::One:
      break;
  }
  return true;
}

bool DeltaRun::check_conflicts() {
  const edit::TableSchema& schema = editor_.schema();
  for (const auto& [name, told] : delta_.old_state->attributes) {
    const auto found = schema.index.find(name);
    if (found == schema.index.end()) continue;
    // A feature that the device created has another key there than here.
    if (found_by_map_ && found->second == schema.key) continue;
    const edit::Column& column = schema.columns[found->second];
    const AttributeValue stored = from_column(row_.values[found->second], column);
    if (same_as_stored(stored, told, column.kind)) continue;
    outcome_.conflicts.push_back(edit::conflict_text(name, stored, told));
  }
  if (outcome_.conflicts.empty() || context_.policy == ConflictPolicy::Overwrite) return true;
  set(outcome_, DeltaStatus::Conflict, "CONFLICT",
      "There are conflicts with the already existing feature!");
  return false;
}

bool DeltaRun::assign_changed_attributes(Assignments& assignments) {
  for (const auto& [name, value] : delta_.new_state->attributes) {
    const AttributeValue* before = find_attribute(delta_.old_state->attributes, name);
    if (edit::same_value(before == nullptr ? kNull : *before, value)) continue;
    if (!assign_changed(name, value, assignments)) return false;
  }
  return true;
}

bool DeltaRun::assign_changed(const std::string& name, const AttributeValue& value,
                              Assignments& assignments) {
  const edit::TableSchema& schema = editor_.schema();
  const edit::Column* column = schema.find(name);
  if (column == nullptr || column->is_generated) {
    return not_applied(outcome_, fmt::format("Unable to change attribute \"{}\"", name));
  }
  auto converted = to_column(value, *column);
  const std::size_t index = schema.index.at(name);
  const auto* number = converted ? std::get_if<std::int64_t>(&*converted) : nullptr;
  const bool key_too_large = schema.key_is_rowid && index == schema.key && number != nullptr &&
                             *number > edit::kMaxChosenKey;
  if (!converted || key_too_large) {
    return commit_failed(outcome_, fmt::format("The attribute \"{}\" of type {} cannot be {}", name,
                                               column->type, edit::python_text(value)));
  }
  assignments.emplace_back(index, std::move(*converted));
  return true;
}

bool DeltaRun::write(const std::function<bool()>& change, const char* ignored) {
  edit::EditFile& file = editor_.file();
  file.open_savepoint();
  std::string refusal;
  try {
    if (!change()) {
      refusal = ignored == nullptr ? "the row was kept by a trigger" : ignored;
    } else if (file.connection().has_deferred_violations()) {
      refusal = "FOREIGN KEY constraint failed";
    }
  } catch (const Error& error) {
    if (!file.connection().in_transaction()) {
      throw Error(ErrorCode::Corrupt,
                  fmt::format("{}: a trigger of the table {} ended the whole transaction: {}",
                              file.path().string(), editor_.schema().name, error.what()),
                  ErrorOrigin::Sqlite, error.native());
    }
    refusal = error.what();
    const bool is_rows_fault =
        error.code() == ErrorCode::SchemaMismatch || error.code() == ErrorCode::LimitExceeded;
    if (!is_rows_fault) throw;
  }
  if (refusal.empty()) {
    file.keep_savepoint();
    return true;
  }
  file.drop_savepoint();
  return commit_failed(outcome_, std::move(refusal));
}

void DeltaRun::report_key(const SqlValue& key) {
  outcome_.modified_pk = from_column(key, editor_.schema().columns[*editor_.schema().key]);
}

}  // namespace qfcsync::gpkg
