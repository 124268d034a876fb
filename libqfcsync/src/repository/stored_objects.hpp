#pragma once

#include "chunk/object.hpp"
#include "chunk/object_decoder.hpp"
#include "history/git_odb.hpp"
#include "repository/index.hpp"
#include "repository/pack_cache.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

namespace qfcsync::repository {

/// The objects of all packs of a root, found through the index. One thread at a time.
class StoredObjects : public chunk::ObjectSource {
 public:
  StoredObjects(PackCache& packs, Index& index) : packs_(&packs), index_(&index) {}

  std::optional<chunk::ObjectRecord> find(chunk::ObjectKind kind,
                                          const chunk::ObjectId& id) override;
  void read(const chunk::ObjectRecord& record, std::string& stored) override;
  void expect(chunk::ObjectKind kind, std::span<const chunk::ObjectId> ids) override;

  struct Expected {
    chunk::ObjectKind kind;
    std::span<const chunk::ObjectId> ids;
  };
  /// The same for objects of several kinds.
  void expect(std::initializer_list<Expected> expected);

  PackCache& packs() { return *packs_; }

  std::optional<Located> locate(const chunk::ObjectKey& key);
  /// To be called when the index has changed: packs may be others now.
  void forget() { found_.clear(); }

 private:
  PackCache* packs_;
  Index* index_;
  std::unordered_map<chunk::ObjectKey, Located, chunk::ObjectKeyHash> found_;  // lately
};

/// Git objects, decoded. The source has to outlive it.
class DecodedGitObjects : public history::GitObjects {
 public:
  explicit DecodedGitObjects(chunk::ObjectSource& objects)
      : objects_(&objects), decoder_(objects) {}
  bool read(const chunk::ObjectId& id, std::string& object) override;
  bool contains(const chunk::ObjectId& id) override;

 private:
  chunk::ObjectSource* objects_;
  chunk::ObjectDecoder decoder_;
};

}  // namespace qfcsync::repository
