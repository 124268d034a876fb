#pragma once

#include <qfcsync/error.hpp>
#include <qfcsync/repository.hpp>

#include "support/temporary_folder.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::test {

/// Code of the Error that a call throws; ErrorCode{0} without.
ErrorCode error_of(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode{0};
}

void put_file(const std::filesystem::path& file, std::string_view bytes);
std::string file_bytes(const std::filesystem::path& file);
/// Runs SQL on a database, which is created if missing.
void edit_sql(const std::filesystem::path& file, const std::string& sql);
/// What SQLite says: "ok".
std::string integrity(const std::filesystem::path& file);

/// A table `trees(fid, name, height)` with rows 1 to count, in a database in a given mode.
void make_trees(const std::filesystem::path& file, int count, const char* journal = "delete");

/// A repository in a folder, with a cache and a working folder beside it.
struct RepositoryFixture {
  TemporaryFolder folder;
  std::filesystem::path store = folder / "store";
  std::filesystem::path cache = folder / "cache";
  std::filesystem::path work = folder / "work";

  RepositoryFixture();
  Repository init() const;
  Repository open() const;
  /// With an index in memory.
  Repository open_without_cache() const;
  std::string restored(Repository& repository, std::string_view version,
                       std::string_view path) const;
};

/// Commits one text as the file of a path.
CommitResult commit_text(Repository& repository, const RepositoryFixture& fixture,
                         const std::string& path, std::string_view bytes,
                         const CommitOptions& options = {});

/// Counts calls that reach a store.
class CountingBlobs : public BlobStore {
 public:
  explicit CountingBlobs(std::shared_ptr<BlobStore> store) : store_(std::move(store)) {}
  std::optional<BlobInfo> stat(std::string_view name) override {
    ++calls;
    return store_->stat(name);
  }
  void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
            ByteSink& sink) override {
    ++calls;
    ++reads;
    store_->read(name, offset, length, sink);
  }
  Created create(std::string_view name, ByteSource& data, std::uint64_t size) override {
    ++calls;
    ++creates;
    created_bytes += size;
    return store_->create(name, data, size);
  }
  std::vector<BlobInfo> list(std::string_view prefix, std::string_view after,
                             std::size_t limit) override {
    ++calls;
    ++lists;
    return store_->list(prefix, after, limit);
  }
  void remove(std::string_view name) override {
    ++calls;
    store_->remove(name);
  }
  BlobLimits limits() override { return store_->limits(); }

  std::uint64_t calls = 0;
  std::uint64_t reads = 0;
  std::uint64_t creates = 0;
  std::uint64_t lists = 0;
  std::uint64_t created_bytes = 0;

 private:
  std::shared_ptr<BlobStore> store_;
};

}  // namespace qfcsync::test
