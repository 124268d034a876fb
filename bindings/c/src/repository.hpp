#pragma once

#include <qfcsync/remote_store.hpp>
#include <qfcsync/repository.hpp>

#include "views.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <qfcsync.h>

struct qfcsync_repository {
  qfcsync::Repository repository;
};

/// Files with the C structs that point into them.
struct qfcsync_files {
  explicit qfcsync_files(std::vector<qfcsync::FileChange> of);
  qfcsync_files(const qfcsync_files&) = delete;
  qfcsync_files& operator=(const qfcsync_files&) = delete;

  std::vector<qfcsync::FileChange> files;
  std::vector<std::vector<qfcsync_summary_table>> tables;
  std::vector<qfcsync_file_change> views;
};

struct qfcsync_commit_result {
  explicit qfcsync_commit_result(qfcsync::CommitResult of);

  std::string version;
  bool is_new;
  std::uint64_t stored_bytes;
  qfcsync_files files;
};

namespace qfcsync::c {

/// @errors InvalidArgument, Unsupported: the options are no such
CommitOptions to_commit_options(const qfcsync_commit_options* options);

/// @errors InvalidArgument: a name is missing
std::vector<std::string> to_names(const char* const* names, std::size_t count, const char* what);

/// Empty for NULL.
inline std::string to_text(const char* text) { return text == nullptr ? "" : text; }

std::vector<Value> to_key(const qfcsync_value* key, std::size_t count);

OpenBlobsOptions to_blob_options(const qfcsync_repository_options& options);

/// Copies an id and NUL.
void put_id(char* id, const std::string& version);

}  // namespace qfcsync::c
