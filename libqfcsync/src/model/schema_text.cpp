#include "model/schema_text.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace qfcsync::model {
namespace {

std::string declaration_with_type(const ColumnSchema& column, std::string_view type) {
  std::string text(type.empty() ? "any type" : type);
  if (column.not_null) text += " NOT NULL";
  if (column.default_sql) text += fmt::format(" DEFAULT {}", *column.default_sql);
  if (column.key > 0) text += fmt::format(" KEY {}", column.key);
  return text;
}

}  // namespace

std::string declaration(const ColumnSchema& column) {
  return declaration_with_type(column, column.type);
}

std::string canonical_declaration(const ColumnSchema& column) {
  return declaration_with_type(column, base::lower_case(column.type));
}

std::string declaration(const TableSchema& table) {
  std::string text;
  for (const ColumnSchema& column : table.columns) {
    if (!text.empty()) text += ", ";
    text += column.name;
    text += ' ';
    text += declaration(column);
  }
  return text;
}

std::string geometry_declaration(const TableSchema& table) {
  if (table.geometry_column.empty()) return {};
  return fmt::format("{} in {}", table.geometry_type, table.srs_id);
}

}  // namespace qfcsync::model
