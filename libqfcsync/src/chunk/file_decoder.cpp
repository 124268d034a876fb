#include "chunk/file_decoder.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "chunk/limits.hpp"

#include <algorithm>
#include <span>

namespace qfcsync::chunk {
namespace {

[[noreturn]] void fail(const ObjectId& file_id, const char* what) {
  throw Error(ErrorCode::Corrupt,
              "file " + file_id.hex() + ": " + what + "; fetch its manifest from another replica");
}

/// So many chunks are announced at once: 128 MiB of a file.
constexpr std::size_t kExpectedChunks = 512;

}  // namespace

void expect_chunks(ObjectDecoder& decoder, const Manifest& manifest, std::size_t first,
                   std::size_t number, std::size_t end) {
  if ((number - first) % kExpectedChunks != 0) return;
  const std::size_t count = std::min(kExpectedChunks, end - number);
  decoder.expect(ObjectKind::Chunk, std::span(manifest.chunks).subspan(number, count));
}

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
    expect_chunks(decoder, manifest, 0, number, manifest.chunks.size());
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
  const std::size_t first = offset / kChunkBytes;
  const std::size_t end = (offset + bytes + kChunkBytes - 1) / kChunkBytes;
  while (bytes > 0) {
    const std::size_t number = offset / kChunkBytes;
    const std::size_t begin = offset % kChunkBytes;
    expect_chunks(decoder, manifest, first, number, end);
    const RawBytes raw = decode_chunk(decoder, manifest, number);
    const std::size_t part = std::min<std::uint64_t>(bytes, raw->size() - begin);
    sink.write(std::string_view(*raw).substr(begin, part));
    offset += part;
    bytes -= part;
  }
}

}  // namespace qfcsync::chunk
