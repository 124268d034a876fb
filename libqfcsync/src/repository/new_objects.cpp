#include "repository/new_objects.hpp"

#include <qfcsync/error.hpp>

#include "repository/chance.hpp"
#include "repository/scratch_source.hpp"

#include <utility>

namespace qfcsync::repository {

NewObjects::NewObjects(BlobStore& store, StoredObjects& stored, std::uint32_t level)
    : store_(&store), stored_(&stored), level_(level), handy_bytes_(store.limits().handy_bytes) {}

const chunk::PackEntry* NewObjects::find_new(const chunk::ObjectKey& key, std::size_t& pack) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  pack = found->second.pack;
  const auto& entries = pack < packs_.size() ? packs_[pack].entries : open_entries_;
  return &entries[found->second.entry];
}

std::optional<chunk::ObjectRecord> NewObjects::find(chunk::ObjectKind kind,
                                                    const chunk::ObjectId& id) {
  std::size_t pack = 0;
  if (const chunk::PackEntry* entry = find_new({kind, id}, pack)) return entry->record;
  return stored_->find(kind, id);
}

void NewObjects::read(const chunk::ObjectRecord& record, std::string& stored) {
  std::size_t pack = 0;
  const chunk::PackEntry* entry = find_new({record.kind, record.id}, pack);
  if (entry == nullptr) return stored_->read(record, stored);
  const std::uint32_t size = entry->record.stored_bytes;
  if (pack < packs_.size()) {
    if (pack + 1 == packs_.size() && upload_.valid()) upload_.wait();
    stored.resize(size);
    return stored_->packs().read(packs_[pack].pack.id, entry->offset, stored.data(), size);
  }
  std::string buffer;
  stored = scratch_->read(entry->offset, size, buffer);
}

void NewObjects::add(const chunk::EncodedObject& object) {
  const chunk::ObjectKey key{object.record.kind, object.record.id};
  if (entries_.contains(key)) {
    throw Error(ErrorCode::AlreadyExists, describe(key.kind, key.id) + " was added already");
  }
  if (writer_ && is_full(object.record)) close_pack();
  if (!writer_) begin_pack();
  const std::uint64_t offset = scratch_->size();
  writer_->add(object);
  entries_.emplace(key, Place{packs_.size(), open_entries_.size()});
  open_entries_.push_back({object.record, offset});
}

void NewObjects::begin_pack() {
  scratch_ = make_scratch();
  writer_ =
      std::make_unique<chunk::PackWriter>(*scratch_, static_cast<std::uint32_t>(random_number()));
}

bool NewObjects::is_full(const chunk::ObjectRecord& next) const {
  if (!writer_->fits(next)) return true;
  return handy_bytes_ > 0 && scratch_->size() + next.stored_bytes > handy_bytes_;
}

void NewObjects::close_pack() {
  const chunk::PackSummary summary = writer_->finish();
  send(summary);
  packs_.push_back(
      {{summary.id, summary.bytes, summary.objects, level_}, std::exchange(open_entries_, {})});
  stored_bytes_ += summary.bytes;
  writer_.reset();
  scratch_.reset();
}

void NewObjects::send(const chunk::PackSummary& summary) {
  const auto create = [store = store_, bytes = scratch_, summary] {
    ScratchSource source(*bytes);
    // A name that is taken is this very pack: it has a salt of its own, so nobody else makes it.
    store->create(history::pack_name(summary.id), source, summary.bytes);
  };
  if (!stored_->packs().is_remote()) return create();
  wait_for_upload();
  stored_->packs().keep(summary.id, *scratch_);
  upload_ = std::async(std::launch::async, create);
}

void NewObjects::wait_for_upload() {
  if (upload_.valid()) upload_.get();
}

const std::vector<NewPack>& NewObjects::finish() {
  if (writer_) close_pack();
  wait_for_upload();
  return packs_;
}

bool NewObjects::stands_on_stored() {
  for (const NewPack& pack : packs_) {
    for (const chunk::PackEntry& entry : pack.entries) {
      for (const chunk::ObjectId& base : entry.record.bases) {
        const auto record = find(entry.record.kind, base);
        if (!record || record->depth >= entry.record.depth) return false;
      }
    }
  }
  return true;
}

}  // namespace qfcsync::repository
