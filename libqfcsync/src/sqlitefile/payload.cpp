#include "sqlitefile/payload.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace qfcsync::sqlitefile {
namespace {

constexpr std::uint32_t kLinkBytes = 4;  // at the start of an overflow page: the next one

}  // namespace

std::string_view PayloadPieces::next() {
  if (!piece_.empty()) {
    rest_ -= piece_.size();
    return std::exchange(piece_, {});
  }
  if (rest_ == 0) return {};
  const FileHeader& header = pages_->header();
  const std::uint32_t room = header.usable_size - kLinkBytes;
  // A chain cannot have more pages than the file, however long the payload claims to be.
  if (next_ == 0 || rest_ / room > header.page_count) {
    throw DamagedPage(pages_->name(), page_, "a row's overflow pages end before the row does");
  }
  const std::uint8_t* bytes = pages_->get(next_);
  page_ = next_;
  next_ = read_u32(bytes);
  const std::size_t size = std::min<std::uint64_t>(room, rest_);
  rest_ -= size;
  return as_text(bytes + kLinkBytes, size);
}

bool same_payload(Pages& a_pages, const Cell& a, Pages& b_pages, const Cell& b) {
  if (a.payload_size != b.payload_size) return false;
  const std::uint32_t local = std::min(a.local_size, b.local_size);
  if (std::memcmp(a.local, b.local, local) != 0) return false;
  if (local == a.payload_size) return true;
  PayloadPieces a_pieces(a_pages, a);
  PayloadPieces b_pieces(b_pages, b);
  std::string_view left = a_pieces.next();
  std::string_view right = b_pieces.next();
  while (!left.empty() && !right.empty()) {
    const std::size_t size = std::min(left.size(), right.size());
    if (std::memcmp(left.data(), right.data(), size) != 0) return false;
    left.remove_prefix(size);
    right.remove_prefix(size);
    if (left.empty()) left = a_pieces.next();
    if (right.empty()) right = b_pieces.next();
  }
  return left.empty() && right.empty();
}

std::string_view whole_payload(Pages& pages, const Cell& cell, std::string& buffer) {
  if (cell.overflow == 0) return as_text(cell.local, cell.local_size);
  buffer.clear();
  PayloadPieces pieces(pages, cell);
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
    buffer.append(piece);
  }
  return buffer;
}

}  // namespace qfcsync::sqlitefile
