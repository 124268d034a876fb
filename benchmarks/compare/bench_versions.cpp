// One operation of a repository each, for compare_versions.py. A store is a folder; its index and
// git repository are in STORE/cache.
#include <qfcsync/blob_store.hpp>
#include <qfcsync/repository.hpp>

#include "measure.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;
using qfcsync::Repository;

/// Counts what is asked of a store, as if each call were a request to a server.
class CountedBlobs : public qfcsync::BlobStore {
 public:
  explicit CountedBlobs(std::unique_ptr<BlobStore> store) : store_(std::move(store)) {}

  std::optional<qfcsync::BlobInfo> stat(std::string_view name) override {
    ++requests;
    return store_->stat(name);
  }
  void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
            qfcsync::ByteSink& sink) override {
    ++requests;
    Counter counter(sink, bytes);
    store_->read(name, offset, length, counter);
  }
  qfcsync::Created create(std::string_view name, qfcsync::ByteSource& data,
                          std::uint64_t size) override {
    ++requests;
    return store_->create(name, data, size);
  }
  std::vector<qfcsync::BlobInfo> list(std::string_view prefix, std::string_view after,
                                      std::size_t limit) override {
    ++requests;
    return store_->list(prefix, after, limit);
  }
  void remove(std::string_view name) override {
    ++requests;
    store_->remove(name);
  }
  qfcsync::BlobLimits limits() override { return store_->limits(); }

  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;

 private:
  class Counter : public qfcsync::ByteSink {
   public:
    Counter(ByteSink& sink, std::uint64_t& bytes) : sink_(sink), bytes_(bytes) {}
    void write(std::string_view part) override {
      bytes_ += part.size();
      sink_.write(part);
    }

   private:
    ByteSink& sink_;
    std::uint64_t& bytes_;
  };
  std::unique_ptr<BlobStore> store_;
};

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
void restore_all(Repository& repository, const std::string& folder) {
  const std::string head = repository.resolve("HEAD");
  fs::create_directories(folder);
  for (const qfcsync::FileInfo& file : repository.files(head)) {
    repository.restore(head, file.path, fs::path(folder) / file.path);
  }
}

void restore(const std::string& store, const std::string& folder) {
  Repository repository = open(store);
  restore_all(repository, folder);
}

/// What a client fetches that has a cache and a folder of an older version. Prints what it was.
void pull(const std::string& store, const std::string& cache, const std::string& folder) {
  const auto blobs = std::make_shared<CountedBlobs>(qfcsync::open_folder_blobs(store));
  Repository repository = Repository::open(blobs, {.cache = cache});
  restore_all(repository, folder);
  std::printf("{\"requests\": %llu, \"bytes\": %llu}\n",
              static_cast<unsigned long long>(blobs->requests),
              static_cast<unsigned long long>(blobs->bytes));
}

}  // namespace

int main(int argc, char** argv) {
  return measure::run(argc, argv,
                      {{"commit", {2, [](const auto& a) { commit(a[0], a[1], true); }}},
                       {"commit_bytes", {2, [](const auto& a) { commit(a[0], a[1], false); }}},
                       {"restore", {2, [](const auto& a) { restore(a[0], a[1]); }}},
                       {"pull", {3, [](const auto& a) { pull(a[0], a[1], a[2]); }}}});
}
