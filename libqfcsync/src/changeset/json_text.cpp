#include "changeset/json_text.hpp"

#include "base/utf8.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace qfcsync::changeset {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> base64_digits() {
  std::array<std::uint8_t, 256> digits{};
  for (std::uint8_t& digit : digits) digit = kNoDigit;
  for (std::size_t i = 0; i < kBase64.size(); ++i) {
    digits[static_cast<std::uint8_t>(kBase64[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}

constexpr auto kDigits = base64_digits();

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_escape(char c, std::string& out) {
  switch (c) {
    case '"':
    case '\\':
      out += '\\';
      out += c;
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

std::uint32_t triple(std::string_view bytes) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    word = word << 8 | (i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0u);
  }
  return word;
}

/// @return false for a foreign character, or bits that no byte holds
bool append_quad(std::string_view quad, std::size_t padding, std::string& out) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4 - padding; ++i) {
    const std::uint8_t digit = kDigits[static_cast<std::uint8_t>(quad[i])];
    if (digit == kNoDigit) return false;
    word |= static_cast<std::uint32_t>(digit) << (18 - 6 * i);
  }
  for (std::size_t i = 0; i < 3 - padding; ++i) out += static_cast<char>(word >> (16 - 8 * i));
  return (word & ((1u << (8 * padding)) - 1)) == 0;
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(text[i])) continue;
    out.append(text, begin, i - begin);
    append_escape(text[i], out);
    begin = i + 1;
  }
  out.append(text, begin);
  out += '"';
}

void append_integer(std::int64_t value, std::string& out) {
  const fmt::format_int text(value);
  out.append(text.data(), text.size());
}

void append_real(double value, std::string& out) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  const std::string_view text(buffer, static_cast<std::size_t>(result.ptr - buffer));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

bool is_utf8(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    if (static_cast<unsigned char>(bytes[0]) < 0x80) {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t length = base::utf8_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

void append_base64(std::string_view bytes, std::string& out) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(3, bytes.size()))) {
    const std::uint32_t word = triple(bytes);
    char quad[] = {kBase64[word >> 18], kBase64[word >> 12 & 63], kBase64[word >> 6 & 63],
                   kBase64[word & 63]};
    for (std::size_t i = bytes.size() + 1; i < 4; ++i) quad[i] = '=';
    out.append(quad, 4);
  }
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (; !text.empty(); text.remove_prefix(4)) {
    const bool is_last = text.size() == 4;
    const std::size_t padding = !is_last ? 0 : text.ends_with("==") ? 2 : text.ends_with('=');
    if (!append_quad(text, padding, out)) return std::nullopt;
  }
  return out;
}

}  // namespace qfcsync::changeset
