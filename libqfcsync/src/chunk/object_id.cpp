#include "chunk/object_id.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "chunk/manifest.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::chunk {
namespace {

constexpr std::size_t kShownDigits = 16;

std::string_view name_of(ObjectKind kind) noexcept {
  switch (kind) {
    case ObjectKind::Chunk:
      return "chunk";
    case ObjectKind::Manifest:
      return "manifest";
    case ObjectKind::Git:
      return "git object";
    case ObjectKind::Change:
      return "change";
  }
  return "object";
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  throw Error(ErrorCode::InvalidArgument, "an id has 64 lower-case hexadecimal digits");
}

ObjectId hash(base::DigestKind kind, std::string_view bytes) {
  base::Digest digest(kind);
  digest.update(bytes);
  std::string raw = digest.finish_raw();
  raw.resize(kIdBytes, '\0');
  return ObjectId::from_raw(raw);
}

}  // namespace

std::string ObjectId::hex() const { return base::to_hex(bytes); }

ObjectId ObjectId::from_raw(std::string_view raw) {
  if (raw.size() != kIdBytes) throw Error(ErrorCode::Internal, "an id has 32 bytes");
  ObjectId id;
  std::copy(raw.begin(), raw.end(), id.bytes.begin());
  return id;
}

ObjectId ObjectId::from_hex(std::string_view text) {
  if (text.size() != 2 * kIdBytes) hex_digit('\0');
  ObjectId id;
  for (std::size_t i = 0; i < kIdBytes; ++i) {
    id.bytes[i] =
        static_cast<std::uint8_t>(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
  }
  return id;
}

ObjectId sha256_id(std::string_view bytes) { return hash(base::DigestKind::Sha256, bytes); }

ObjectId git_id(std::string_view object) { return hash(base::DigestKind::Sha1, object); }

std::string describe(ObjectKind kind, const ObjectId& id) {
  return fmt::format("{} {}", name_of(kind), id.hex().substr(0, kShownDigits));
}

void check_id(ObjectKind kind, const ObjectId& id, std::string_view raw) {
  if (kind == ObjectKind::Manifest) {
    parse_manifest(raw);
    return;
  }
  if (kind == ObjectKind::Change) return;
  if ((kind == ObjectKind::Chunk ? sha256_id(raw) : git_id(raw)) == id) return;
  throw Error(ErrorCode::Corrupt,
              describe(kind, id) + " decodes to other bytes; fetch it from another replica");
}

}  // namespace qfcsync::chunk
