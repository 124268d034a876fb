#include "repository/bundle_format.hpp"

#include <qfcsync/error.hpp>

#include "chunk/little_endian.hpp"
#include "chunk/object_id.hpp"

#include <algorithm>

namespace qfcsync::repository {
namespace {

constexpr std::string_view kMagic = "QFSBNDL";
constexpr std::string_view kVersion = "1";
constexpr std::size_t kBlockBytes = 256u << 10;
constexpr std::size_t kLengthBytes = 4;

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::Corrupt, std::string("bundle: ") + what + "; copy it anew");
}

}  // namespace

BundleWriter::BundleWriter(ByteSink& out, const history::Root& root) : out_(&out) {
  const std::string text = history::format_root(root);
  std::string head = std::string(kMagic) + std::string(kVersion);
  chunk::put_little(head, text.size(), kLengthBytes);
  write(head + text);
}

void BundleWriter::write(std::string_view bytes) {
  digest_.update(bytes);
  out_->write(bytes);
}

void BundleWriter::finish() { out_->write(digest_.finish_raw()); }

BundleReader::BundleReader(ByteSource& source) : source_(&source) {
  const std::string head = take(kMagic.size() + kVersion.size());
  if (!head.starts_with(kMagic)) fail("other first bytes");
  if (!head.ends_with(kVersion)) {
    throw Error(ErrorCode::FormatTooNew, "bundle: written by a newer version; upgrade first");
  }
  const std::uint64_t size = chunk::little(take(kLengthBytes));
  if (size > history::kMaxRootBytes) fail("its list of packs is too long");
  root_ = history::parse_root(take(static_cast<std::size_t>(size)));
}

void BundleReader::read_exactly(char* buffer, std::size_t size) {
  while (size > 0) {
    const std::size_t count = source_->read(buffer, size);
    if (count == 0) fail("it is cut off");
    buffer += count;
    size -= count;
  }
}

std::string BundleReader::take(std::size_t size) {
  std::string bytes(size, '\0');
  read_exactly(bytes.data(), size);
  digest_.update(bytes);
  return bytes;
}

std::unique_ptr<ByteStore> BundleReader::next_pack(const history::RootPack& pack) {
  std::unique_ptr<ByteStore> scratch = make_scratch();
  base::Digest digest(base::DigestKind::Sha256);
  for (std::uint64_t left = pack.bytes; left > 0;) {
    const std::string block = take(std::min<std::uint64_t>(left, kBlockBytes));
    digest.update(block);
    scratch->write(block);
    left -= block.size();
  }
  if (chunk::ObjectId::from_raw(digest.finish_raw()) != pack.id) fail("a pack is damaged");
  return scratch;
}

void BundleReader::finish() {
  const std::string wanted = digest_.finish_raw();
  if (take(wanted.size()) != wanted) fail("it has another hash");
  char more = 0;
  if (source_->read(&more, 1) != 0) fail("more follows than belongs to it");
}

}  // namespace qfcsync::repository
