#include "views.hpp"

#include "guard.hpp"

#include <string_view>

namespace qfcsync::c {

qfcsync_value to_c(const ValueView& value) {
  return {static_cast<int>(value.type()), value.as_integer(), value.as_real(), value.bytes().data(),
          value.bytes().size()};
}

Value from_c(const qfcsync_value& value) {
  const std::string_view bytes(value.data, value.data == nullptr ? 0 : value.size);
  switch (to_enum(value.type, ValueType::Null, "qfcsync_value_type")) {
    case ValueType::Undefined:
      return Value();
    case ValueType::Integer:
      return Value(ValueView::integer(value.integer));
    case ValueType::Real:
      return Value(ValueView::real(value.real));
    case ValueType::Text:
      return Value(ValueView::text(bytes));
    case ValueType::Blob:
      return Value(ValueView::blob(bytes));
    case ValueType::Null:
      break;
  }
  return Value(ValueView::null());
}

std::vector<qfcsync_value> to_c(const std::vector<Value>& values) {
  std::vector<qfcsync_value> views;
  views.reserve(values.size());
  for (const auto& value : values) views.push_back(to_c(value));
  return views;
}

std::vector<const char*> to_c(const std::vector<std::string>& names, std::size_t count) {
  std::vector<const char*> views(count, "");
  for (std::size_t i = 0; i < count && i < names.size(); ++i) views[i] = names[i].c_str();
  return views;
}

qfcsync_table_note to_c(const TableNote& note) {
  return {note.table.c_str(), static_cast<int>(note.reason), note.text.c_str(),
          note.has_changes ? 1 : 0};
}

MismatchView::MismatchView(const Mismatch& mismatch)
    : key_columns_(to_c(mismatch.key_columns, mismatch.key.size())), key_(to_c(mismatch.key)) {
  view_.kind = static_cast<int>(mismatch.kind);
  view_.operation = static_cast<int>(mismatch.operation);
  view_.table = mismatch.table.c_str();
  view_.key_count = key_.size();
  view_.key_columns = key_columns_.data();
  view_.key = key_.data();
  view_.column = mismatch.column.c_str();
  view_.expected = to_c(mismatch.expected);
  view_.found = to_c(mismatch.found);
  view_.text = mismatch.text.c_str();
}

ConflictView::ConflictView(const Conflict& conflict)
    : key_columns_(to_c(conflict.key_columns, conflict.key.size())),
      key_(to_c(conflict.key)),
      new_key_(to_c(conflict.new_key)) {
  cells_.reserve(conflict.cells.size());
  for (const auto& cell : conflict.cells) {
    cells_.push_back(
        {cell.column, cell.name.c_str(), to_c(cell.base), to_c(cell.ours), to_c(cell.theirs)});
  }
  view_.kind = static_cast<int>(conflict.kind);
  view_.written = static_cast<int>(conflict.written);
  view_.table = conflict.table.c_str();
  view_.key_count = key_.size();
  view_.key_columns = key_columns_.data();
  view_.key = key_.data();
  view_.new_key_count = new_key_.size();
  view_.new_key = new_key_.data();
  view_.cell_count = cells_.size();
  view_.cells = cells_.data();
  view_.geometry_column = conflict.geometry_column.c_str();
  view_.text = conflict.text.c_str();
}

namespace {

std::string_view to_text(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::vector<Value> from_c(const qfcsync_value* values, std::size_t count) {
  require_array(values, count, "values of a key");
  std::vector<Value> owned;
  owned.reserve(count);
  for (std::size_t i = 0; i < count; ++i) owned.push_back(c::from_c(values[i]));
  return owned;
}

std::vector<std::string> from_c(const char* const* names, std::size_t count) {
  require_array(names, count, "names of columns");
  std::vector<std::string> owned;
  owned.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    owned.emplace_back(&require(names[i], "name of a column"));
  }
  return owned;
}

/// The view has "" where the library knows no names.
std::vector<std::string> key_names(const char* const* names, std::size_t count) {
  auto owned = from_c(names, count);
  if (!owned.empty() && owned.front().empty()) owned.clear();
  return owned;
}

}  // namespace

Mismatch from_c(const qfcsync_mismatch& mismatch) {
  if (*qfcsync_operation_name(mismatch.operation) == '\0') {
    throw Error(ErrorCode::InvalidArgument,
                "qfcsync_operation has no value " + std::to_string(mismatch.operation));
  }
  Mismatch owned;
  owned.kind = to_enum(mismatch.kind, MismatchKind::Other, "qfcsync_mismatch_kind");
  owned.operation = static_cast<Operation>(mismatch.operation);
  owned.table = to_text(mismatch.table);
  owned.key = from_c(mismatch.key, mismatch.key_count);
  owned.key_columns = key_names(mismatch.key_columns, mismatch.key_count);
  owned.column = to_text(mismatch.column);
  owned.expected = c::from_c(mismatch.expected);
  owned.found = c::from_c(mismatch.found);
  owned.text = to_text(mismatch.text);
  return owned;
}

Conflict from_c(const qfcsync_conflict& conflict) {
  Conflict owned;
  owned.kind = to_enum(conflict.kind, ConflictKind::Constraint, "qfcsync_conflict_kind");
  owned.written = to_enum(conflict.written, Side::Both, "qfcsync_side");
  owned.table = to_text(conflict.table);
  owned.key = from_c(conflict.key, conflict.key_count);
  owned.new_key = from_c(conflict.new_key, conflict.new_key_count);
  owned.key_columns = key_names(conflict.key_columns, conflict.key_count);
  require_array(conflict.cells, conflict.cell_count, "cells");
  for (std::size_t i = 0; i < conflict.cell_count; ++i) {
    const auto& cell = conflict.cells[i];
    owned.cells.push_back({cell.column, std::string(to_text(cell.name)), c::from_c(cell.base),
                           c::from_c(cell.ours), c::from_c(cell.theirs)});
  }
  owned.geometry_column = to_text(conflict.geometry_column);
  owned.text = to_text(conflict.text);
  return owned;
}

RelationView::RelationView(const Relation& relation)
    : child_columns_(to_c(relation.child_columns, relation.child_columns.size())),
      parent_columns_(to_c(relation.parent_columns, relation.child_columns.size())),
      view_{relation.child_table.c_str(),  child_columns_.data(),
            relation.parent_table.c_str(), parent_columns_.data(),
            child_columns_.size(),         static_cast<int>(relation.origin)} {}

Relation from_c(const qfcsync_relation& relation) {
  Relation owned;
  owned.child_table = &require(relation.child_table, "child_table");
  owned.child_columns = from_c(relation.child_columns, relation.column_count);
  owned.parent_table = &require(relation.parent_table, "parent_table");
  owned.parent_columns = from_c(relation.parent_columns, relation.column_count);
  owned.origin = Relation::Origin::Caller;
  return owned;
}

NoteList::NoteList(std::vector<TableNote> notes) : notes_(std::move(notes)) {
  views_.reserve(notes_.size());
  for (const auto& note : notes_) views_.push_back(to_c(note));
}

}  // namespace qfcsync::c
