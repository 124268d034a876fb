#include "chunk/file_decoder.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "chunk/limits.hpp"

#include <algorithm>

namespace qfcsync::chunk {
namespace {

[[noreturn]] void fail(const ObjectId& file_id, const char* what) {
  throw Error(ErrorCode::Corrupt,
              "file " + file_id.hex() + ": " + what + "; fetch its manifest from another replica");
}

}  // namespace

RawBytes decode_chunk(ObjectDecoder& decoder, const Manifest& manifest, std::size_t number) {
  RawBytes raw = decoder.decode(ObjectKind::Chunk, manifest.chunks[number]);
  if (raw->size() != manifest.chunk_bytes(number)) {
    throw Error(ErrorCode::Corrupt, describe(ObjectKind::Chunk, manifest.chunks[number]) +
                                        " has not the size that the manifest of the file wants");
  }
  return raw;
}

void check_file_id(const ObjectId& wanted, const ObjectId& found) {
  if (found != wanted) fail(wanted, "other bytes than its id");
}

Manifest read_manifest(ObjectDecoder& decoder, const ObjectId& file_id) {
  return parse_manifest(*decoder.decode(ObjectKind::Manifest, file_id));
}

void decode_file(ObjectDecoder& decoder, const ObjectId& file_id, const Manifest& manifest,
                 FileCheck check, ByteSink& sink) {
  base::Digest sha256(base::DigestKind::Sha256);
  base::EtagDigest etag;
  for (std::size_t number = 0; number < manifest.chunks.size(); ++number) {
    const RawBytes raw = decode_chunk(decoder, manifest, number);
    sha256.update(*raw);
    if (check == FileCheck::IdAndEtag) etag.update(*raw);
    sink.write(*raw);
  }
  check_file_id(file_id, ObjectId::from_raw(sha256.finish_raw()));
  if (check == FileCheck::IdAndEtag && etag.finish() != manifest.etag.text()) {
    fail(file_id, "another entity tag than its manifest");
  }
}

void decode_range(ObjectDecoder& decoder, const Manifest& manifest, std::uint64_t offset,
                  std::uint64_t bytes, ByteSink& sink) {
  if (offset > manifest.file_bytes || bytes > manifest.file_bytes - offset) {
    throw Error(ErrorCode::InvalidArgument, "the range ends behind the file");
  }
  while (bytes > 0) {
    const std::size_t begin = offset % kChunkBytes;
    const RawBytes raw = decode_chunk(decoder, manifest, offset / kChunkBytes);
    const std::size_t part = std::min<std::uint64_t>(bytes, raw->size() - begin);
    sink.write(std::string_view(*raw).substr(begin, part));
    offset += part;
    bytes -= part;
  }
}

}  // namespace qfcsync::chunk
