#pragma once

#include <qfcsync/blob_store.hpp>
#include <qfcsync/stream.hpp>

#include "chunk/object.hpp"
#include "chunk/pack_writer.hpp"
#include "history/root.hpp"
#include "repository/stored_objects.hpp"

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace qfcsync::repository {

/// A pack that is in the store now, without a root that names it yet.
struct NewPack {
  history::RootPack pack;
  std::vector<chunk::PackEntry> entries;  ///< by offset
};

/// Objects that are being added, on top of the stored ones: each pack goes to the store when it is
/// full. Reads what it was given, too. Without a root the packs are orphans.
///
/// One thread at a time. A pack that is open lies in scratch memory; to a store behind a network it
/// goes while the next one is made, so that two lie there.
class NewObjects : public chunk::ObjectSource, public chunk::ObjectSink {
 public:
  /// @param level  of the packs that are made
  NewObjects(BlobStore& store, StoredObjects& stored, std::uint32_t level = 0);

  std::optional<chunk::ObjectRecord> find(chunk::ObjectKind kind,
                                          const chunk::ObjectId& id) override;
  void read(const chunk::ObjectRecord& record, std::string& stored) override;
  void expect(chunk::ObjectKind kind, std::span<const chunk::ObjectId> ids) override {
    stored_->expect(kind, ids);
  }
  /// @errors as chunk::PackWriter::add and BlobStore::create
  void add(const chunk::EncodedObject& object) override;

  bool is_new(const chunk::ObjectKey& key) const { return entries_.contains(key); }

  /// Makes the open pack durable. @return all packs so far. @errors as BlobStore::create
  const std::vector<NewPack>& finish();

  /// Whether every base and every depth still holds on the stored objects as they are now. A
  /// root of somebody else may have packs without them, or with other bases.
  bool stands_on_stored();

  std::uint64_t stored_bytes() const { return stored_bytes_; }

 private:
  struct Place {
    std::size_t pack = 0;  // place in packs_; their number is the open one
    std::size_t entry = 0;
  };
  bool is_full(const chunk::ObjectRecord& next) const;
  void begin_pack();
  void close_pack();
  void send(const chunk::PackSummary& summary);
  void wait_for_upload();
  const chunk::PackEntry* find_new(const chunk::ObjectKey& key, std::size_t& pack) const;

  BlobStore* store_;
  StoredObjects* stored_;
  std::uint32_t level_;
  std::vector<NewPack> packs_;
  std::unordered_map<chunk::ObjectKey, Place, chunk::ObjectKeyHash> entries_;

  std::shared_ptr<ByteStore> scratch_;  // these three are of the open pack
  std::unique_ptr<chunk::PackWriter> writer_;
  std::vector<chunk::PackEntry> open_entries_;
  std::uint64_t stored_bytes_ = 0;
  std::uint64_t handy_bytes_;
  std::future<void> upload_;  // of the last pack; valid: it may be under way
};

}  // namespace qfcsync::repository
