#include "domain/text.hpp"

#include <cstdint>
#include <cstring>

namespace qfcsync::server {
namespace {

/// What the second byte of a sequence must lie between; length 0 for a byte that begins none.
struct Lead {
  std::size_t length;
  unsigned char low;
  unsigned char high;
};

Lead lead_of(unsigned char first) {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xC2) return {0, 0, 0};
  if (first < 0xE0) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};  // no overlong forms
  if (first == 0xED) return {3, 0x80, 0x9F};  // no surrogates
  if (first < 0xF0) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first < 0xF4) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};  // nothing above U+10FFFF
  return {0, 0, 0};
}

std::size_t ascii_prefix(std::string_view bytes) {
  std::size_t length = 0;
  std::uint64_t word = 0;
  while (bytes.size() - length >= sizeof word) {
    std::memcpy(&word, bytes.data() + length, sizeof word);
    if (word & 0x8080808080808080u) break;
    length += sizeof word;
  }
  return length;
}

}  // namespace

std::size_t utf8_sequence(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const Lead lead = lead_of(at(0));
  if (lead.length < 2) return lead.length;
  if (bytes.size() < lead.length || at(1) < lead.low || at(1) > lead.high) return 0;
  for (std::size_t i = 2; i < lead.length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  return lead.length;
}

bool is_valid_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    bytes.remove_prefix(ascii_prefix(bytes));
    if (bytes.empty()) return true;
    const std::size_t length = utf8_sequence(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

}  // namespace qfcsync::server
