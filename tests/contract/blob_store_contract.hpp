#pragma once

#include <qfcsync/blob_store.hpp>

#include <functional>

namespace qfcsync::test {

/// A kind of store under test.
struct BlobStoreKind {
  /// Opens the same store every time; it is empty in the beginning.
  std::function<std::unique_ptr<BlobStore>()> open;
  /// Size of the blob that has to be streamed.
  std::uint64_t large_bytes = 64u << 20;
  /// What streaming it may cost; a store in memory needs all of it.
  long max_growth_mb = 48;
  int racers = 20;
};

/// What every blob store promises, each as a doctest subcase.
void check_blob_store(const BlobStoreKind& kind);

}  // namespace qfcsync::test
