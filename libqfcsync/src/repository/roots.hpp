#pragma once

#include <qfcsync/blob_store.hpp>

#include "chunk/object_id.hpp"
#include "history/root.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace qfcsync::repository {

/// A root together with the hash that its successor names.
struct KnownRoot {
  history::Root root;
  chunk::ObjectId hash;
};

/// The numbered roots of a store.
class Roots {
 public:
  explicit Roots(BlobStore& store) : store_(&store) {}

  /// The number of the newest root; 0 if there is none.
  ///
  /// @param known  one that was there once. As long as it still is, only its successors are asked
  ///               for: old roots are removed from the beginning
  std::uint64_t newest(std::uint64_t known);

  /// The number of the newest root after one that is there. @return after: there is none
  std::uint64_t newest_listed(std::uint64_t after);

  /// As read(); nothing if it is not there.
  std::optional<KnownRoot> find(std::uint64_t generation);
  /// @errors NotFound; Corrupt: it is damaged or has another number; FormatTooNew
  KnownRoot read(std::uint64_t generation);

  /// The root that follows, without changes but number, time and names.
  static history::Root successor(const KnownRoot& before);

  /// Creates a root: the commit point.
  ///
  /// @return nothing if somebody else's root has that number
  std::optional<KnownRoot> create(const history::Root& root);

 private:
  BlobStore* store_;
};

}  // namespace qfcsync::repository
