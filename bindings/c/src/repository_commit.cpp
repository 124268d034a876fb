#include <qfcsync/error.hpp>

#include "guard.hpp"
#include "repository.hpp"
#include "streams.hpp"

#include <chrono>
#include <span>
#include <utility>

using qfcsync::FileChange;
using qfcsync::c::guarded;
using qfcsync::c::read_options;
using qfcsync::c::require;

qfcsync_files::qfcsync_files(std::vector<FileChange> of) : files(std::move(of)) {
  tables.reserve(files.size());
  views.reserve(files.size());
  for (const FileChange& file : files) {
    auto& counts = tables.emplace_back();
    for (const auto& table : file.tables) {
      counts.push_back({table.name.c_str(), table.inserts, table.updates, table.deletes});
    }
    views.push_back({file.path.c_str(), static_cast<int>(file.action), file.size,
                     file.sha256.c_str(), counts.size(), counts.data()});
  }
}

qfcsync_commit_result::qfcsync_commit_result(qfcsync::CommitResult of)
    : version(std::move(of.version)),
      is_new(of.is_new),
      stored_bytes(of.stored_bytes),
      files(std::move(of.files)) {}

namespace qfcsync::c {

CommitOptions to_commit_options(const qfcsync_commit_options* given) {
  const auto read = read_options(given, qfcsync_commit_options QFCSYNC_COMMIT_OPTIONS_INIT);
  CommitOptions options;
  options.author = to_text(read.author);
  options.device = to_text(read.device);
  options.message = to_text(read.message);
  options.base = to_text(read.base);
  if (read.time_s != 0) options.time = Timestamp(std::chrono::seconds(read.time_s));
  options.keep_identical = read.keep_identical != 0;
  options.with_changes = read.with_changes != 0;
  options.progress = to_progress(read.progress, read.payload);
  return options;
}

std::vector<std::string> to_names(const char* const* names, std::size_t count, const char* what) {
  require_array(names, count, what);
  std::vector<std::string> copies;
  for (std::size_t i = 0; i < count; ++i) copies.emplace_back(&require(names[i], what));
  return copies;
}

std::vector<Value> to_key(const qfcsync_value* key, std::size_t count) {
  require_array(key, count, "key");
  std::vector<Value> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(from_c(key[i]));
  return values;
}

}  // namespace qfcsync::c

const char* qfcsync_file_action_name(int action) {
  if (action < 0 || action > QFCSYNC_FILE_SAME) return "";
  return to_string(static_cast<qfcsync::FileAction>(action)).data();
}

void qfcsync_files_free(qfcsync_files* files) { delete files; }

size_t qfcsync_files_count(const qfcsync_files* files) {
  return files == nullptr ? 0 : files->views.size();
}

const qfcsync_file_change* qfcsync_files_at(const qfcsync_files* files, size_t index) {
  return index < qfcsync_files_count(files) ? &files->views[index] : nullptr;
}

int qfcsync_repository_commit(qfcsync_commit_result** result, qfcsync_repository* repository,
                              const qfcsync_working_file* files, size_t file_count,
                              const char* const* removed, size_t removed_count,
                              const qfcsync_commit_options* options) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    qfcsync::c::require_array(files, file_count, "files");
    std::vector<qfcsync::WorkingFile> working;
    for (size_t i = 0; i < file_count; ++i) {
      working.push_back(
          {&require(files[i].path, "path of files"), &require(files[i].file, "file of files")});
    }
    const auto gone = qfcsync::c::to_names(removed, removed_count, "removed");
    auto made = opened.commit(working, gone, qfcsync::c::to_commit_options(options));
    if (result != nullptr) *result = new qfcsync_commit_result(std::move(made));
  });
}

int qfcsync_repository_commit_folder(qfcsync_commit_result** result, qfcsync_repository* repository,
                                     const char* folder, const char* const* paths,
                                     size_t path_count, const qfcsync_commit_options* options) {
  return guarded([&] {
    auto& opened = require(repository, "repository").repository;
    const auto wanted = qfcsync::c::to_names(paths, path_count, "paths");
    auto made = opened.commit_folder(&require(folder, "folder"), wanted,
                                     qfcsync::c::to_commit_options(options));
    if (result != nullptr) *result = new qfcsync_commit_result(std::move(made));
  });
}

void qfcsync_commit_result_free(qfcsync_commit_result* result) { delete result; }

const char* qfcsync_commit_result_version(const qfcsync_commit_result* result) {
  return result == nullptr ? "" : result->version.c_str();
}

int qfcsync_commit_result_is_new(const qfcsync_commit_result* result) {
  return result != nullptr && result->is_new ? 1 : 0;
}

uint64_t qfcsync_commit_result_stored_bytes(const qfcsync_commit_result* result) {
  return result == nullptr ? 0 : result->stored_bytes;
}

const qfcsync_files* qfcsync_commit_result_files(const qfcsync_commit_result* result) {
  return result == nullptr ? nullptr : &result->files;
}

int qfcsync_repository_status(qfcsync_files** files, qfcsync_repository* repository,
                              const char* folder, const char* const* paths, size_t path_count) {
  return guarded([&] {
    require(files, "files");
    auto& opened = require(repository, "repository").repository;
    const auto wanted = qfcsync::c::to_names(paths, path_count, "paths");
    std::vector<FileChange> changes;
    for (auto& entry : opened.status(&require(folder, "folder"), wanted)) {
      changes.push_back({std::move(entry.path), entry.action, 0, "", {}});
    }
    *files = new qfcsync_files(std::move(changes));
  });
}

int qfcsync_repository_files(qfcsync_files** files, qfcsync_repository* repository,
                             const char* version) {
  return guarded([&] {
    require(files, "files");
    auto& opened = require(repository, "repository").repository;
    std::vector<FileChange> all;
    for (auto& file : opened.files(&require(version, "version"))) {
      all.push_back(
          {std::move(file.path), qfcsync::FileAction::Same, file.size, std::move(file.sha256), {}});
    }
    *files = new qfcsync_files(std::move(all));
  });
}

int qfcsync_repository_diff_files(qfcsync_files** files, qfcsync_repository* repository,
                                  const char* from, const char* to) {
  return guarded([&] {
    require(files, "files");
    auto& opened = require(repository, "repository").repository;
    *files = new qfcsync_files(opened.diff_files(&require(from, "from"), &require(to, "to")));
  });
}
