#pragma once

#include "sqlitefile/leaf_page.hpp"
#include "sqlitefile/pages.hpp"

#include <cstdint>

namespace qfcsync::sqlitefile {

/// An interior page of a table's b-tree: children, and between them keys. All rowids of a child
/// are at most the key behind it. Points into the bytes of the page.
class InteriorPage {
 public:
  /// @errors  DamagedPage: no such page, or more children than fit
  InteriorPage(const Pages& pages, std::uint32_t page, const std::uint8_t* bytes);

  /// Keys; there is one child more.
  std::uint32_t key_count() const noexcept { return key_count_; }
  /// @param index  up to key_count()
  /// @return       its page
  /// @errors       DamagedPage
  std::uint32_t child(std::uint32_t index) const;
  /// @param index  below key_count()
  /// @errors       DamagedPage
  std::int64_t key(std::uint32_t index) const;
  /// The child where a rowid belongs.
  std::uint32_t index_of(std::int64_t rowid) const;

 private:
  const std::uint8_t* cell(std::uint32_t index) const;
  [[noreturn]] void fail(std::string_view what) const;

  const Pages* pages_;
  const std::uint8_t* bytes_;
  std::uint32_t page_;
  std::uint32_t begin_;
  std::uint32_t key_count_;
};

}  // namespace qfcsync::sqlitefile
