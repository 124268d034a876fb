#include "chunk/pack_index.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"
#include "chunk/little_endian.hpp"

#include <algorithm>
#include <utility>

namespace qfcsync::chunk {
namespace {

constexpr std::string_view kHeaderMagic = "QFSPACK1";
constexpr std::string_view kTailMagic = "QFSPEND1";
constexpr std::size_t kEntryBytes = 52;  // without bases

ObjectKey key_of(const PackEntry& entry) { return {entry.record.kind, entry.record.id}; }

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::Corrupt, std::string("pack: ") + what + "; fetch it anew");
}

void check_version(std::string_view version_and_flags) {
  if (little(version_and_flags.substr(0, 2)) != kPackVersion ||
      little(version_and_flags.substr(2, 2)) != 0) {
    throw Error(ErrorCode::FormatTooNew, "pack: written by a newer version; upgrade first");
  }
}

/// Takes numbers and ids from the front of an index.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}
  std::string_view take(std::size_t bytes) {
    if (bytes > rest_.size()) fail("its index is cut off");
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::uint64_t number(std::size_t bytes) { return little(take(bytes)); }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

PackEntry parse_entry(Cursor& cursor) {
  PackEntry entry;
  ObjectRecord& record = entry.record;
  record.kind = static_cast<ObjectKind>(cursor.number(1));
  record.codec = static_cast<Codec>(cursor.number(1));
  record.depth = static_cast<std::uint8_t>(cursor.number(1));
  const std::uint64_t bases = cursor.number(1);
  record.raw_bytes = static_cast<std::uint32_t>(cursor.number(4));
  record.stored_bytes = static_cast<std::uint32_t>(cursor.number(4));
  entry.offset = cursor.number(8);
  record.id = ObjectId::from_raw(cursor.take(kIdBytes));
  if (bases > kMaxBases) fail("an object with too many bases");
  for (std::uint64_t i = 0; i < bases; ++i) {
    record.bases.push_back(ObjectId::from_raw(cursor.take(kIdBytes)));
  }
  check_record(record);
  return entry;
}

/// Back to back: nothing overlaps, nothing is hidden between.
void check_payloads(const std::vector<PackEntry>& entries, std::uint64_t end) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> payloads;
  payloads.reserve(entries.size());
  for (const PackEntry& entry : entries) {
    payloads.emplace_back(entry.offset, entry.record.stored_bytes);
  }
  std::ranges::sort(payloads);
  std::uint64_t at = kPackHeaderBytes;
  for (const auto& [offset, bytes] : payloads) {
    if (offset != at) fail("its objects are not back to back");
    at += bytes;
  }
  if (at != end) fail("its objects do not end where its index begins");
}

void check_depths(const std::vector<PackEntry>& entries) {
  for (const PackEntry& entry : entries) {
    for (const ObjectId& id : entry.record.bases) {
      const PackEntry* base = find_entry(entries, {entry.record.kind, id});
      if (base != nullptr && base->record.depth >= entry.record.depth) {
        fail("a base is not less deep than its object");
      }
    }
  }
}

}  // namespace

std::string format_pack_header(std::uint32_t salt) {
  std::string header(kHeaderMagic);
  put_little(header, kPackVersion, 2);
  put_little(header, 0, 2);
  put_little(header, salt, 4);
  return header;
}

void check_pack_header(std::string_view header) {
  if (header.size() != kPackHeaderBytes || !header.starts_with(kHeaderMagic)) {
    fail("other first bytes");
  }
  check_version(header.substr(kHeaderMagic.size(), 4));
}

std::size_t pack_entry_bytes(const ObjectRecord& record) noexcept {
  return kEntryBytes + record.bases.size() * kIdBytes;
}

std::string format_pack_index(const std::vector<PackEntry>& entries) {
  std::string index;
  for (const PackEntry& entry : entries) {
    const ObjectRecord& record = entry.record;
    put_little(index, static_cast<std::uint8_t>(record.kind), 1);
    put_little(index, static_cast<std::uint8_t>(record.codec), 1);
    put_little(index, record.depth, 1);
    put_little(index, record.bases.size(), 1);
    put_little(index, record.raw_bytes, 4);
    put_little(index, record.stored_bytes, 4);
    put_little(index, entry.offset, 8);
    index += record.id.view();
    for (const ObjectId& base : record.bases) index += base.view();
  }
  return index;
}

std::string format_pack_tail(const PackTail& tail) {
  std::string bytes;
  put_little(bytes, tail.index_offset, 8);
  put_little(bytes, tail.index_bytes, 8);
  put_little(bytes, tail.objects, 4);
  put_little(bytes, kPackVersion, 2);
  put_little(bytes, 0, 2);
  bytes += tail.index_hash.view();
  bytes += kTailMagic;
  return bytes;
}

PackTail parse_pack_tail(std::string_view tail, std::uint64_t pack_bytes) {
  if (tail.size() != kPackTailBytes || !tail.ends_with(kTailMagic)) fail("other last bytes");
  check_version(tail.substr(20, 4));
  if (pack_bytes < kPackHeaderBytes + kPackTailBytes || pack_bytes > kMaxPackBytes) {
    fail("no size of a pack");
  }
  PackTail result;
  result.index_offset = little(tail.substr(0, 8));
  result.index_bytes = little(tail.substr(8, 8));
  result.objects = static_cast<std::uint32_t>(little(tail.substr(16, 4)));
  result.index_hash = ObjectId::from_raw(tail.substr(24, kIdBytes));
  const std::uint64_t inner = pack_bytes - kPackTailBytes;
  if (result.index_offset < kPackHeaderBytes || result.index_offset > inner ||
      result.index_bytes != inner - result.index_offset) {
    fail("its index is not where its tail says");
  }
  if (result.objects > kMaxPackObjects || result.objects > result.index_bytes / kEntryBytes) {
    fail("more objects than its index can hold");
  }
  return result;
}

std::vector<PackEntry> parse_pack_index(const PackTail& tail, std::string_view index) {
  if (index.size() != tail.index_bytes || sha256_id(index) != tail.index_hash) {
    fail("its index has another hash");
  }
  Cursor cursor(index);
  std::vector<PackEntry> entries;
  entries.reserve(tail.objects);
  for (std::uint32_t i = 0; i < tail.objects; ++i) {
    entries.push_back(parse_entry(cursor));
    if (i > 0 && key_of(entries[i - 1]) >= key_of(entries[i])) {
      fail("its index is not sorted, or holds an object twice");
    }
  }
  if (!cursor.at_end()) fail("its index goes on behind the last object");
  check_payloads(entries, tail.index_offset);
  check_depths(entries);
  return entries;
}

const PackEntry* find_entry(const std::vector<PackEntry>& entries, const ObjectKey& key) {
  const auto at = std::ranges::lower_bound(entries, key, {}, key_of);
  return at != entries.end() && key_of(*at) == key ? &*at : nullptr;
}

}  // namespace qfcsync::chunk
