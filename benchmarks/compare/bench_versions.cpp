// One operation of a repository each, for compare_versions.py. A store is a folder; its index and
// git repository are in STORE/cache.
#include <qfcsync/blob_store.hpp>
#include <qfcsync/repository.hpp>

#include "measure.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using qfcsync::Repository;

Repository open(const std::string& store) {
  const bool is_new = !fs::exists(fs::path(store) / "roots");
  fs::create_directories(store);
  auto blobs = std::shared_ptr<qfcsync::BlobStore>(qfcsync::open_folder_blobs(store));
  const qfcsync::RepositoryOptions options{.cache = fs::path(store) / "cache"};
  return is_new ? Repository::init(blobs, options) : Repository::open(blobs, options);
}

/// All files of a folder as the next version of the same names.
void commit(const std::string& store, const std::string& folder, bool with_changes) {
  std::vector<qfcsync::WorkingFile> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    files.push_back({entry.path().filename().string(), entry.path(), !with_changes});
  }
  qfcsync::CommitOptions options;
  options.with_changes = with_changes;
  open(store).commit(files, {}, options);
}

/// All files of the newest version, over those of an older one where the folder has them.
void restore(const std::string& store, const std::string& folder) {
  Repository repository = open(store);
  const std::string head = repository.resolve("HEAD");
  fs::create_directories(folder);
  for (const qfcsync::FileInfo& file : repository.files(head)) {
    repository.restore(head, file.path, fs::path(folder) / file.path);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return measure::run(argc, argv,
                      {{"commit", {2, [](const auto& a) { commit(a[0], a[1], true); }}},
                       {"commit_bytes", {2, [](const auto& a) { commit(a[0], a[1], false); }}},
                       {"restore", {2, [](const auto& a) { restore(a[0], a[1]); }}}});
}
