#include "repository.hpp"

#include "guard.hpp"
#include "streams.hpp"

#include <cstring>
#include <memory>
#include <utility>

using qfcsync::ByteSink;
using qfcsync::Repository;
using qfcsync::c::guarded;
using qfcsync::c::read_options;
using qfcsync::c::require;

namespace qfcsync::c {

OpenBlobsOptions to_blob_options(const qfcsync_repository_options& given) {
  OpenBlobsOptions options;
  options.credentials_file = to_text(given.credentials_file);
  if (given.profile != nullptr) options.profile = given.profile;
  options.network.ca_file = to_text(given.ca_file);
  options.resume_folder = to_text(given.resume_folder);
  return options;
}

void put_id(char* id, const std::string& version) {
  if (version.size() >= QFCSYNC_VERSION_ID_SIZE) {
    throw Error(ErrorCode::Internal, "the id of a version is too long: " + version);
  }
  std::memcpy(id, version.c_str(), version.size() + 1);
}

}  // namespace qfcsync::c

namespace {

qfcsync_repository_options options_of(const qfcsync_repository_options* options) {
  return read_options(options, qfcsync_repository_options QFCSYNC_REPOSITORY_OPTIONS_INIT);
}

template <typename Make>
int make(qfcsync_repository** repository, const char* address,
         const qfcsync_repository_options* options, Make&& made) {
  return guarded([&] {
    require(repository, "repository");
    const auto given = options_of(options);
    std::shared_ptr<qfcsync::BlobStore> store =
        qfcsync::open_blobs(&require(address, "address"), qfcsync::c::to_blob_options(given));
    *repository = new qfcsync_repository{
        made(std::move(store), {qfcsync::c::to_text(given.cache), given.decoded_bytes})};
  });
}

}  // namespace

int qfcsync_repository_init(qfcsync_repository** repository, const char* address,
                            const qfcsync_repository_options* options) {
  return make(repository, address, options, [](auto store, const qfcsync::RepositoryOptions& more) {
    return Repository::init(std::move(store), more);
  });
}

int qfcsync_repository_open(qfcsync_repository** repository, const char* address,
                            const qfcsync_repository_options* options) {
  return make(repository, address, options, [](auto store, const qfcsync::RepositoryOptions& more) {
    return Repository::open(std::move(store), more);
  });
}

void qfcsync_repository_free(qfcsync_repository* repository) { delete repository; }

int qfcsync_repository_head(char* id, qfcsync_repository* repository) {
  return guarded([&] {
    require(id, "id");
    qfcsync::c::put_id(id, require(repository, "repository").repository.head().value_or(""));
  });
}

int qfcsync_repository_resolve(char* id, qfcsync_repository* repository, const char* name) {
  return guarded([&] {
    require(id, "id");
    auto& opened = require(repository, "repository").repository;
    qfcsync::c::put_id(id, opened.resolve(&require(name, "name")));
  });
}

int qfcsync_repository_diff(qfcsync_summary** summary, const qfcsync_sink* out,
                            qfcsync_repository* repository, const char* from, const char* to,
                            const char* path) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    qfcsync::DiffResult found;
    qfcsync::c::write_output(out, [&](ByteSink& sink) {
      found = opened.diff(&require(from, "from"), &require(to, "to"), &require(path, "path"), sink);
    });
    if (summary != nullptr) *summary = new qfcsync_summary(std::move(found.summary));
  });
}

int qfcsync_repository_restore(qfcsync_repository* repository, const char* version,
                               const char* path, const char* target) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    opened.restore(&require(version, "version"), &require(path, "path"),
                   &require(target, "target"));
  });
}

int qfcsync_repository_read(const qfcsync_sink* out, qfcsync_repository* repository,
                            const char* version, const char* path, uint64_t offset,
                            uint64_t length) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    require(version, "version");
    require(path, "path");
    qfcsync::c::write_output(
        out, [&](ByteSink& sink) { opened.read(version, path, offset, length, sink); });
  });
}

int qfcsync_repository_export(qfcsync_repository* repository, const char* version,
                              const char* folder) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    opened.export_version(&require(version, "version"), &require(folder, "folder"));
  });
}

int qfcsync_repository_tag(qfcsync_repository* repository, const char* name, const char* version) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    opened.tag(&require(name, "name"), &require(version, "version"));
  });
}

int qfcsync_repository_remove_tag(qfcsync_repository* repository, const char* name) {
  return guarded(
      [&] { require(repository, "repository").repository.remove_tag(&require(name, "name")); });
}

int qfcsync_repository_bundle(const qfcsync_sink* out, qfcsync_repository* repository,
                              const char* const* have, size_t have_count) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    const auto versions = qfcsync::c::to_names(have, have_count, "have");
    qfcsync::c::write_output(out, [&](ByteSink& sink) { opened.bundle(versions, sink); });
  });
}

int qfcsync_repository_unbundle(qfcsync_unbundle_result* result, qfcsync_repository* repository,
                                const qfcsync_source* bundle) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    const auto source = qfcsync::c::open_source(bundle, "bundle");
    const qfcsync::UnbundleResult taken = opened.unbundle(*source);
    if (result == nullptr) return;
    qfcsync::c::put_id(result->head, taken.head);
    qfcsync::c::put_id(result->diverged, taken.diverged);
    result->objects = taken.objects;
  });
}

int qfcsync_repository_rebuild_cache(qfcsync_repository* repository) {
  return guarded([&] { require(repository, "repository").repository.rebuild_cache(); });
}
