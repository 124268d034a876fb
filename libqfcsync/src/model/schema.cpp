#include <qfcsync/schema.hpp>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "model/schema_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync {
namespace {

/// Changes whenever the canonical text does, so that old and new fingerprints never meet.
constexpr std::string_view kFingerprintVersion = "qfcsync schema 1";

/// Names are preceded by their length: no name can pass for a separator.
void append_field(std::string& text, std::string_view field) {
  text += fmt::format("{}:", field.size());
  text += field;
  text += '\n';
}

void append_table(std::string& text, const TableSchema& table) {
  append_field(text, table.name);
  append_field(text, model::geometry_declaration(table));
  append_field(text, table.geometry_column);
  text += fmt::format("{}\n", table.columns.size());
  for (const ColumnSchema& column : table.columns) {
    append_field(text, column.name);
    append_field(text, model::canonical_declaration(column));
  }
}

}  // namespace

std::optional<std::size_t> TableSchema::find(std::string_view column) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return i;
  }
  return std::nullopt;
}

const TableSchema* DatabaseSchema::find(std::string_view table) const {
  const auto found = std::lower_bound(
      tables.begin(), tables.end(), table,
      [](const TableSchema& one, std::string_view name) { return one.name < name; });
  return found != tables.end() && found->name == table ? &*found : nullptr;
}

std::string fingerprint(const DatabaseSchema& schema) {
  std::string text;
  append_field(text, kFingerprintVersion);
  for (const TableSchema& table : schema.tables) append_table(text, table);
  return base::sha256_hex(text);
}

std::string_view to_string(TableNote::Reason reason) noexcept {
  switch (reason) {
    case TableNote::Reason::NoKey:
      return "no_key";
    case TableNote::Reason::View:
      return "view";
    case TableNote::Reason::Virtual:
      return "virtual";
    case TableNote::Reason::Derived:
      return "derived";
    case TableNote::Reason::Different:
      return "different";
  }
  return "unknown";
}

std::string_view to_string(Relation::Origin origin) noexcept {
  switch (origin) {
    case Relation::Origin::Declared:
      return "declared";
    case Relation::Origin::RelatedTables:
      return "related_tables";
    case Relation::Origin::Caller:
      return "caller";
  }
  return "unknown";
}

std::string_view to_string(SchemaOperation::Kind kind) noexcept {
  using Kind = SchemaOperation::Kind;
  switch (kind) {
    case Kind::AddTable:
      return "add_table";
    case Kind::DropTable:
      return "drop_table";
    case Kind::RenameTable:
      return "rename_table";
    case Kind::AddColumn:
      return "add_column";
    case Kind::DropColumn:
      return "drop_column";
    case Kind::RenameColumn:
      return "rename_column";
    case Kind::ChangeType:
      return "change_type";
    case Kind::ReorderColumns:
      return "reorder_columns";
  }
  return "unknown";
}

std::string to_string(const SchemaOperation& operation) {
  using Kind = SchemaOperation::Kind;
  const auto& [kind, table, column, before, after] = operation;
  switch (kind) {
    case Kind::AddTable:
      return fmt::format("table {} added ({})", table, after);
    case Kind::DropTable:
      return fmt::format("table {} dropped ({})", table, before);
    case Kind::RenameTable:
      return fmt::format("table {} renamed to {}", before, after);
    case Kind::AddColumn:
      return fmt::format("table {}: column {} added ({})", table, column, after);
    case Kind::DropColumn:
      return fmt::format("table {}: column {} dropped ({})", table, column, before);
    case Kind::RenameColumn:
      return fmt::format("table {}: column {} renamed to {}", table, before, after);
    case Kind::ChangeType:
      return fmt::format("table {}: column {} changed from {} to {}", table, column, before, after);
    case Kind::ReorderColumns:
      return fmt::format("table {}: columns reordered from ({}) to ({})", table, before, after);
  }
  return {};
}

}  // namespace qfcsync
