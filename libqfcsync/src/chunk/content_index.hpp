#pragma once

#include "chunk/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace qfcsync::chunk {

/// Finds which chunks of an old version hold the content of a new chunk, wherever it has moved.
///
/// Rolling-hash windows are sampled by their hash, so that equal content is sampled alike at any
/// offset. Takes 8 bytes a sample: some 16 bytes a KiB of file, 2 above 1 GiB, 32 MiB at most.
class ContentIndex {
 public:
  /// @param file_bytes  size of the old version; decides how dense samples are
  explicit ContentIndex(std::uint64_t file_bytes);

  void add(std::uint32_t chunk_number, std::string_view raw);
  /// To be called once between the last add() and the first best_chunks().
  void finish();

  /// The chunks that share most samples, at most kMaxBases, in file order; empty if none shares
  /// any.
  std::vector<std::uint32_t> best_chunks(std::string_view raw) const;

 private:
  using Sample = std::uint64_t;  // hash above, chunk number below: sorts by hash
  template <typename Take>
  void each_sample(std::string_view raw, Take&& take) const;

  int sampled_bits_;
  std::vector<Sample> samples_;
};

}  // namespace qfcsync::chunk
