#include "remote/same_content.hpp"

#include <qfcsync/error.hpp>

#include "store/blob_name.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

constexpr std::size_t kCopyBytes = 256u << 10;

class DigestSink final : public ByteSink {
 public:
  void write(std::string_view bytes) override { digest_.update(bytes); }
  std::string finish() { return digest_.finish_raw(); }

 private:
  base::Digest digest_{base::DigestKind::Sha256};
};

/// What a store holds under a name, compared with what we wanted to create there.
enum class Found : std::uint8_t { Nothing, Same, Other };

Found compare_blob(BlobStore& store, std::string_view name, std::uint64_t size,
                   std::string_view sha256) {
  const auto info = store.stat(name);
  if (!info) return Found::Nothing;
  if (info->size != size) return Found::Other;
  DigestSink sink;
  store.read(name, 0, 0, sink);
  return sink.finish() == sha256 ? Found::Same : Found::Other;
}

}  // namespace

Spool spool_source(std::string_view name, ByteSource& data, std::uint64_t size) {
  Spool spool{make_scratch(), {}};
  store::SizedSource source(name, data, size);
  base::Digest digest(base::DigestKind::Sha256);
  std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, size)), '\0');
  while (source.left() > 0) {
    const std::string_view bytes(buffer.data(), source.read(buffer.data(), buffer.size()));
    digest.update(bytes);
    spool.bytes->write(bytes);
  }
  source.expect_end();
  spool.sha256 = digest.finish_raw();
  return spool;
}

Created created_or_not(BlobStore& store, std::string_view address, std::string_view name,
                       std::uint64_t size, std::string_view sha256) {
  switch (compare_blob(store, name, size, sha256)) {
    case Found::Same:
      return Created::Created;
    case Found::Other:
      return Created::Exists;
    case Found::Nothing:
      break;
  }
  throw Error(ErrorCode::Busy,
              fmt::format("{}: {} was removed while it was created; try again", address, name));
}

}  // namespace qfcsync::remote
