#pragma once

#include <qfcsync/error.hpp>
#include <qfcsync/repository.hpp>

#include "chunk/object_decoder.hpp"
#include "history/graph.hpp"
#include "repository/git_cache.hpp"
#include "repository/index.hpp"
#include "repository/new_objects.hpp"
#include "repository/root_finder.hpp"
#include "repository/roots.hpp"
#include "repository/stored_objects.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::repository {

/// What an open repository consists of; the verbs are functions on it.
class State {
 public:
  State(std::shared_ptr<BlobStore> blobs, const RepositoryOptions& options);

  /// Brings everything to the newest root. A damaged index or git repository is built again.
  ///
  /// @errors NotFound: the store has no root
  void refresh(Reach reach = Reach::Newest);

  /// Tries to make a root the newest one.
  ///
  /// @param packs  new packs of it, so that they need not be read again
  /// @return       false: somebody else was faster; refresh() and look at it
  bool publish(const history::Root& next, const std::vector<NewPack>& packs);

  void rebuild_cache();

  /// Whether the index shows the newest root, with all packs and versions.
  ///
  /// @errors Corrupt: packs or commits are damaged; Busy: somebody else is at it
  void check_index();

  /// Content that was read is forgotten, too: some of it is not in the store any more.
  void forget_decoded();

  /// The root as refresh() or publish() found it.
  const KnownRoot& root() const { return root_; }
  std::optional<chunk::ObjectId> head() const;
  /// Where temporary files of the size of versioned ones go.
  std::filesystem::path scratch_folder() const;

  history::GitObjects& git_objects() { return git_objects_; }

  BlobStore& store() { return *store_; }
  Index& index() { return index_; }
  PackCache& packs() { return packs_; }
  StoredObjects& objects() { return objects_; }
  chunk::ObjectDecoder& decoder() { return *decoder_; }
  Roots& roots() { return roots_; }
  std::optional<GitCache>& git() { return git_; }
  const RepositoryOptions& options() const { return options_; }

 private:
  void refresh_once(Reach reach);
  /// Index and git repository become those of a root that is in the store.
  void adopt(const KnownRoot& root, const std::vector<NewPack>& packs);
  void adopt_packs(const history::Root& root, const std::vector<NewPack>& packs);
  void adopt_versions(const history::Root& root);
  void adopt_git(const history::Root& root, std::uint64_t before);
  std::vector<chunk::PackEntry> entries_of(const history::RootPack& pack,
                                           const std::vector<NewPack>& packs);

  std::shared_ptr<BlobStore> store_;
  RepositoryOptions options_;
  Index index_;
  PackCache packs_;
  StoredObjects objects_;
  std::optional<chunk::ObjectDecoder> decoder_;
  DecodedGitObjects git_objects_;
  Roots roots_;
  RootFinder finder_;
  std::optional<GitCache> git_;
  KnownRoot root_;
  std::vector<chunk::ObjectId> new_git_objects_;  // of the packs adopted last
  std::vector<chunk::ObjectId> new_changes_;
};

/// Whether an error says that something stored is missing or damaged.
bool is_lost(const Error& error) noexcept;

/// Whether an error says that the index is damaged.
bool is_damaged_index(const Error& error) noexcept;

}  // namespace qfcsync::repository
