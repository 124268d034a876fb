#include "repository/stored_objects.hpp"

#include <qfcsync/error.hpp>

#include <set>
#include <vector>

namespace qfcsync::repository {
namespace {

/// More than a chain of bases is long, so that what was found is read without asking again.
constexpr std::size_t kRemembered = 16'384;
/// Of a chain longer than that, the rest is fetched as it is read.
constexpr std::size_t kMostExpected = 32'768;

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
  stored.resize(located->record.stored_bytes);
  packs_->read(located->pack, located->offset, stored.data(), stored.size());
}

void StoredObjects::expect(chunk::ObjectKind kind, std::span<const chunk::ObjectId> ids) {
  expect({{kind, ids}});
}

void StoredObjects::expect(std::initializer_list<Expected> expected) {
  if (!packs_->is_remote()) return;
  std::vector<PackRange> ranges;
  std::set<chunk::ObjectKey> seen;
  // What bases stand on comes before them, as it is decoded.
  const auto add = [&](const auto& self, const chunk::ObjectKey& key) -> void {
    if (seen.size() >= kMostExpected || !seen.insert(key).second) return;
    const std::optional<Located> located = locate(key);
    if (!located) return;
    for (const chunk::ObjectId& base : located->record.bases) self(self, {key.kind, base});
    ranges.push_back({located->pack, located->offset, located->record.stored_bytes});
  };
  for (const Expected& some : expected) {
    for (const chunk::ObjectId& id : some.ids) add(add, {some.kind, id});
  }
  packs_->expect(ranges);
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
