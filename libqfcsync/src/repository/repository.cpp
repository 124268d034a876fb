#include <qfcsync/error.hpp>
#include <qfcsync/repository.hpp>

#include "chunk/file_decoder.hpp"
#include "history/git_name.hpp"
#include "repository/bundle.hpp"
#include "repository/check.hpp"
#include "repository/commit.hpp"
#include "repository/diff.hpp"
#include "repository/log.hpp"
#include "repository/prune.hpp"
#include "repository/refs.hpp"
#include "repository/repair.hpp"
#include "repository/resolve.hpp"
#include "repository/restore.hpp"
#include "repository/state.hpp"
#include "repository/status.hpp"
#include "repository/undo.hpp"

#include <utility>

namespace qfcsync {

using repository::State;

struct Repository::Impl {
  Impl(std::shared_ptr<BlobStore> store, const RepositoryOptions& options)
      : state(std::move(store), options) {}

  /// Does something on the newest state. Damage may be that of the index alone: once more then, on
  /// one that is built anew.
  template <typename Verb>
  auto on_newest(Verb&& verb) {
    state.refresh();
    try {
      return verb();
    } catch (const Error& error) {
      // Libgit2 looks for nothing but what other objects name.
      const bool is_lost_object =
          error.code() == ErrorCode::NotFound && error.origin() == ErrorOrigin::Git;
      const bool may_be_index = repository::is_damaged_index(error) || is_lost_object ||
                                error.code() == ErrorCode::Corrupt;
      if (!may_be_index) throw;
    }
    state.rebuild_cache();
    return verb();
  }

  State state;
};

Repository::Repository(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

Repository Repository::init(std::shared_ptr<BlobStore> store, const RepositoryOptions& options) {
  if (!store->limits().has_exclusive_create) {
    throw Error(ErrorCode::Unsupported,
                "the store cannot tell two writers apart; use another kind of store");
  }
  repository::Roots roots(*store);
  if (roots.newest(0) != 0 || !roots.create(history::Root())) {
    throw Error(ErrorCode::AlreadyExists, "the store has a repository already; open it");
  }
  return open(std::move(store), options);
}

Repository Repository::open(std::shared_ptr<BlobStore> store, const RepositoryOptions& options) {
  auto impl = std::make_unique<Impl>(std::move(store), options);
  impl->state.refresh(repository::Reach::OneStep);  // each verb looks for the newest
  return Repository(std::move(impl));
}

std::optional<std::string> Repository::head() {
  impl_->state.refresh();
  const auto head = impl_->state.head();
  if (!head) return std::nullopt;
  return history::git_hex(*head);
}

std::string Repository::resolve(std::string_view name) {
  return impl_->on_newest(
      [&] { return history::git_hex(repository::resolve(impl_->state, name)); });
}

CommitResult Repository::commit(std::span<const WorkingFile> files,
                                std::span<const std::string> removed,
                                const CommitOptions& options) {
  return impl_->on_newest(
      [&] { return repository::commit_files(impl_->state, files, removed, options); });
}

CommitResult Repository::commit_folder(const std::filesystem::path& folder,
                                       std::span<const std::string> paths,
                                       const CommitOptions& options) {
  return impl_->on_newest(
      [&] { return repository::commit_folder(impl_->state, folder, paths, options); });
}

std::vector<StatusEntry> Repository::status(const std::filesystem::path& folder,
                                            std::span<const std::string> paths) {
  return impl_->on_newest([&] { return repository::status(impl_->state, folder, paths); });
}

std::vector<VersionInfo> Repository::log(const LogOptions& options) {
  return impl_->on_newest([&] { return repository::list_versions(impl_->state, options); });
}

std::vector<FileInfo> Repository::files(std::string_view version) {
  return impl_->on_newest([&] {
    std::vector<FileInfo> files;
    const chunk::ObjectId id = repository::resolve(impl_->state, version);
    history::Graph graph(impl_->state.git_objects());
    for (const auto& [path, pointer] : graph.files(id)) {
      files.push_back({path, pointer.size, pointer.file.hex()});
    }
    return files;
  });
}

void Repository::restore(std::string_view version, std::string_view path,
                         const std::filesystem::path& target) {
  impl_->on_newest([&] {
    const chunk::ObjectId id = repository::resolve(impl_->state, version);
    const history::Pointer pointer = repository::pointer_of(impl_->state, id, path);
    repository::restore_file(impl_->state, pointer, target);
  });
}

void Repository::read(std::string_view version, std::string_view path, std::uint64_t offset,
                      std::uint64_t length, ByteSink& sink) {
  // The sink may have got bytes when an error shows: no second try.
  impl_->state.refresh();
  const chunk::ObjectId id = repository::resolve(impl_->state, version);
  const history::Pointer pointer = repository::pointer_of(impl_->state, id, path);
  repository::read_range(impl_->state, pointer, offset, length, sink);
}

std::optional<ContentInfo> Repository::content(std::string_view sha256) {
  const chunk::ObjectId file = chunk::ObjectId::from_hex(sha256);
  return impl_->on_newest([&]() -> std::optional<ContentInfo> {
    if (!impl_->state.objects().find(chunk::ObjectKind::Manifest, file)) return std::nullopt;
    const chunk::Manifest manifest = chunk::read_manifest(impl_->state.decoder(), file);
    return ContentInfo{manifest.file_bytes, manifest.etag.text()};
  });
}

void Repository::read_content(std::string_view sha256, std::uint64_t offset, std::uint64_t length,
                              ByteSink& sink) {
  // As read(): no second try.
  impl_->state.refresh();
  repository::read_range(impl_->state, {chunk::ObjectId::from_hex(sha256), 0}, offset, length,
                         sink);
}

void Repository::check_content(std::string_view sha256) {
  impl_->on_newest(
      [&] { repository::check_content(impl_->state, chunk::ObjectId::from_hex(sha256)); });
}

std::uint64_t Repository::stored_bytes() {
  impl_->state.refresh();
  std::uint64_t bytes = 0;
  for (const history::RootPack& pack : impl_->state.root().root.packs) bytes += pack.bytes;
  return bytes;
}

void Repository::export_version(std::string_view version, const std::filesystem::path& folder) {
  impl_->state.refresh();
  const chunk::ObjectId id = repository::resolve(impl_->state, version);
  repository::export_version(impl_->state, id, folder);
}

DiffResult Repository::diff(std::string_view from, std::string_view to, std::string_view path,
                            ByteSink& out) {
  impl_->state.refresh();
  const chunk::ObjectId first = repository::resolve(impl_->state, from);
  const chunk::ObjectId second = repository::resolve(impl_->state, to);
  return repository::diff_versions(impl_->state, first, second, path, out);
}

std::vector<FileChange> Repository::diff_files(std::string_view from, std::string_view to) {
  return impl_->on_newest([&] {
    return repository::diff_files(impl_->state, repository::resolve(impl_->state, from),
                                  repository::resolve(impl_->state, to));
  });
}

void Repository::tag(std::string_view name, std::string_view version) {
  impl_->on_newest(
      [&] { repository::set_tag(impl_->state, name, repository::resolve(impl_->state, version)); });
}

void Repository::remove_tag(std::string_view name) {
  impl_->on_newest([&] { repository::remove_tag(impl_->state, name); });
}

std::vector<std::pair<std::string, std::string>> Repository::tags() {
  impl_->state.refresh();
  return repository::list_tags(impl_->state);
}

CheckReport Repository::check(CheckDepth depth) {
  impl_->state.rebuild_cache();
  return repository::check(impl_->state, depth);
}

PruneReport Repository::prune(const PruneRules& rules) {
  impl_->state.refresh();
  return repository::prune(impl_->state, rules);
}

RepairReport Repository::repair(std::shared_ptr<BlobStore> other) {
  impl_->state.refresh();
  return repository::repair(impl_->state, other);
}

UndoResult Repository::undo(std::string_view version, const UndoOptions& options) {
  return impl_->on_newest([&] {
    const chunk::ObjectId id = repository::resolve(impl_->state, version);
    for (;;) {
      if (auto result = repository::undo(impl_->state, id, options)) return std::move(*result);
    }
  });
}

void Repository::bundle(std::span<const std::string> have, ByteSink& out) {
  impl_->state.refresh();
  std::vector<chunk::ObjectId> ids;
  for (const std::string& version : have) {
    ids.push_back(repository::resolve(impl_->state, version));
  }
  repository::write_bundle(impl_->state, ids, out);
}

UnbundleResult Repository::unbundle(ByteSource& bundle) {
  impl_->state.refresh();
  return repository::read_bundle(impl_->state, bundle);
}

void Repository::rebuild_cache() { impl_->state.rebuild_cache(); }

}  // namespace qfcsync
