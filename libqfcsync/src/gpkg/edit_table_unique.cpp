// Values that must be unique: is one taken, and which one would not be.

#include "gpkg/edit_table.hpp"

#include <limits>

#include <fmt/format.h>

namespace qfcsync::gpkg::edit {
namespace {

/// As many variants of a text as QGIS tries.
constexpr int kMaxVariants = 10'000;

/// "oak_12" -> "oak"
std::string without_number(const std::string& text) {
  const std::size_t digits = text.find_last_not_of("0123456789");
  const bool numbered = digits != std::string::npos && digits + 1 < text.size();
  return numbered && text[digits] == '_' ? text.substr(0, digits) : text;
}

}  // namespace

std::string value_key(const SqlValue& value) {
  struct ToKey {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(std::int64_t number) const { return fmt::format("i{}", number); }
    std::string operator()(double number) const { return fmt::format("r{}", number); }
    std::string operator()(const std::string& text) const { return "t" + text; }
    std::string operator()(const Blob& blob) const { return "b" + blob.bytes; }
  };
  return std::visit(ToKey{}, value);
}

bool Table::has_fast_lookup(std::size_t column) const { return schema_.columns[column].is_unique; }

std::unordered_set<std::string>& Table::values_of(std::size_t column) {
  const auto [slot, is_new] = used_values_.try_emplace(column);
  if (is_new) {
    Statement statement(database_, fmt::format("SELECT {0} FROM {1} WHERE {0} IS NOT NULL",
                                               name_of(column), sql_name(schema_.name)));
    while (statement.step()) slot->second.insert(value_key(statement.column(0)));
  }
  return slot->second;
}

bool Table::is_used(std::size_t column, const SqlValue& value) {
  if (!has_fast_lookup(column)) return values_of(column).contains(value_key(value));
  const std::string key = fmt::format("q{}", column);
  const auto found = statements_.find(key);
  Statement& statement = found != statements_.end()
                             ? *found->second
                             : kept(key, fmt::format("SELECT 1 FROM {} WHERE {} = ?1 LIMIT 1",
                                                     sql_name(schema_.name), name_of(column)));
  const StatementUse use(statement);
  return statement.bind(1, value).step();
}

SqlValue Table::unused_value(std::size_t column, const SqlValue& seed) {
  const ColumnKind kind = schema_.columns[column].kind;
  const char* extreme = kind == ColumnKind::Text ? "min" : "max";
  if (kind != ColumnKind::Text && kind != ColumnKind::Integer && kind != ColumnKind::Real)
    return {};
  Statement statement(database_, fmt::format("SELECT {}({}) FROM {}", extreme, name_of(column),
                                             sql_name(schema_.name)));
  SqlValue found;
  if (statement.step()) found = statement.column(0);
  if (kind == ColumnKind::Integer) {
    const auto* highest = std::get_if<std::int64_t>(&found);
    if (is_null(found)) return std::int64_t{1};
    if (highest == nullptr || *highest >= schema_.columns[column].max) return {};
    return *highest + 1;
  }
  if (kind == ColumnKind::Real) {
    const auto* highest = std::get_if<double>(&found);
    return highest == nullptr ? 1.0 : *highest + 1;
  }
  const auto* text = std::get_if<std::string>(is_null(seed) ? &found : &seed);
  const std::string base = text == nullptr ? std::string() : without_number(*text);
  if (!base.empty() && !is_used(column, base)) return base;
  for (int i = 1; i < kMaxVariants; ++i) {
    SqlValue variant = fmt::format("{}_{}", base, i);
    if (!is_used(column, variant)) return variant;
  }
  return {};
}

}  // namespace qfcsync::gpkg::edit
