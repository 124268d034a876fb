#include "extract/plan.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::extraction {
namespace {

using Kind = SchemaOperation::Kind;

/// The tables that the caller asked for.
class Selection {
 public:
  explicit Selection(const std::vector<std::string>& names) : names_(names) {}

  bool has(const std::string& table) const {
    return names_.empty() || std::find(names_.begin(), names_.end(), table) != names_.end();
  }
  bool has(const SchemaOperation& operation) const {
    return has(operation.table) || (operation.kind == Kind::RenameTable && has(operation.after));
  }

 private:
  const std::vector<std::string>& names_;
};

bool knows(const DatabaseSchema& schema, const std::string& table) {
  return schema.find(table) != nullptr ||
         std::any_of(schema.notes.begin(), schema.notes.end(),
                     [&](const TableNote& note) { return note.table == table; });
}

void check_names(const DatabaseSchema& base, const DatabaseSchema& modified,
                 const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!knows(base, name) && !knows(modified, name)) {
      throw Error(ErrorCode::NotFound, fmt::format("there is no table {} in either file", name));
    }
  }
}

[[noreturn]] void refuse(const std::vector<SchemaOperation>& operations) {
  std::string text =
      "the tables of the two files differ, and a changeset of rows cannot carry that";
  for (std::size_t i = 0; i < operations.size(); ++i) {
    text += i == 0 ? ": " : "; ";
    text += to_string(operations[i]);
  }
  throw Error(ErrorCode::SchemaMismatch, text);
}

void add_note(TableNote note, std::vector<TableNote>& notes) {
  const auto same = [&](const TableNote& one) {
    return one.table == note.table && one.reason == note.reason;
  };
  if (std::none_of(notes.begin(), notes.end(), same)) notes.push_back(std::move(note));
}

std::string difference(const SchemaOperation& operation) {
  return fmt::format("not compared, since the files differ: {}", to_string(operation));
}

/// Tables that the operations leave out, one note each.
void note_operations(Plan& plan) {
  for (const SchemaOperation& operation : plan.operations) {
    add_note({operation.table, TableNote::Reason::Different, difference(operation)}, plan.notes);
    if (operation.kind == Kind::RenameTable) {
      add_note({operation.after, TableNote::Reason::Different, difference(operation)}, plan.notes);
    }
  }
}

bool is_different(const std::vector<SchemaOperation>& operations, const std::string& table) {
  return std::any_of(operations.begin(), operations.end(),
                     [&](const SchemaOperation& operation) { return operation.table == table; });
}

}  // namespace

Plan make_plan(const DatabaseSchema& base, const DatabaseSchema& modified,
               const ExtractOptions& options) {
  check_names(base, modified, options.tables);
  const Selection selection(options.tables);
  Plan plan;
  for (const DatabaseSchema* schema : {&base, &modified}) {
    for (const TableNote& note : schema->notes) {
      if (selection.has(note.table)) add_note(note, plan.notes);
    }
  }
  for (SchemaOperation& operation : compare_schemas(base, modified)) {
    if (selection.has(operation)) plan.operations.push_back(std::move(operation));
  }
  if (!plan.operations.empty() && options.schema == SchemaPolicy::Refuse) refuse(plan.operations);
  note_operations(plan);
  for (const TableSchema& table : base.tables) {
    if (selection.has(table.name) && !is_different(plan.operations, table.name)) {
      plan.tables.push_back(table.name);
    }
  }
  return plan;
}

}  // namespace qfcsync::extraction
