#pragma once

#include <qfcsync/stream.hpp>

#include "base/digest.hpp"
#include "history/root.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace qfcsync::repository {

// The bytes of a bundle around its packs; docs/formats/bundle.md.

/// Refs of a bundle's root that name what the receiver needs to have.
inline constexpr std::string_view kHavePrefix = "refs/have/";

/// Writes a bundle front to back.
class BundleWriter {
 public:
  /// @param root  its packs are those that follow
  BundleWriter(ByteSink& out, const history::Root& root);
  /// One pack after the other, in the order of the root.
  void write(std::string_view bytes);
  /// The hash of all, once.
  void finish();

 private:
  ByteSink* out_;
  base::Digest digest_{base::DigestKind::Sha256};
};

/// Reads a bundle front to back.
class BundleReader {
 public:
  /// @errors Corrupt: no bundle, or damaged; FormatTooNew
  explicit BundleReader(ByteSource& source);

  const history::Root& root() const { return root_; }

  /// The next pack of the root, compared with its name.
  ///
  /// @errors Corrupt: cut off, or other bytes
  std::unique_ptr<ByteStore> next_pack(const history::RootPack& pack);

  /// After the last pack. @errors Corrupt: the hash is another, or more bytes follow
  void finish();

 private:
  void read_exactly(char* buffer, std::size_t size);
  std::string take(std::size_t size);

  ByteSource* source_;
  base::Digest digest_{base::DigestKind::Sha256};
  history::Root root_;
};

}  // namespace qfcsync::repository
