#include "store/blob_name.hpp"

#include <qfcsync/blob_store.hpp>
#include <qfcsync/error.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::store {
namespace {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/// A part that is still being written is fine as a prefix, so that it may be empty.
bool is_part(std::string_view part) {
  return part.size() <= kMaxBlobNamePartBytes && (part.empty() || part.front() != '.') &&
         std::all_of(part.begin(), part.end(), is_name_letter);
}

bool has_good_parts(std::string_view name, bool may_end_open) {
  if (name.size() > kMaxBlobNameBytes) return false;
  for (bool is_first = true;; is_first = false) {
    const std::size_t end = name.find('/');
    const std::string_view part = name.substr(0, end);
    const bool is_last = end == std::string_view::npos;
    if (!is_part(part) || (part.empty() && !(is_last && may_end_open))) return false;
    const bool is_whole = !is_last || !may_end_open;
    if (is_first && is_whole && (part == kTemporaryFolder || part == kCacheFolder)) return false;
    if (is_last) return true;
    name.remove_prefix(end + 1);
  }
}

}  // namespace

bool is_blob_name(std::string_view name) noexcept { return has_good_parts(name, false); }

void check_blob_name(std::string_view name) {
  if (is_blob_name(name)) return;
  throw Error(ErrorCode::InvalidArgument,
              fmt::format("'{}' is no name of a blob; use parts of a-z 0-9 . _ - between slashes, "
                          "no leading dot, not below tmp or cache",
                          name.substr(0, kMaxBlobNameBytes)));
}

void check_blob_prefix(std::string_view prefix) {
  if (has_good_parts(prefix, true)) return;
  throw Error(ErrorCode::InvalidArgument, fmt::format("no name of a blob begins with '{}'",
                                                      prefix.substr(0, kMaxBlobNameBytes)));
}

std::uint64_t bytes_to_read(std::string_view name, std::uint64_t blob_size, std::uint64_t offset,
                            std::uint64_t length) {
  const bool is_inside = offset <= blob_size && length <= blob_size - offset;
  if (is_inside) return length == 0 ? blob_size - offset : length;
  throw Error(ErrorCode::Corrupt,
              fmt::format("blob {} has {} bytes, but {} at offset {} are wanted", name, blob_size,
                          length, offset));
}

std::size_t SizedSource::read(char* buffer, std::size_t size) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
  std::size_t total = 0;
  while (total < wanted) {
    const std::size_t count = source_.read(buffer + total, wanted - total);
    if (count == 0) {
      throw Error(ErrorCode::InvalidArgument,
                  fmt::format("blob {}: the data ended {} bytes too early", name_, left_ - total));
    }
    total += count;
  }
  left_ -= total;
  return total;
}

void SizedSource::expect_end() {
  char more = 0;
  if (source_.read(&more, 1) == 0) return;
  throw Error(ErrorCode::InvalidArgument,
              fmt::format("blob {}: there are more bytes than announced", name_));
}

}  // namespace qfcsync::store
