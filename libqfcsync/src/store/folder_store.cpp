#include <qfcsync/error.hpp>
#include <qfcsync/store.hpp>

#include "base/digest.hpp"
#include "io/descriptor.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync {
namespace fs = std::filesystem;
namespace {

/// @return false if it was there already
bool make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) return true;
  if (errno != EEXIST) throw_errno("cannot create folder " + folder.string());
  return false;
}

/// Creates a folder whose existence survives power loss.
void create_folder(const fs::path& folder) {
  if (fs::is_directory(folder)) return;
  create_folder(folder.parent_path());
  make_folder(folder);
  io::sync_folder(folder.parent_path());
}

struct Folders {
  fs::path objects;
  fs::path temporary;

  /// Makes `<file>` the content of that name, durably. The file must be complete and synced.
  void publish(const fs::path& file, std::string_view sha256) const {
    const fs::path target = object(sha256);
    if (::rename(file.c_str(), target.c_str()) != 0) {
      throw_errno("cannot publish " + target.string());
    }
    io::sync_folder(target.parent_path());
  }

  fs::path object(std::string_view sha256) const {
    const bool is_name =
        sha256.size() == 64 && std::all_of(sha256.begin(), sha256.end(), [](char c) {
          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        });
    if (!is_name) {
      throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is no content name", sha256));
    }
    return objects / sha256.substr(0, 2) / sha256.substr(2);
  }
};

class FolderWriter final : public ObjectWriter {
 public:
  FolderWriter(const Folders& folders, fs::path path)
      : folders_(folders),
        path_(std::move(path)),
        fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400)),
        sha_(base::DigestKind::Sha256) {
    if (fd_.get() < 0) throw_errno("cannot create " + path_.string());
  }

  ~FolderWriter() override {
    if (!published_) ::unlink(path_.c_str());
  }

  void write(std::string_view bytes) override {
    sha_.update(bytes);
    etag_.update(bytes);
    info_.size += bytes.size();
    io::write_all(fd_.get(), bytes, path_);
  }

  ObjectInfo finish() override {
    info_.sha256 = sha_.finish_hex();
    info_.etag = etag_.finish();
    io::sync_file(fd_.get(), path_);
    folders_.publish(path_, info_.sha256);
    published_ = true;
    return info_;
  }

 private:
  const Folders& folders_;
  fs::path path_;
  io::Descriptor fd_;
  base::Digest sha_;
  base::EtagDigest etag_;
  ObjectInfo info_;
  bool published_ = false;
};

class FolderReader final : public ObjectReader {
 public:
  explicit FolderReader(const fs::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_.get() < 0) throw_errno("cannot open stored content " + path.string());
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) throw_errno("cannot look at " + path.string());
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  std::uint64_t size() const override { return size_; }

  std::size_t read_at(std::uint64_t offset, std::span<char> buffer) const override {
    std::size_t total = 0;
    while (total < buffer.size()) {
      const ssize_t got = ::pread(fd_.get(), buffer.data() + total, buffer.size() - total,
                                  static_cast<off_t>(offset + total));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw_errno("cannot read stored content");
      if (got == 0) break;
      total += static_cast<std::size_t>(got);
    }
    return total;
  }

 private:
  io::Descriptor fd_;
  std::uint64_t size_ = 0;
};

class FolderStore final : public ObjectStore {
 public:
  explicit FolderStore(const fs::path& folder)
      : folders_{fs::absolute(folder) / "objects", fs::absolute(folder) / "tmp"} {
    create_folder(folders_.objects);
    create_fan_out();
    std::error_code ignored;
    fs::remove_all(folders_.temporary, ignored);  // half-written contents of a killed process
    create_folder(folders_.temporary);
  }

  std::unique_ptr<ObjectWriter> create() override {
    return std::make_unique<FolderWriter>(folders_,
                                          folders_.temporary / std::to_string(++counter_));
  }

  ObjectInfo adopt(const fs::path& file) override {
    const base::FileDigests digests = base::digest_file(file);
    const io::Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0 || ::fchmod(fd.get(), 0400) != 0 || ::fsync(fd.get()) != 0) {
      throw_errno("cannot sync " + file.string());
    }
    folders_.publish(file, digests.sha256);
    return {digests.sha256, digests.etag, digests.size};
  }

  std::unique_ptr<ObjectReader> open(std::string_view sha256) const override {
    return std::make_unique<FolderReader>(folders_.object(sha256));
  }

  bool contains(std::string_view sha256) const override {
    return ::access(folders_.object(sha256).c_str(), R_OK) == 0;
  }

  void materialize(std::string_view sha256, const fs::path& path) const override {
    const fs::path source = folders_.object(sha256);
    if (::link(source.c_str(), path.c_str()) == 0) return;
    if (errno != EXDEV && errno != EPERM && errno != EMLINK) refuse(path);
    copy_to(sha256, path);
  }

  void copy_to(std::string_view sha256, const fs::path& path) const override {
    const fs::path source = folders_.object(sha256);
    const io::Descriptor in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (in.get() < 0) throw_errno("cannot open stored content " + source.string());
    const io::Descriptor out(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (out.get() < 0) refuse(path);
    constexpr std::size_t kStep = 1u << 30;
    ssize_t done = 0;
    while ((done = ::copy_file_range(in.get(), nullptr, out.get(), nullptr, kStep, 0)) > 0) {
    }
    if (done < 0) throw_errno("cannot copy to " + path.string());
  }

  void remove(std::string_view sha256) override {
    const fs::path path = folders_.object(sha256);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
      throw_errno("cannot remove " + path.string());
  }

  bool is_healthy() const noexcept override {
    return ::access(folders_.objects.c_str(), R_OK | W_OK | X_OK) == 0;
  }

 private:
  /// The 256 folders exist from the start, so that publishing costs one sync of a folder.
  void create_fan_out() const {
    bool is_new = false;
    for (int i = 0; i < 256; ++i)
      is_new |= make_folder(folders_.objects / fmt::format("{:02x}", i));
    if (is_new) io::sync_folder(folders_.objects);
  }

  [[noreturn]] static void refuse(const fs::path& path) {
    if (errno == EEXIST) throw Error(ErrorCode::AlreadyExists, path.string() + " exists already");
    throw_errno("cannot create " + path.string());
  }

  Folders folders_;
  std::atomic<std::uint64_t> counter_{0};
};

}  // namespace

std::unique_ptr<ObjectStore> open_folder_store(const fs::path& folder) {
  return std::make_unique<FolderStore>(folder);
}

}  // namespace qfcsync
