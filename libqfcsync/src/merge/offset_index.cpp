#include "merge/offset_index.hpp"

#include <utility>

namespace qfcsync::merge {
namespace {

constexpr std::size_t kFirstSlots = 64;

}  // namespace

void OffsetIndex::insert(std::uint64_t hash, std::uint64_t offset) {
  if ((count_ + 1) * 4 > slots_.size() * 3) grow();
  const std::uint64_t kept = offset + 1;
  place({static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(kept),
         static_cast<std::uint32_t>(kept >> 32)});
  ++count_;
}

void OffsetIndex::place(const Slot& slot) {
  std::size_t at = slot.mark & mask_;
  while (slots_[at].low != 0 || slots_[at].high != 0) at = (at + 1) & mask_;
  slots_[at] = slot;
}

void OffsetIndex::grow() {
  std::vector<Slot> before(slots_.empty() ? kFirstSlots : slots_.size() * 2);
  std::swap(before, slots_);
  mask_ = slots_.size() - 1;
  for (const Slot& slot : before) {
    if (slot.low != 0 || slot.high != 0) place(slot);
  }
}

}  // namespace qfcsync::merge
