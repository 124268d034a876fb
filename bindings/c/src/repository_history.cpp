#include "guard.hpp"
#include "repository.hpp"

#include <chrono>
#include <memory>
#include <utility>

using qfcsync::c::guarded;
using qfcsync::c::read_options;
using qfcsync::c::require;

namespace {

class VersionView {
 public:
  explicit VersionView(const qfcsync::VersionInfo& version)
      : parents_(qfcsync::c::to_c(version.parents, version.parents.size())),
        files_(version.files),
        view_{version.id.c_str(),
              parents_.size(),
              parents_.data(),
              version.author.c_str(),
              version.device.c_str(),
              std::chrono::duration_cast<std::chrono::seconds>(version.time.time_since_epoch())
                  .count(),
              version.message.c_str(),
              &files_} {}
  VersionView(const VersionView&) = delete;
  VersionView& operator=(const VersionView&) = delete;
  const qfcsync_version_info& get() const { return view_; }

 private:
  std::vector<const char*> parents_;
  qfcsync_files files_;
  qfcsync_version_info view_;
};

}  // namespace

struct qfcsync_versions {
  qfcsync::c::ViewList<qfcsync::VersionInfo, VersionView> list;
};

struct qfcsync_tags {
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<qfcsync_tag> views;
};

struct qfcsync_undo_result {
  explicit qfcsync_undo_result(qfcsync::UndoResult of)
      : is_done(of.is_done), conflicts(std::move(of.conflicts)), commit(std::move(of.commit)) {
    for (const auto& conflict : conflicts) {
      views.push_back({conflict.path.c_str(), conflict.text.c_str()});
    }
  }

  bool is_done;
  std::vector<qfcsync::UndoConflict> conflicts;
  std::vector<qfcsync_undo_conflict> views;
  qfcsync_commit_result commit;
};

int qfcsync_repository_log(qfcsync_versions** versions, qfcsync_repository* repository,
                           const qfcsync_log_options* options) {
  return guarded([&] {
    require(versions, "versions");
    auto& opened = require(repository, "repository").repository;
    const auto given = read_options(options, qfcsync_log_options QFCSYNC_LOG_OPTIONS_INIT);
    qfcsync::LogOptions asked;
    asked.path = qfcsync::c::to_text(given.path);
    asked.table = qfcsync::c::to_text(given.table);
    asked.key = qfcsync::c::to_key(given.key, given.key_count);
    asked.before = qfcsync::c::to_text(given.before);
    asked.limit = given.limit;
    auto made = std::make_unique<qfcsync_versions>();
    for (auto& version : opened.log(asked)) made->list.add(std::move(version));
    *versions = made.release();
  });
}

void qfcsync_versions_free(qfcsync_versions* versions) { delete versions; }

size_t qfcsync_versions_count(const qfcsync_versions* versions) {
  return versions == nullptr ? 0 : versions->list.size();
}

const qfcsync_version_info* qfcsync_versions_at(const qfcsync_versions* versions, size_t index) {
  return index < qfcsync_versions_count(versions) ? &versions->list[index].get() : nullptr;
}

int qfcsync_repository_undo(qfcsync_undo_result** result, qfcsync_repository* repository,
                            const char* version, const qfcsync_undo_options* options) {
  return guarded([&] {
    require(result, "result");
    auto& opened = require(repository, "repository").repository;
    const auto given = read_options(options, qfcsync_undo_options QFCSYNC_UNDO_OPTIONS_INIT);
    qfcsync::UndoOptions asked;
    asked.path = qfcsync::c::to_text(given.path);
    asked.table = qfcsync::c::to_text(given.table);
    asked.key = qfcsync::c::to_key(given.key, given.key_count);
    asked.commit = qfcsync::c::to_commit_options(given.commit);
    *result = new qfcsync_undo_result(opened.undo(&require(version, "version"), asked));
  });
}

void qfcsync_undo_result_free(qfcsync_undo_result* result) { delete result; }

int qfcsync_undo_result_is_done(const qfcsync_undo_result* result) {
  return result != nullptr && result->is_done ? 1 : 0;
}

size_t qfcsync_undo_result_conflict_count(const qfcsync_undo_result* result) {
  return result == nullptr ? 0 : result->views.size();
}

const qfcsync_undo_conflict* qfcsync_undo_result_conflict(const qfcsync_undo_result* result,
                                                          size_t index) {
  return index < qfcsync_undo_result_conflict_count(result) ? &result->views[index] : nullptr;
}

const qfcsync_commit_result* qfcsync_undo_result_commit(const qfcsync_undo_result* result) {
  return result == nullptr ? nullptr : &result->commit;
}

int qfcsync_repository_tags(qfcsync_tags** tags, qfcsync_repository* repository) {
  return guarded([&] {
    require(tags, "tags");
    auto made = std::make_unique<qfcsync_tags>();
    made->tags = require(repository, "repository").repository.tags();
    for (const auto& [name, version] : made->tags) {
      made->views.push_back({name.c_str(), version.c_str()});
    }
    *tags = made.release();
  });
}

void qfcsync_tags_free(qfcsync_tags* tags) { delete tags; }

size_t qfcsync_tags_count(const qfcsync_tags* tags) {
  return tags == nullptr ? 0 : tags->views.size();
}

const qfcsync_tag* qfcsync_tags_at(const qfcsync_tags* tags, size_t index) {
  return index < qfcsync_tags_count(tags) ? &tags->views[index] : nullptr;
}
