#include "sqlitefile/manifest.hpp"

#include <qfcsync/error.hpp>

#include "sqlitefile/big_endian.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <string_view>

namespace qfcsync::sqlitefile {
namespace {

constexpr std::string_view kMagic = "qfcpages";
// Magic, version, page size, file size, page count.
constexpr std::size_t kHeadBytes = 8 + 4 + 4 + 8 + 8;
constexpr std::size_t kHashesAtOnce = 4096;
constexpr std::uint32_t kMinPageSize = 512;
constexpr std::uint32_t kMaxPageSize = 65536;

void put_number(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xff));
  }
}

std::string_view as_view(const PageHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

/// Passes bytes on and hashes them.
class HashedSink {
 public:
  explicit HashedSink(ByteSink& out) : out_(&out) {}
  void write(std::string_view bytes) {
    hash_.update(bytes.data(), bytes.size());
    out_->write(bytes);
  }
  void end() { out_->write(as_view(hash_.finish())); }

 private:
  ByteSink* out_;
  RunningHash hash_;
};

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::Corrupt, std::string("page manifest: ") + what +
                                      "; write a new one from the file it belongs to");
}

void read_exactly(ByteSource& source, void* buffer, std::size_t size) {
  auto* at = static_cast<char*>(buffer);
  while (size > 0) {
    const std::size_t got = source.read(at, size);
    if (got == 0) fail("cut off");
    at += got;
    size -= got;
  }
}

std::string head_of(const FileHeader& header, std::uint64_t file_size) {
  std::string head(kMagic);
  put_number(head, kManifestVersion, 4);
  put_number(head, header.page_size, 4);
  put_number(head, file_size, 8);
  put_number(head, header.page_count, 8);
  return head;
}

}  // namespace

PageManifest PageManifest::read(ByteSource& source) {
  std::array<std::uint8_t, kHeadBytes> head{};
  read_exactly(source, head.data(), head.size());
  if (!std::equal(kMagic.begin(), kMagic.end(), head.begin())) fail("other first bytes");
  if (read_u32(head.data() + 8) != kManifestVersion) {
    throw Error(ErrorCode::FormatTooNew, "page manifest: written by a newer version; upgrade");
  }
  PageManifest result;
  result.page_size_ = read_u32(head.data() + 12);
  result.file_size_ = read_u64(head.data() + 16);
  const std::uint64_t count = read_u64(head.data() + 24);
  if (result.page_size_ < kMinPageSize || result.page_size_ > kMaxPageSize ||
      !std::has_single_bit(result.page_size_)) {
    fail("no page size");
  }
  if (count != result.file_size_ / result.page_size_ || count > 0xfffffffe) fail("no page count");
  RunningHash hash;
  hash.update(head.data(), head.size());
  while (result.hashes_.size() < count) {  // no more memory than bytes that are really there
    const std::size_t before = result.hashes_.size();
    const std::size_t part = std::min<std::uint64_t>(kHashesAtOnce, count - before);
    result.hashes_.resize(before + part);
    read_exactly(source, result.hashes_.data() + before, part * sizeof(PageHash));
    hash.update(result.hashes_.data() + before, part * sizeof(PageHash));
  }
  result.state_ = hash.finish();
  PageHash stored{};
  read_exactly(source, stored.data(), stored.size());
  if (stored != result.state_) fail("the checksum differs");
  char more = 0;
  if (source.read(&more, 1) != 0) fail("bytes after its end");
  return result;
}

void PageManifest::check_file(PageReader& pages) const {
  const FileHeader& header = pages.header();
  if (header.page_size == page_size_ && header.page_count == page_count() &&
      holds(1, pages.get(1))) {
    return;
  }
  throw Error(ErrorCode::InvalidArgument, "the page manifest is not of " + pages.name() +
                                              " as it is now; give the file it was written from");
}

void write_manifest(PageSource& source, ByteSink& out,
                    const std::function<void(std::uint64_t bytes)>& on_read) {
  const FileHeader header = read_file_header(source);
  HashedSink sink(out);
  sink.write(head_of(header, source.size()));
  const std::uint32_t at_once = std::max(1u, kWindowBytes / header.page_size);
  std::string pages(std::size_t{at_once} * header.page_size, '\0');
  std::vector<PageHash> hashes;
  for (std::uint32_t done = 0; done < header.page_count;) {
    const std::uint32_t count = std::min(at_once, header.page_count - done);
    source.read_at(std::uint64_t{done} * header.page_size, pages.data(),
                   std::size_t{count} * header.page_size);
    hashes.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
      hashes.push_back(
          hash_bytes(pages.data() + std::size_t{i} * header.page_size, header.page_size));
    }
    sink.write({reinterpret_cast<const char*>(hashes.data()), hashes.size() * sizeof(PageHash)});
    done += count;
    if (on_read) on_read(std::uint64_t{count} * header.page_size);
  }
  sink.end();
}

}  // namespace qfcsync::sqlitefile
