#include "history/pointer.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace qfcsync::history {
namespace {

constexpr std::string_view kHead = "version https://git-lfs.github.com/spec/v1\noid sha256:";
constexpr std::string_view kSize = "\nsize ";

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string format_pointer(const Pointer& pointer) {
  if (pointer.size == 0) return {};
  return fmt::format("{}{}{}{}\n", kHead, pointer.file.hex(), kSize, pointer.size);
}

std::optional<Pointer> parse_pointer(std::string_view text) {
  if (text.empty()) return Pointer{chunk::sha256_id({}), 0};
  constexpr std::size_t kDigits = 2 * chunk::kIdBytes;
  constexpr std::size_t kNumberOffset = kHead.size() + kDigits + kSize.size();
  if (text.size() <= kNumberOffset || !text.starts_with(kHead)) return std::nullopt;
  const std::string_view digits = text.substr(kHead.size(), kDigits);
  if (!is_hex(digits) || text.substr(kHead.size() + kDigits, kSize.size()) != kSize) {
    return std::nullopt;
  }
  Pointer pointer;
  pointer.file = chunk::ObjectId::from_hex(digits);
  std::from_chars(text.data() + kNumberOffset, text.data() + text.size(), pointer.size);
  // Only one text is right: no leading zeros, one line end.
  if (pointer.size == 0 || format_pointer(pointer) != text) return std::nullopt;
  return pointer;
}

}  // namespace qfcsync::history
