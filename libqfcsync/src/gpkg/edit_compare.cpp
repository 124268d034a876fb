#include "gpkg/edit_compare.hpp"

#include "gpkg/edit_iso_time.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::gpkg::edit {
namespace {

using Json = nlohmann::ordered_json;

/// Numbers and booleans as Python's ==, which takes True for 1.
struct Number {
  bool is_real = false;
  std::int64_t integer = 0;
  double real = 0;
};

std::optional<Number> number_of(const AttributeValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return Number{false, *flag ? 1 : 0, 0};
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return Number{false, *integer, 0};
  if (const auto* real = std::get_if<double>(&value)) return Number{true, 0, *real};
  return std::nullopt;
}

bool integer_equals(std::int64_t integer, double real) {
  return std::abs(real) < 9.3e18 && real == std::floor(real) && std::abs(real) <= 9.2233720368547e18
             ? static_cast<std::int64_t>(real) == integer
             : false;
}

bool same_number(const Number& a, const Number& b) {
  if (a.is_real && b.is_real) return a.real == b.real;
  if (a.is_real) return integer_equals(b.integer, a.real);
  if (b.is_real) return integer_equals(a.integer, b.real);
  return a.integer == b.integer;
}

bool same_json(const std::string& a, const std::string& b) {
  const auto first = nlohmann::json::parse(a, nullptr, false);
  const auto second = nlohmann::json::parse(b, nullptr, false);
  return !first.is_discarded() && first == second;
}

bool same_time(const std::string& a, const std::string& b, ColumnKind kind) {
  const auto first = parse_iso_time(a);
  const auto second = parse_iso_time(b);
  if (!first || !second) return a == b;
  if (kind == ColumnKind::Date) return format_date(first->wall_ms) == format_date(second->wall_ms);
  if (first->offset_minutes && second->offset_minutes) return first->utc_ms() == second->utc_ms();
  return first->wall_ms == second->wall_ms;
}

std::string python_real(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  const double magnitude = std::abs(value);
  const bool fixed = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
  char buffer[64];
  const auto format = fixed ? std::chars_format::fixed : std::chars_format::scientific;
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr);
  if (fixed && text.find('.') == std::string::npos) text += ".0";
  return text;
}

std::string python_quoted(const std::string& text) {
  const char quote =
      text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') out += '\\';
    out += c;
  }
  return out + quote;
}

std::string python_json(const Json& json);

std::string python_members(const Json& json) {
  std::string out;
  for (const auto& [key, value] : json.items()) {
    if (!out.empty()) out += ", ";
    if (json.is_object()) out += python_quoted(key) + ": ";
    out += python_json(value);
  }
  return out;
}

std::string python_json(const Json& json) {
  if (json.is_object()) return "{" + python_members(json) + "}";
  if (json.is_array()) return "[" + python_members(json) + "]";
  if (json.is_string()) return python_quoted(json.get<std::string>());
  if (json.is_boolean()) return json.get<bool>() ? "True" : "False";
  if (json.is_number_float()) return python_real(json.get<double>());
  return json.is_null() ? "None" : json.dump();
}

struct PythonText {
  std::string operator()(std::monostate) const { return "None"; }
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return python_real(value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const JsonText& value) const {
    const Json json = Json::parse(value.text, nullptr, false);
    return json.is_discarded() ? value.text : python_json(json);
  }
};

}  // namespace

bool same_value(const AttributeValue& a, const AttributeValue& b) {
  const auto first = number_of(a);
  const auto second = number_of(b);
  if (first && second) return same_number(*first, *second);
  const auto* first_json = std::get_if<JsonText>(&a);
  const auto* second_json = std::get_if<JsonText>(&b);
  if (first_json && second_json) return same_json(first_json->text, second_json->text);
  return a == b;
}

bool same_as_stored(const AttributeValue& stored, const AttributeValue& told, ColumnKind kind) {
  const auto* text = std::get_if<std::string>(&stored);
  if (text != nullptr) {
    if (const auto* json = std::get_if<JsonText>(&told)) return same_json(*text, json->text);
    const auto* told_text = std::get_if<std::string>(&told);
    const bool is_time = kind == ColumnKind::Date || kind == ColumnKind::DateTime;
    if (is_time && told_text != nullptr) return same_time(*text, *told_text, kind);
  }
  return same_value(stored, told);
}

std::string python_text(const AttributeValue& value) { return std::visit(PythonText{}, value); }

std::string conflict_text(const std::string& attribute, const AttributeValue& stored,
                          const AttributeValue& told) {
  return fmt::format("The attribute \"{}\" that has a conflict:\n-{}\n+{}", attribute,
                     python_text(stored), python_text(told));
}

}  // namespace qfcsync::gpkg::edit
