#include "repository/changes.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"
#include "io/descriptor.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync::repository {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = 256u << 10;
constexpr std::size_t kCopyStep = 1u << 30;

io::Descriptor open_file(const fs::path& file, int flags) {
  io::Descriptor opened(::open(file.c_str(), flags | O_CLOEXEC, 0600));
  if (opened.get() < 0) throw_errno("cannot open " + file.string());
  return opened;
}

void copy_by_hand(int in, int out, const fs::path& from, const fs::path& to) {
  std::string buffer(kCopyBytes, '\0');
  while (const std::size_t count = io::read_some(in, buffer.data(), buffer.size(), from)) {
    io::write_all(out, std::string_view(buffer).substr(0, count), to);
  }
}

/// File systems and kernels that do not copy by themselves; the copy then is as far as it is.
bool cannot_copy(int error) {
  return error == EXDEV || error == ENOSYS || error == EOPNOTSUPP || error == EINVAL ||
         error == EPERM;
}

/// Without moving bytes where the file system can share them.
void copy_bytes(const fs::path& from, const fs::path& to) {
  const io::Descriptor in = open_file(from, O_RDONLY);
  const io::Descriptor out = open_file(to, O_WRONLY | O_CREAT | O_TRUNC);
  for (;;) {
    const ssize_t count = ::copy_file_range(in.get(), nullptr, out.get(), nullptr, kCopyStep, 0);
    if (count > 0 || (count < 0 && errno == EINTR)) continue;
    // Some file systems say that there is nothing to copy: then there is nothing to read, either.
    if (count == 0 || cannot_copy(errno)) return copy_by_hand(in.get(), out.get(), from, to);
    throw_errno("cannot copy to " + to.string());
  }
}

void write_at(int fd, std::uint64_t offset, std::string_view bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno != EINTR) throw_errno("cannot write " + file.string());
    if (count < 0) continue;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

void make_base(chunk::ObjectDecoder& decoder, const chunk::Manifest& before,
               const chunk::Manifest& now, const fs::path& modified, const fs::path& base) {
  copy_bytes(modified, base);
  const io::Descriptor out = open_file(base, O_WRONLY);
  if (::ftruncate(out.get(), static_cast<off_t>(before.file_bytes)) != 0) {
    throw_errno("cannot write " + base.string());
  }
  for (std::size_t number = 0; number < before.chunks.size(); ++number) {
    if (number < now.chunks.size() && now.chunks[number] == before.chunks[number]) continue;
    const chunk::RawBytes raw = decoder.decode(chunk::ObjectKind::Chunk, before.chunks[number]);
    write_at(out.get(), std::uint64_t{number} * chunk::kChunkBytes, *raw, base);
  }
}

std::string all_of(const ByteStore& store) {
  std::string bytes;
  bytes.reserve(static_cast<std::size_t>(store.size()));
  std::string buffer;
  while (bytes.size() < store.size()) {
    bytes += store.read(bytes.size(),
                        std::min<std::size_t>(kCopyBytes, store.size() - bytes.size()), buffer);
  }
  return bytes;
}

}  // namespace

ScratchSink::ScratchSink(const fs::path& file)
    : file_(file), fd_(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  if (fd_ < 0) throw_errno("cannot write " + file.string());
}

ScratchSink::~ScratchSink() { ::close(fd_); }

void ScratchSink::write(std::string_view bytes) { io::write_all(fd_, bytes, file_); }

FoundChanges find_changes(chunk::ObjectDecoder& decoder, const chunk::Manifest& before,
                          const chunk::Manifest& now, const fs::path& modified,
                          const fs::path& base, const Progress& progress) {
  FoundChanges found;
  try {
    make_base(decoder, before, now, modified, base);
    const std::unique_ptr<ByteStore> bytes = make_scratch();
    ExtractOptions options;
    options.schema = SchemaPolicy::Report;
    options.with_envelope = true;
    options.progress = progress;
    ExtractResult result = extract(base, modified, *bytes, options);
    found.summary = std::move(result.summary);
    const bool says_all = result.schema_operations.empty();
    if (says_all && bytes->size() <= kMaxChangeBytes) found.changeset = all_of(*bytes);
  } catch (const Error& error) {
    // The version is stored whatever its rows are: what cannot be compared has no change.
    if (error.code() == ErrorCode::Io || error.code() == ErrorCode::Cancelled) throw;
  }
  return found;
}

}  // namespace qfcsync::repository
