#include "repository/stored_objects.hpp"

#include <qfcsync/error.hpp>

#include "repository/blob_pack.hpp"

namespace qfcsync::repository {
namespace {

/// More than a chain of bases is long, so that what was found is read without asking again.
constexpr std::size_t kRemembered = 4096;

}  // namespace

std::optional<Located> StoredObjects::locate(const chunk::ObjectKey& key) {
  const auto known = found_.find(key);
  if (known != found_.end()) return known->second;
  std::optional<Located> located = index_->find(key);
  if (!located) return std::nullopt;
  if (found_.size() >= kRemembered) found_.clear();
  found_.emplace(key, *located);
  return located;
}

std::optional<chunk::ObjectRecord> StoredObjects::find(chunk::ObjectKind kind,
                                                       const chunk::ObjectId& id) {
  const std::optional<Located> located = locate({kind, id});
  if (!located) return std::nullopt;
  return located->record;
}

void StoredObjects::read(const chunk::ObjectRecord& record, std::string& stored) {
  const std::optional<Located> located = locate({record.kind, record.id});
  if (!located) {
    throw Error(ErrorCode::NotFound, describe(record.kind, record.id) + " is not in this store");
  }
  stored = read_blob(*store_, history::pack_name(located->pack), located->offset,
                     located->record.stored_bytes);
}

bool DecodedGitObjects::read(const chunk::ObjectId& id, std::string& object) {
  if (!contains(id)) return false;
  object = *decoder_.decode(chunk::ObjectKind::Git, id);
  return true;
}

bool DecodedGitObjects::contains(const chunk::ObjectId& id) {
  return objects_->find(chunk::ObjectKind::Git, id).has_value();
}

}  // namespace qfcsync::repository
