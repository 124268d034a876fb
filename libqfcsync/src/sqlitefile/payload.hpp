#pragma once

#include "sqlitefile/leaf_page.hpp"
#include "sqlitefile/pages.hpp"

#include <string>
#include <string_view>

namespace qfcsync::sqlitefile {

inline std::string_view as_text(const std::uint8_t* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// The payload of a cell front to back: the local part, then page by page.
class PayloadPieces {
 public:
  /// @param cell  of a leaf that stays held
  PayloadPieces(Pages& pages, const Cell& cell) noexcept
      : pages_(&pages),
        piece_(as_text(cell.local, cell.local_size)),
        page_(cell.page),
        next_(cell.overflow),
        rest_(cell.payload_size) {}

  /// @return  the next bytes, valid until the next call of Pages::get(); empty at the end
  /// @errors  DamagedPage: the chain ends early or is longer than the file; Io
  std::string_view next();

 private:
  Pages* pages_;
  std::string_view piece_;  // the local part until it is given out
  std::uint32_t page_;      // that names next_
  std::uint32_t next_;
  std::uint64_t rest_;  // bytes not given out
};

/// Whether two payloads are the same bytes; of two files. Reads no more than is needed to know.
bool same_payload(Pages& a_pages, const Cell& a, Pages& b_pages, const Cell& b);

/// The whole payload in one piece.
///
/// @param buffer  used if the payload is not all in the leaf
/// @return        valid while the leaf is held and buffer is not changed
/// @errors        as PayloadPieces::next
std::string_view whole_payload(Pages& pages, const Cell& cell, std::string& buffer);

}  // namespace qfcsync::sqlitefile
