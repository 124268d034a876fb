#include <qfcsync/blob_store.hpp>
#include <qfcsync/error.hpp>

#include "store/blob_folders.hpp"
#include "store/blob_name.hpp"
#include "store/descriptor.hpp"
#include "store/exclusive_link.hpp"
#include "store/folder_list.hpp"
#include "store/writer_folder.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync {
namespace {

constexpr std::uint64_t kMaxFolderBlobBytes = std::uint64_t{1} << 40;
constexpr std::size_t kCopyBytes = 256u << 10;

/// Opens the store's folder; what leads there may be links, it is the caller's choice.
store::Descriptor open_store(const std::filesystem::path& folder) {
  const std::filesystem::path whole = std::filesystem::absolute(folder);
  for (std::filesystem::path done; const auto& part : whole) {
    const std::filesystem::path parent = done;
    done /= part;
    if (part.empty() || ::mkdir(done.c_str(), 0777) != 0) continue;
    const store::Descriptor above(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!above) throw_errno("cannot open the folder " + parent.string());
    io::sync_file(above.get(), done.string());
  }
  store::Descriptor opened(::open(whole.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) throw_errno("cannot open the store's folder " + whole.string());
  return opened;
}

/// A file being written in the writer's folder; its name there goes at the end.
class Part {
 public:
  Part(int writer, std::uint64_t number)
      : writer_(writer),
        name_(fmt::format("{}.part", number)),
        file_(::openat(writer, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444)) {
    if (!file_) store::throw_at("cannot create", name_);
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  ~Part() { ::unlinkat(writer_, name_.c_str(), 0); }

  void fill(store::SizedSource& source, std::string_view blob) {
    std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, source.left())),
                       '\0');
    while (source.left() > 0) {
      const std::size_t count = source.read(buffer.data(), buffer.size());
      io::write_all(file_.get(), std::string_view(buffer.data(), count), blob);
    }
    source.expect_end();
    io::sync_file(file_.get(), blob);
  }

  int get() const { return file_.get(); }
  const std::string& name() const { return name_; }

 private:
  int writer_;
  std::string name_;
  store::Descriptor file_;
};

class FolderBlobs final : public BlobStore {
 public:
  explicit FolderBlobs(const std::filesystem::path& folder)
      : store_(open_store(folder)),
        writer_(store_.get()),
        how_(store::probe_exclusive_link(writer_.get())),
        folders_(store_.get()) {}

  std::optional<BlobInfo> stat(std::string_view name) override {
    store::check_blob_name(name);
    const store::Descriptor folder = folders_.find(name);
    if (!folder) return std::nullopt;
    return store::blob_at(folder.get(), store::file_name_of(name), name);
  }

  void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
            ByteSink& sink) override {
    store::check_blob_name(name);
    const store::Descriptor file = open_blob(name);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) throw_errno(fmt::format("cannot look at {}", name));
    if (!S_ISREG(status.st_mode)) throw_missing(name);
    std::uint64_t left =
        store::bytes_to_read(name, static_cast<std::uint64_t>(status.st_size), offset, length);
    std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, left)), '\0');
    while (left > 0) {
      const auto wanted = std::min<std::uint64_t>(buffer.size(), left);
      const ssize_t count = ::pread(file.get(), buffer.data(), static_cast<std::size_t>(wanted),
                                    static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw_errno(fmt::format("cannot read blob {}", name));
      if (count == 0) {
        throw Error(ErrorCode::Corrupt, fmt::format("blob {} became shorter", name));
      }
      sink.write(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
      offset += static_cast<std::uint64_t>(count);
      left -= static_cast<std::uint64_t>(count);
    }
  }

  Created create(std::string_view name, ByteSource& data, std::uint64_t size) override {
    store::check_blob_name(name);
    if (size > kMaxFolderBlobBytes) {
      throw Error(ErrorCode::LimitExceeded, fmt::format("blob {} has {} bytes", name, size));
    }
    const store::Descriptor folder = folders_.make(name);
    const std::string file = store::file_name_of(name);
    Created result = Created::Exists;
    if (!store::blob_at(folder.get(), file, name)) {
      Part part(writer_.get(), next_part_.fetch_add(1));
      store::SizedSource source(name, data, size);
      part.fill(source, name);
      if (store::link_exclusively(how_, writer_.get(), part.name(), part.get(), folder.get(),
                                  file)) {
        result = Created::Created;
      }
    }
    refuse_folder(folder.get(), file, name);
    // Also for somebody else's blob: who is told that it exists builds on it.
    io::sync_file(folder.get(), name);
    return result;
  }

  std::vector<BlobInfo> list(std::string_view prefix, std::string_view after,
                             std::size_t limit) override {
    store::check_blob_prefix(prefix);
    return store::list_folder(store_.get(), prefix, after, limit);
  }

  void remove(std::string_view name) override {
    store::check_blob_name(name);
    const store::Descriptor folder = folders_.find(name);
    if (!folder) return;
    const std::string file = store::file_name_of(name);
    if (!store::blob_at(folder.get(), file, name)) return;
    if (::unlinkat(folder.get(), file.c_str(), 0) != 0 && errno != ENOENT) {
      store::throw_at("cannot remove blob", name);
    }
  }

  BlobLimits limits() override { return {kMaxFolderBlobBytes, true}; }

 private:
  [[noreturn]] static void throw_missing(std::string_view name) {
    throw Error(ErrorCode::NotFound, fmt::format("there is no blob {}", name));
  }

  store::Descriptor open_blob(std::string_view name) const {
    const store::Descriptor folder = folders_.find(name);
    if (!folder) throw_missing(name);
    // Not to wait for a pipe that somebody put there.
    store::Descriptor file(::openat(folder.get(), store::file_name_of(name).c_str(),
                                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno == ENOENT) throw_missing(name);
    if (!file) store::throw_at("cannot open blob", name);
    return file;
  }

  static void refuse_folder(int folder, const std::string& file, std::string_view name) {
    struct stat status {};
    if (::fstatat(folder, file.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (!S_ISDIR(status.st_mode)) return;
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("{} is the folder of other blobs; it cannot be one itself", name));
  }

  store::Descriptor store_;
  store::WriterFolder writer_;
  store::ExclusiveLink how_;
  store::BlobFolders folders_;
  std::atomic<std::uint64_t> next_part_{0};
};

}  // namespace

std::unique_ptr<BlobStore> open_folder_blobs(const std::filesystem::path& folder) {
  return std::make_unique<FolderBlobs>(folder);
}

}  // namespace qfcsync
