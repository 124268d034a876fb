#include "chunk/content_index.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace qfcsync::chunk {
namespace {

// The hash moves by two bits a byte, so that a byte has left it after 32: shorter than most rows,
// which a sorted export moves one by one.
constexpr int kBitsAByte = 2;
constexpr std::size_t kWindowBytes = 64 / kBitsAByte;

constexpr std::uint64_t kFineFileBytes = std::uint64_t{1} << 30;
constexpr std::uint64_t kCoarseFileBytes = std::uint64_t{16} << 30;
constexpr int kFineBits = 9;     // one sample per 512 bytes
constexpr int kCoarseBits = 12;  // one per 4 KiB

constexpr int kNumberBits = 20;  // enough for kMaxManifestChunks
constexpr std::uint64_t kNumberMask = (std::uint64_t{1} << kNumberBits) - 1;
constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
// Content that is in more chunks than this says little about any of them.
constexpr std::ptrdiff_t kMaxSharers = 4;

/// A fixed random number for each byte (splitmix64).
constexpr std::array<std::uint64_t, 256> make_gear() {
  std::array<std::uint64_t, 256> gear{};
  std::uint64_t state = 0;
  for (std::uint64_t& value : gear) {
    state += kSpread;
    std::uint64_t mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    value = mixed ^ mixed >> 31;
  }
  return gear;
}
constexpr auto kGear = make_gear();

int bits_for(std::uint64_t file_bytes) {
  if (file_bytes <= kFineFileBytes) return kFineBits;
  if (file_bytes <= kCoarseFileBytes) return kCoarseBits;
  return kCoarseBits + static_cast<int>(std::bit_width((file_bytes - 1) / kCoarseFileBytes));
}

/// The most frequent numbers of a sorted list, in ascending order.
std::vector<std::uint32_t> most_frequent(const std::vector<std::uint32_t>& votes) {
  std::vector<std::pair<std::size_t, std::uint32_t>> counts;
  for (auto at = votes.begin(); at != votes.end();) {
    const auto end = std::upper_bound(at, votes.end(), *at);
    counts.emplace_back(end - at, *at);
    at = end;
  }
  std::ranges::stable_sort(counts, [](const auto& a, const auto& b) { return a.first > b.first; });
  counts.resize(std::min(counts.size(), kMaxBases));
  std::vector<std::uint32_t> numbers;
  for (const auto& [count, number] : counts) numbers.push_back(number);
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace

ContentIndex::ContentIndex(std::uint64_t file_bytes) : sampled_bits_(bits_for(file_bytes)) {}

/// Calls take with the shifted hash of each sample; of a run of equal ones with the first.
template <typename Take>
void ContentIndex::each_sample(std::string_view raw, Take&& take) const {
  const int shift = 64 - sampled_bits_;
  std::uint64_t hash = 0;
  Sample last = ~Sample{0};
  for (std::size_t i = 0; i < raw.size(); ++i) {
    hash = (hash << kBitsAByte) + kGear[static_cast<std::uint8_t>(raw[i])];
    if (hash >> shift != 0 || i + 1 < kWindowBytes) continue;
    const Sample sample = hash * kSpread & ~kNumberMask;
    if (sample != last) take(sample);
    last = sample;
  }
}

void ContentIndex::add(std::uint32_t chunk_number, std::string_view raw) {
  each_sample(raw, [&](Sample sample) { samples_.push_back(sample | chunk_number); });
}

void ContentIndex::finish() {
  std::ranges::sort(samples_);
  // Not std::ranges: what that returns does not compile with clang 14 and libstdc++ 12.
  samples_.erase(std::unique(samples_.begin(), samples_.end()), samples_.end());
}

std::vector<std::uint32_t> ContentIndex::best_chunks(std::string_view raw) const {
  std::vector<std::uint32_t> votes;
  each_sample(raw, [&](Sample sample) {
    const auto begin = std::ranges::lower_bound(samples_, sample);
    const auto end = std::upper_bound(begin, samples_.end(), sample | kNumberMask);
    if (end - begin > kMaxSharers) return;
    for (auto at = begin; at != end; ++at) {
      votes.push_back(static_cast<std::uint32_t>(*at & kNumberMask));
    }
  });
  std::ranges::sort(votes);
  return most_frequent(votes);
}

}  // namespace qfcsync::chunk
