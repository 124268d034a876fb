#include "repository/copy_packs.hpp"

#include <algorithm>
#include <unordered_map>

namespace qfcsync::repository {
namespace {

struct Copy {
  std::size_t pack = 0;
  std::uint8_t depth = 0;
};
using BestCopies = std::unordered_map<chunk::ObjectKey, Copy, chunk::ObjectKeyHash>;

std::vector<chunk::PackEntry> entries_in_order(chunk::PackBytes& bytes) {
  std::vector<chunk::PackEntry> entries = chunk::PackReader(bytes).entries();
  std::ranges::sort(entries, {}, &chunk::PackEntry::offset);
  return entries;
}

BestCopies find_copies(PackCache& cache, const std::vector<history::RootPack>& packs) {
  BestCopies best;
  for (std::size_t i = 0; i < packs.size(); ++i) {
    const auto bytes = cache.open(packs[i]);
    chunk::verify_pack(*bytes, packs[i].id);
    for (const chunk::PackEntry& entry : entries_in_order(*bytes)) {
      const Copy copy{i, entry.record.depth};
      const auto [known, is_first] =
          best.emplace(chunk::ObjectKey{entry.record.kind, entry.record.id}, copy);
      if (!is_first && copy.depth < known->second.depth) known->second = copy;
    }
  }
  return best;
}

}  // namespace

void copy_packs(PackCache& cache, const std::vector<history::RootPack>& packs,
                const LeaveOut& leave_out, NewObjects& objects) {
  const BestCopies best = find_copies(cache, packs);
  for (std::size_t i = 0; i < packs.size(); ++i) {
    const auto bytes = cache.open(packs[i]);
    for (const chunk::PackEntry& entry : entries_in_order(*bytes)) {
      const chunk::ObjectKey key{entry.record.kind, entry.record.id};
      if (best.at(key).pack != i || objects.is_new(key) || (leave_out && leave_out(key))) continue;
      chunk::EncodedObject copy{entry.record, std::string(entry.record.stored_bytes, '\0')};
      bytes->read_at(entry.offset, copy.stored.data(), copy.stored.size());
      objects.add(copy);
    }
  }
}

}  // namespace qfcsync::repository
