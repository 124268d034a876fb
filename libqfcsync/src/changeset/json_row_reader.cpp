#include "changeset/json_row_reader.hpp"

#include <qfcsync/error.hpp>

#include "changeset/json_cell_reader.hpp"

#include <fmt/format.h>

namespace qfcsync::changeset {
namespace {

std::optional<Operation> operation_from(std::string_view name) {
  for (const Operation one : {Operation::Insert, Operation::Update, Operation::Delete}) {
    if (name == to_string(one)) return one;
  }
  return std::nullopt;
}

}  // namespace

JsonRowReader::JsonRowReader(JsonStream& json, const ChangesetTable& table,
                             const std::vector<std::string>& columns, const TableSchema* schema)
    : json_(json), table_(table) {
  for (std::size_t i = 0; i < columns.size(); ++i) places_.emplace(columns[i], i);
  if (schema != nullptr && !schema->geometry_column.empty()) srs_id_ = schema->srs_id;
}

void JsonRowReader::require(bool holds, std::string_view what) const {
  if (holds) return;
  throw Error(ErrorCode::InvalidArgument,
              fmt::format("a change in the JSON is incomplete: {} ({})", what, json_.place()));
}

void JsonRowReader::read(ChangesetWriter& writer) {
  operation_.reset();
  is_indirect_.reset();
  key_.reset();
  old_values_.reset();
  new_values_.reset();
  std::string name;
  json_.enter_object();
  while (json_.next_member(name)) read_member(name);
  require(operation_.has_value(), "it has no \"operation\"");
  require(key_.has_value(), "it has no \"key\"");
  if (*operation_ == Operation::Insert && old_values_) json_.fail("an insert has no \"old\"");
  if (*operation_ == Operation::Delete && new_values_) json_.fail("a delete has no \"new\"");
  write(writer);
}

void JsonRowReader::read_member(const std::string& name) {
  if (name == "operation" && !operation_) {
    operation_ = operation_from(json_.take_string());
    if (!operation_) json_.fail("an operation is \"insert\", \"update\" or \"delete\"");
  } else if (name == "indirect" && !is_indirect_) {
    if (json_.kind() != JsonKind::Bool) json_.fail("\"indirect\" is true or false");
    is_indirect_ = json_.take_bool();
  } else if (name == "key" && !key_) {
    read_cells(Part::Key, key_);
  } else if (name == "old" && !old_values_) {
    read_cells(Part::Others, old_values_);
  } else if (name == "new" && !new_values_) {
    read_cells(Part::Others, new_values_);
  } else {
    json_.fail(fmt::format("unknown or repeated member \"{}\" of a change", name));
  }
}

void JsonRowReader::read_cells(Part part, std::optional<Cells>& cells) {
  cells.emplace(table_.column_count());
  std::string name;
  json_.enter_object();
  while (json_.next_member(name)) {
    const auto found = places_.find(name);
    if (found == places_.end()) json_.fail(fmt::format("there is no column \"{}\"", name));
    if ((table_.key[found->second] != 0) != (part == Part::Key)) {
      json_.fail("columns of the key stand in \"key\", all others in \"old\" and \"new\"");
    }
    Value& cell = (*cells)[found->second];
    if (cell.type() != ValueType::Undefined) json_.fail("a column stands twice");
    cell = read_json_value(json_, srs_id_);
  }
}

std::vector<ValueView> JsonRowReader::row_of(const std::optional<Cells>& cells,
                                             bool with_key) const {
  std::vector<ValueView> row(table_.column_count());
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (table_.key[i] != 0) {
      if (with_key) row[i] = (*key_)[i].view();
    } else if (cells) {
      row[i] = (*cells)[i].view();
    }
  }
  return row;
}

void JsonRowReader::write(ChangesetWriter& writer) {
  std::vector<ValueView> old_values;
  std::vector<ValueView> new_values;
  if (*operation_ != Operation::Insert) old_values = row_of(old_values_, true);
  if (*operation_ != Operation::Delete) {
    new_values = row_of(new_values_, *operation_ == Operation::Insert);
  }
  try {
    writer.write({*operation_, is_indirect_.value_or(false), nullptr, old_values, new_values});
  } catch (const Error& error) {
    require(error.code() != ErrorCode::InvalidArgument, error.what());
    throw;
  }
}

}  // namespace qfcsync::changeset
