#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/stream.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qfcsync::apply {

/// Reads a store front to back. One thread at a time; the store must outlive the source.
class StoreSource : public ByteSource {
 public:
  explicit StoreSource(const ByteStore& store) : store_(store) {}
  std::size_t read(char* buffer, std::size_t size) override;

 private:
  const ByteStore& store_;
  std::uint64_t offset_ = 0;
  std::string scratch_;
};

/// A whole changeset that was checked and can be read as often as needed. What a file is told to do
/// depends on more than the change at hand: a cut changeset must not change anything, and who
/// collides with whom shows at the end only.
class Spool {
 public:
  /// @errors as ChangesetReader::next
  explicit Spool(ByteSource& changeset);

  const ByteStore& store() const { return *store_; }
  std::uint64_t size_bytes() const { return store_->size(); }
  std::uint64_t change_count() const { return change_count_; }
  /// Each table once, as its first head says.
  const std::vector<ChangesetTable>& tables() const { return tables_; }
  const ChangesetEnvelope* envelope() const { return envelope_ ? &*envelope_ : nullptr; }

 private:
  std::unique_ptr<ByteStore> store_;
  std::uint64_t change_count_ = 0;
  std::vector<ChangesetTable> tables_;
  std::optional<ChangesetEnvelope> envelope_;
};

}  // namespace qfcsync::apply
