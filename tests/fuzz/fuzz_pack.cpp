// Any bytes are refused or read as a pack, and every object of it is refused or decoded. The first
// byte says whether the tail and the hash of the index are made to fit, so that what is behind them
// is reached, too.

#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "chunk/pack_reader.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace qfcsync;
using namespace qfcsync::chunk;

/// Header, tail and hash of the index as a writer makes them, around the bytes that are there.
std::string repaired(std::string_view bytes) try {
  if (bytes.size() < kPackHeaderBytes + kPackTailBytes) return std::string(bytes);
  const std::string_view end = bytes.substr(bytes.size() - kPackTailBytes);
  PackTail tail = parse_pack_tail(end, bytes.size());
  tail.index_hash = sha256_id(bytes.substr(tail.index_offset, tail.index_bytes));
  return format_pack_header(0) +
         std::string(
             bytes.substr(kPackHeaderBytes, bytes.size() - kPackHeaderBytes - kPackTailBytes)) +
         format_pack_tail(tail);
} catch (const Error&) {
  return std::string(bytes);
}

void require_refusal(const Error& error) {
  const bool is_refusal =
      error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::FormatTooNew;
  if (!is_refusal) std::abort();
}

void decode_all(PackReader& reader) {
  ObjectDecoder decoder(reader);
  for (const PackEntry& entry : reader.entries()) {
    const ObjectRecord& record = entry.record;
    try {
      const RawBytes raw = decoder.decode(record.kind, record.id);
      if (raw->size() != record.raw_bytes) std::abort();
      if (record.kind == ObjectKind::Chunk && sha256_id(*raw) != record.id) std::abort();
    } catch (const Error& error) {
      require_refusal(error);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string input = data[0] % 2 == 0 ? std::string(bytes) : repaired(bytes);
  try {
    MemoryPack pack(input);
    PackReader reader(pack);
    if (format_pack_index(reader.entries()).size() + kPackTailBytes > input.size()) std::abort();
    decode_all(reader);
  } catch (const Error& error) {
    require_refusal(error);
  }
  return 0;
}
