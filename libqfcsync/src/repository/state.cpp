#include "repository/state.hpp"

#include <qfcsync/error.hpp>

#include "history/git_name.hpp"
#include "repository/version_rows.hpp"

#include <algorithm>
#include <set>
#include <system_error>

namespace qfcsync::repository {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIndexFile = "index.db";
constexpr const char* kGitFolder = "git";
constexpr const char* kPacksFolder = "packs";

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    throw Error(ErrorCode::Io,
                "cannot create the folder " + folder.string() + ": " + failed.message(),
                ErrorOrigin::Os, failed.value());
  }
}

std::optional<fs::path> index_file(const RepositoryOptions& options) {
  if (options.cache.empty()) return std::nullopt;
  make_folder(options.cache);
  return options.cache / kIndexFile;
}

fs::path packs_folder(const RepositoryOptions& options) {
  return options.cache.empty() ? fs::path() : options.cache / kPacksFolder;
}

}  // namespace

bool is_lost(const Error& error) noexcept {
  return error.origin() != ErrorOrigin::Sqlite &&
         (error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::NotFound);
}

bool is_damaged_index(const Error& error) noexcept {
  return error.origin() == ErrorOrigin::Sqlite &&
         (error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::SchemaMismatch);
}

State::State(std::shared_ptr<BlobStore> blobs, const RepositoryOptions& options)
    : store_(std::move(blobs)),
      options_(options),
      index_(index_file(options)),
      packs_(*store_, packs_folder(options)),
      objects_(packs_, index_),
      git_objects_(objects_),
      roots_(*store_),
      finder_(roots_, index_, store_->limits().network_place, options.look_counts_for) {
  decoder_.emplace(objects_, options_.decoded_bytes);
  if (!options.cache.empty()) git_.emplace(options.cache / kGitFolder);
}

std::optional<chunk::ObjectId> State::head() const {
  const auto found = root_.root.refs.find(std::string(history::kMainRef));
  if (found == root_.root.refs.end()) return std::nullopt;
  return found->second;
}

fs::path State::scratch_folder() const {
  return options_.cache.empty() ? fs::temp_directory_path() : options_.cache;
}

void State::refresh(Reach reach) {
  try {
    refresh_once(reach);
  } catch (const Error& error) {
    if (!is_damaged_index(error)) throw;
    index_.clear();
    objects_.forget();
    refresh_once(reach);
  }
}

void State::refresh_once(Reach reach) {
  const bool is_known = root_.hash != chunk::ObjectId();
  const KnownRoot root = finder_.find(is_known ? std::optional(root_) : std::nullopt, reach);
  if (index_.generation() > root.root.generation) index_.clear();
  adopt(root, {});
}

void State::adopt(const KnownRoot& root, const std::vector<NewPack>& packs) {
  objects_.forget();
  packs_.set_packs(root.root.packs);
  const bool needs_git = git_ && git_->generation() != root.root.generation;
  if (!index_.stands_on(root.root.generation, root.hash) || needs_git) {
    Index::Transaction transaction(index_);
    std::uint64_t before = index_.generation();
    if (before == root.root.generation && !index_.stands_on(before, root.hash)) before = 0;
    // Another process may have gone further meanwhile.
    if (before < root.root.generation) {
      adopt_packs(root.root, packs);
      index_.set_root(root.root.generation, root.hash);
      finder_.keep(root);
      adopt_versions(root.root);
    }
    if (git_ && before <= root.root.generation) adopt_git(root.root, before);
    transaction.commit();
  }
  root_ = root;
}

void State::adopt_packs(const history::Root& root, const std::vector<NewPack>& packs) {
  const auto listed = index_.packs();
  const std::set<chunk::ObjectId> known(listed.begin(), listed.end());
  std::set<chunk::ObjectId> wanted;
  new_git_objects_.clear();
  new_changes_.clear();
  std::vector<history::RootPack> missing;
  for (const history::RootPack& pack : root.packs) {
    wanted.insert(pack.id);
    if (!known.contains(pack.id)) missing.push_back(pack);
  }
  packs_.expect_indexes(missing);
  for (const history::RootPack& pack : missing) {
    std::vector<chunk::PackEntry> entries;
    try {
      entries = entries_of(pack, packs);
    } catch (const Error& error) {
      if (!is_lost(error)) throw;
      continue;  // the rest is served; check() tells about it
    }
    index_.add_pack(pack, entries);
    for (const chunk::PackEntry& entry : entries) {
      if (entry.record.kind == chunk::ObjectKind::Git) new_git_objects_.push_back(entry.record.id);
      if (entry.record.kind == chunk::ObjectKind::Change) new_changes_.push_back(entry.record.id);
    }
  }
  for (const chunk::ObjectId& id : known) {
    if (!wanted.contains(id)) index_.remove_pack(id);
  }
  objects_.forget();
}

void State::adopt_versions(const history::Root& root) try {
  const auto main = root.refs.find(std::string(history::kMainRef));
  if (main == root.refs.end()) return index_.clear_versions();
  // Versions are read from all of these, newest first, and once more for git.
  objects_.expect(
      {{chunk::ObjectKind::Git, new_git_objects_}, {chunk::ObjectKind::Change, new_changes_}});
  history::Graph versions(git_objects_);
  index_versions(index_, versions, *decoder_, main->second);
} catch (const Error& error) {
  if (!is_lost(error)) throw;
  index_.clear_versions();  // log() says that they are damaged
}

std::vector<chunk::PackEntry> State::entries_of(const history::RootPack& pack,
                                                const std::vector<NewPack>& packs) {
  const auto made = std::ranges::find(packs, pack.id, [](const NewPack& p) { return p.pack.id; });
  if (made != packs.end()) return made->entries;
  return packs_.entries(pack);
}

void State::adopt_git(const history::Root& root, std::uint64_t before) {
  const auto add_all = [&](const auto& take) {
    index_.each_object(chunk::ObjectKind::Git, [&](const Located& located) {
      take(located.record.id, *decoder_->decode(chunk::ObjectKind::Git, located.record.id));
    });
  };
  const auto add_new = [&](const auto& take) {
    for (const chunk::ObjectId& id : new_git_objects_) {
      take(id, *decoder_->decode(chunk::ObjectKind::Git, id));
    }
  };
  const bool is_next = before != 0 && before < root.generation && git_->generation() == before;
  try {
    if (is_next) return git_->update(root, add_new);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Io && !is_lost(error)) throw;
  }
  if (!is_next && git_->generation() == root.generation) return;
  try {
    git_->clear();
    git_->update(root, add_all);
  } catch (const Error& error) {
    if (!is_lost(error)) throw;  // git shows what there is of a damaged history
  }
}

bool State::publish(const history::Root& next, const std::vector<NewPack>& packs) {
  if (!finder_.confirm(root_)) {
    root_ = KnownRoot();
    return false;
  }
  const std::optional<KnownRoot> made = roots_.create(next);
  if (!made) {
    finder_.look_again();
    return false;
  }
  finder_.note_made(*made);
  try {
    adopt(*made, packs);
  } catch (const Error&) {
    // It is committed, whatever happens to caches; the next call brings them up to it.
    root_ = *made;
    objects_.forget();
  }
  return true;
}

void State::check_index() {
  if (!index_.stands_on(root_.root.generation, root_.hash)) {
    throw Error(ErrorCode::Busy, "somebody else is at the repository; try again");
  }
  const auto newest = index_.newest_version();
  const bool has_versions = !head() || (newest && newest->id == *head());
  if (has_versions && index_.packs().size() == root_.root.packs.size()) return;
  throw Error(ErrorCode::Corrupt, "packs or versions are damaged; check tells which, repair first");
}

void State::forget_decoded() {
  decoder_.emplace(objects_, options_.decoded_bytes);
  packs_.clear();
}

void State::rebuild_cache() {
  forget_decoded();
  index_.clear();
  objects_.forget();
  if (git_) git_->clear();
  refresh();
}

}  // namespace qfcsync::repository
