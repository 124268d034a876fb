#include "changeset/fold.hpp"

#include <qfcsync/error.hpp>

#include "base/utf8.hpp"
#include "changeset/key_columns.hpp"

#include <fmt/format.h>

namespace qfcsync::changeset {
namespace {

constexpr std::size_t kShownBytes = 40;

[[noreturn]] void refuse(const Change& change, std::string_view what) {
  throw Error(ErrorCode::InvalidArgument,
              fmt::format("the changesets cannot follow each other: table {}, key {}: {}",
                          base::to_valid_utf8(change.table->name), key_text(change), what));
}

/// Insists that the second change found what the first one left.
void require_same(const Change& second, std::size_t column, ValueView left) {
  if (second.old_values[column] == left) return;
  refuse(second, fmt::format("the {} expects another value in column {} than the changes before it "
                             "left there",
                             to_string(second.operation), column));
}

std::string shown_bytes(ValueView value) {
  const std::string_view bytes = value.bytes().substr(0, kShownBytes);
  const char* more = bytes.size() < value.bytes().size() ? "..." : "";
  if (value.type() == ValueType::Text) {
    return fmt::format("'{}{}'", base::to_valid_utf8(bytes), more);
  }
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return fmt::format("x'{}{}'", hex, more);
}

std::string shown(ValueView value) {
  switch (value.type()) {
    case ValueType::Integer:
      return fmt::format("{}", value.as_integer());
    case ValueType::Real:
      return fmt::format("{}", value.as_real());
    case ValueType::Text:
    case ValueType::Blob:
      return shown_bytes(value);
    case ValueType::Null:
      return "NULL";
    case ValueType::Undefined:
      break;
  }
  return "?";
}

}  // namespace

std::string key_text(const Change& change) {
  const std::vector<std::size_t> columns = key_columns(*change.table);
  std::string text;
  for (const std::size_t column : columns) {
    if (!text.empty()) text += ", ";
    text += shown(change.key_values()[column]);
  }
  return columns.size() == 1 ? text : "(" + text + ")";
}

RowState state_after(Operation operation) noexcept {
  switch (operation) {
    case Operation::Insert:
      return RowState::Inserted;
    case Operation::Delete:
      return RowState::Deleted;
    case Operation::Update:
      break;
  }
  return RowState::Updated;
}

void Folder::check_after(RowState state, const Change& change) {
  const bool is_there = state != RowState::Gone && state != RowState::Deleted;
  if (is_there && change.operation == Operation::Insert) {
    refuse(change, "a row is inserted that is there already");
  }
  if (!is_there && change.operation != Operation::Insert) {
    refuse(change, fmt::format("{} of a row that was deleted before", to_string(change.operation)));
  }
}

const Change* Folder::fold(const Change& first, const Change& second) {
  check_after(state_after(first.operation), second);
  if (first.operation == Operation::Delete) return delete_insert(first, second);
  const bool is_update = second.operation == Operation::Update;
  if (first.operation == Operation::Insert) {
    return is_update ? insert_update(first, second) : insert_delete(first, second);
  }
  return is_update ? update_update(first, second) : update_delete(first, second);
}

const Change* Folder::insert_update(const Change& first, const Change& second) {
  new_values_.assign(first.new_values.begin(), first.new_values.end());
  for (std::size_t i = 0; i < new_values_.size(); ++i) {
    if (!second.new_values[i].is_defined()) continue;
    require_same(second, i, new_values_[i]);
    new_values_[i] = second.new_values[i];
  }
  return result(Operation::Insert, {}, new_values_, first.is_indirect && second.is_indirect);
}

const Change* Folder::insert_delete(const Change& first, const Change& second) {
  for (std::size_t i = 0; i < first.new_values.size(); ++i) {
    require_same(second, i, first.new_values[i]);
  }
  return nothing(RowState::Gone);
}

const Change* Folder::update_update(const Change& first, const Change& second) {
  old_values_.assign(first.old_values.begin(), first.old_values.end());
  new_values_.assign(first.new_values.begin(), first.new_values.end());
  for (std::size_t i = 0; i < new_values_.size(); ++i) {
    if (!second.new_values[i].is_defined()) continue;
    if (new_values_[i].is_defined()) {
      require_same(second, i, new_values_[i]);
    } else {
      old_values_[i] = second.old_values[i];
    }
    new_values_[i] = second.new_values[i];
  }
  return updated(*first.table, first.is_indirect && second.is_indirect);
}

const Change* Folder::update_delete(const Change& first, const Change& second) {
  old_values_.assign(second.old_values.begin(), second.old_values.end());
  for (std::size_t i = 0; i < old_values_.size(); ++i) {
    if (!first.new_values[i].is_defined()) continue;
    require_same(second, i, first.new_values[i]);
    old_values_[i] = first.old_values[i];
  }
  return result(Operation::Delete, old_values_, {}, first.is_indirect && second.is_indirect);
}

const Change* Folder::delete_insert(const Change& first, const Change& second) {
  old_values_.assign(first.old_values.begin(), first.old_values.end());
  new_values_.assign(second.new_values.begin(), second.new_values.end());
  for (std::size_t i = 0; i < new_values_.size(); ++i) {
    if (first.table->key[i] != 0) new_values_[i] = ValueView();
  }
  return updated(*first.table, first.is_indirect && second.is_indirect);
}

/// The update from old_values_ to new_values_ without the cells that are the same in both.
const Change* Folder::updated(const ChangesetTable& table, bool is_indirect) {
  bool is_changed = false;
  for (std::size_t i = 0; i < new_values_.size(); ++i) {
    if (table.key[i] != 0 || !new_values_[i].is_defined()) continue;
    if (old_values_[i] == new_values_[i]) {
      old_values_[i] = new_values_[i] = ValueView();
    } else {
      is_changed = true;
    }
  }
  if (!is_changed) return nothing(RowState::Unchanged);
  return result(Operation::Update, old_values_, new_values_, is_indirect);
}

const Change* Folder::nothing(RowState state) {
  state_ = state;
  return nullptr;
}

const Change* Folder::result(Operation operation, std::span<const ValueView> old_values,
                             std::span<const ValueView> new_values, bool is_indirect) {
  state_ = state_after(operation);
  change_ = {operation, is_indirect, nullptr, old_values, new_values};
  return &change_;
}

}  // namespace qfcsync::changeset
