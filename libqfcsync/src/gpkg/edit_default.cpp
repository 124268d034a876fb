#include "gpkg/edit_default.hpp"

#include "gpkg/edit_iso_time.hpp"
#include "gpkg/edit_value.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <vector>

#include <sqlite3.h>

namespace qfcsync::gpkg::edit {
namespace {

constexpr int kMaxNesting = 20;

using Value = std::optional<AttributeValue>;

bool is_null_value(const AttributeValue& value) {
  return std::holds_alternative<std::monostate>(value);
}

/// Recursive descent; nullopt means "not an expression we can tell", and then nothing counts.
class Evaluator {
 public:
  Evaluator(std::string_view text, const Surroundings& surroundings)
      : text_(text), surroundings_(surroundings) {}

  Value whole() {
    Value value = concatenation(0);
    skip_blanks();
    return at_ == text_.size() ? value : std::nullopt;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  bool take(std::string_view token) {
    skip_blanks();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }

  Value concatenation(int depth) {
    Value left = operand(depth);
    while (left && take("||")) {
      const Value right = operand(depth);
      if (!right) return std::nullopt;
      const bool is_null = is_null_value(*left) || is_null_value(*right);
      left = is_null ? AttributeValue() : AttributeValue(key_text(*left) + key_text(*right));
    }
    return left;
  }

  Value operand(int depth) {
    if (depth > kMaxNesting) return std::nullopt;
    skip_blanks();
    if (at_ == text_.size()) return std::nullopt;
    const char c = text_[at_];
    if (c == '\'') return string_literal();
    if (c == '(') {
      ++at_;
      Value inner = concatenation(depth + 1);
      return take(")") ? inner : std::nullopt;
    }
    if (c == '-' || c == '.' || std::isdigit(static_cast<unsigned char>(c))) return number();
    return word(depth);
  }

  Value string_literal() {
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      if (c == '\'' && next != '\'') {
        ++at_;
        return AttributeValue(std::move(out));
      }
      if (c == '\'' || (c == '\\' && (next == '\'' || next == '\\'))) ++at_;
      out += text_[at_];
    }
    return std::nullopt;
  }

  Value number() {
    const std::size_t begin = at_;
    if (text_[at_] == '-') ++at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.')) {
      ++at_;
    }
    const std::string_view token = text_.substr(begin, at_ - begin);
    if (const auto integer = parse_integer(token)) return AttributeValue(*integer);
    if (const auto real = parse_real(token)) return AttributeValue(*real);
    return std::nullopt;
  }

  Value word(int depth) {
    std::string name;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                  text_[at_] == '_' || text_[at_] == '$')) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(text_[at_++])));
    }
    if (take("(")) return call(name, depth);
    if (name == "null") return AttributeValue();
    if (name == "true") return AttributeValue(true);
    if (name == "false") return AttributeValue(false);
    if (name == "$now") return now();
    return std::nullopt;
  }

  Value call(const std::string& name, int depth) {
    std::vector<AttributeValue> arguments;
    while (!take(")")) {
      if (!arguments.empty() && !take(",")) return std::nullopt;
      Value argument = concatenation(depth + 1);
      if (!argument) return std::nullopt;
      arguments.push_back(std::move(*argument));
    }
    if (name == "uuid" && arguments.size() <= 1) return uuid(arguments);
    if (name == "now" && arguments.empty()) return now();
    if (name == "to_date" && arguments.size() == 1) return to_date(arguments[0]);
    if (name == "to_string" && arguments.size() == 1) return to_string(arguments[0]);
    if (name == "concat") return concat(arguments);
    return std::nullopt;
  }

  AttributeValue now() const { return format_date_time(surroundings_.now_ms()); }

  Value uuid(const std::vector<AttributeValue>& arguments) const {
    const std::string form = arguments.empty() ? "WithBraces" : key_text(arguments[0]);
    std::string id = surroundings_.uuid();
    if (form == "WithBraces") return AttributeValue("{" + id + "}");
    if (form == "Id128") std::erase(id, '-');
    if (form != "Id128" && form != "WithoutBraces") return std::nullopt;
    return AttributeValue(std::move(id));
  }

  static Value to_date(const AttributeValue& value) {
    if (is_null_value(value)) return value;
    const auto time = parse_iso_time(key_text(value));
    if (!time) return std::nullopt;
    return AttributeValue(format_date(time->wall_ms));
  }

  static Value to_string(const AttributeValue& value) {
    if (is_null_value(value)) return value;
    return AttributeValue(key_text(value));
  }

  static Value concat(const std::vector<AttributeValue>& arguments) {
    std::string out;
    for (const AttributeValue& argument : arguments) out += key_text(argument);
    return AttributeValue(std::move(out));
  }

  std::string_view text_;
  const Surroundings& surroundings_;
  std::size_t at_ = 0;
};

std::string random_uuid() {
  std::array<unsigned char, 16> bytes{};
  sqlite3_randomness(static_cast<int>(bytes.size()), bytes.data());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::int64_t clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

Surroundings real_surroundings() { return {clock_ms, random_uuid}; }

std::optional<AttributeValue> evaluate_default(std::string_view expression,
                                               const Surroundings& surroundings) {
  return Evaluator(expression, surroundings).whole();
}

}  // namespace qfcsync::gpkg::edit
