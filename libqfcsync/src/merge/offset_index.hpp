#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace qfcsync::merge {

/// Finds offsets by hash: open addressing, 12 bytes a place. Equal hashes may stand for different
/// things; whoever asks looks at what the offset leads to.
class OffsetIndex {
 public:
  void insert(std::uint64_t hash, std::uint64_t offset);

  /// Calls accept(offset) for all offsets of that hash until it returns true.
  ///
  /// @return whether it did
  template <class Accept>
  bool find(std::uint64_t hash, Accept&& accept) const {
    if (slots_.empty()) return false;
    const auto mark = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t at = mark & mask_; slots_[at].low != 0 || slots_[at].high != 0;
         at = (at + 1) & mask_) {
      if (slots_[at].mark == mark && accept(slots_[at].offset())) return true;
    }
    return false;
  }

  bool is_empty() const { return count_ == 0; }

 private:
  // The offset is kept plus one, so that zero means "free".
  struct Slot {
    std::uint32_t mark = 0;
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::uint64_t offset() const { return (std::uint64_t{high} << 32 | low) - 1; }
  };

  void grow();
  void place(const Slot& slot);

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::size_t count_ = 0;
};

}  // namespace qfcsync::merge
