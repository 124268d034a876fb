#include "chunk/pack_reader.hpp"

#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "chunk/limits.hpp"
#include "chunk/little_endian.hpp"
#include "unit/chunk/sample_pack.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace qfcsync::chunk {
namespace {

using test::code_of;
using test::SamplePack;

/// Decodes everything that a reader can reach and compares it.
///
/// @return false if damage was found
bool reads_right(const SamplePack& sample, const std::string& bytes) try {
  MemoryPack pack(bytes);
  PackReader reader(pack);
  ObjectDecoder decoder(reader);
  for (std::size_t i = 0; i < sample.files.size(); ++i) {
    MemorySink sink;
    const ObjectId& id = sample.file_ids[i];
    decode_file(decoder, id, read_manifest(decoder, id), FileCheck::IdAndEtag, sink);
    CHECK((sink.bytes() == sample.files[i]));
  }
  const RawBytes git = decoder.decode(ObjectKind::Git, git_id(sample.git_object));
  CHECK(*git == sample.git_object);
  return *decoder.decode(ObjectKind::Change, sample.change_id) == sample.change;
} catch (const Error& error) {
  CHECK((error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::FormatTooNew ||
         error.code() == ErrorCode::NotFound));
  return false;
}

/// The pack with its entries changed and index, tail and hash made to fit.
std::string rewritten(const SamplePack& sample,
                      const std::function<void(std::vector<PackEntry>&)>& change,
                      const std::string& more_index = "") {
  MemoryPack pack(sample.bytes);
  std::vector<PackEntry> entries = PackReader(pack).entries();
  const std::size_t end =
      entries.empty() ? kPackHeaderBytes
                      : sample.bytes.size() - kPackTailBytes - format_pack_index(entries).size();
  change(entries);
  const std::string index = format_pack_index(entries) + more_index;
  return sample.bytes.substr(0, end) + index +
         format_pack_tail(
             {end, index.size(), static_cast<std::uint32_t>(entries.size()), sha256_id(index)});
}

bool refused(const std::string& bytes) {
  MemoryPack pack(bytes);
  return code_of([&] { PackReader{pack}; }) == ErrorCode::Corrupt;
}

TEST_SUITE_BEGIN("chunk/pack_reader");

TEST_CASE("a pack gives back what was added, of every kind and codec") {
  const SamplePack sample;
  CHECK(reads_right(sample, sample.bytes));
  MemoryPack pack(sample.bytes);
  PackReader reader(pack);
  CHECK(reader.entries().size() == sample.objects.objects.size());
  int codecs[3] = {};
  for (const PackEntry& entry : reader.entries()) {
    ++codecs[static_cast<int>(entry.record.codec)];
    std::string stored;
    reader.read(entry.record, stored);
    const auto& object = sample.objects.objects.at({entry.record.kind, entry.record.id});
    CHECK(stored == object.stored);
    CHECK(entry.record == object.record);
  }
  for (const int count : codecs) CHECK(count > 0);
  CHECK_FALSE(reader.find(ObjectKind::Chunk, sample.change_id));
  CHECK_NOTHROW(verify_pack(pack, sample.summary.id));
}

TEST_CASE("every flipped byte is detected, or is salt") {
  const SamplePack sample;
  std::string bytes = sample.bytes;
  MemoryPack pack(bytes);
  // Payloads in steps: bytes of one stream are alike. All of header, index and tail.
  MemoryPack whole(sample.bytes);
  const PackTail tail = parse_pack_tail(
      std::string_view(sample.bytes).substr(bytes.size() - kPackTailBytes), bytes.size());
  std::vector<std::size_t> unseen;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const bool is_payload = at >= kPackHeaderBytes && at < tail.index_offset;
    if (is_payload && at > 2000 && at + 2000 < tail.index_offset && at % 509 != 0) continue;
    bytes[at] ^= static_cast<char>(1u << at % 8);
    if (reads_right(sample, bytes)) unseen.push_back(at);
    CHECK(code_of([&] { verify_pack(pack, sample.summary.id); }) == ErrorCode::Corrupt);
    bytes[at] ^= static_cast<char>(1u << at % 8);
  }
  // Header bytes 12 to 15 are the salt. A bit of a zstd frame may be without meaning; reads_right()
  // has then compared all contents.
  std::size_t salt = 0;
  for (const std::size_t at : unseen) {
    CAPTURE(at);
    if (at >= 12 && at < 16) {
      ++salt;
    } else {
      CHECK((at >= kPackHeaderBytes && at < tail.index_offset));
    }
  }
  CHECK(salt == 4);
  CHECK(unseen.size() < 16);
}

TEST_CASE("a pack that is cut off or goes on is none") {
  const SamplePack sample;
  for (std::size_t size = 0; size < sample.bytes.size(); size += size < 200 ? 1 : 997) {
    CAPTURE(size);
    CHECK(refused(sample.bytes.substr(0, size)));
  }
  CHECK(refused(sample.bytes + "x"));
  CHECK(refused(sample.bytes + sample.bytes.substr(sample.bytes.size() - kPackTailBytes)));
}

TEST_CASE("an index with the right hash is still not trusted") {
  const SamplePack sample;
  using Entries = std::vector<PackEntry>;
  CHECK_FALSE(refused(rewritten(sample, [](Entries&) {})));
  CHECK(refused(rewritten(
      sample, [](Entries&) {}, "x")));
  CHECK(refused(rewritten(sample, [](Entries& entries) { std::swap(entries[0], entries[1]); })));
  CHECK(refused(rewritten(sample, [](Entries& entries) { entries[1] = entries[0]; })));
  CHECK(refused(rewritten(sample, [](Entries& entries) { entries.pop_back(); })));
  CHECK(refused(rewritten(sample, [](Entries& entries) { ++entries[0].offset; })));
  CHECK(refused(rewritten(sample, [](Entries& entries) { --entries[0].offset; })));
  CHECK(
      refused(rewritten(sample, [](Entries& entries) { entries[0].offset = ~std::uint64_t{0}; })));
  CHECK(
      refused(rewritten(sample, [](Entries& entries) { entries[1].offset = entries[0].offset; })));
  CHECK(refused(rewritten(sample, [](Entries& entries) { ++entries[0].record.stored_bytes; })));
  CHECK(
      refused(rewritten(sample, [](Entries& entries) { entries[0].record.kind = ObjectKind{0}; })));
  CHECK(refused(
      rewritten(sample, [](Entries& entries) { entries.back().record.kind = ObjectKind{5}; })));
  CHECK(refused(rewritten(
      sample, [](Entries& entries) { entries[0].record.raw_bytes = kMaxObjectBytes + 1; })));
  CHECK(refused(rewritten(sample, [](Entries& entries) {
    for (PackEntry& entry : entries) {
      if (!entry.record.bases.empty()) entry.record.bases[0] = entry.record.id;  // its own base
    }
  })));
  CHECK(refused(rewritten(sample, [](Entries& entries) {
    for (PackEntry& entry : entries) {
      if (!entry.record.bases.empty()) entry.record.bases.assign(3, entry.record.bases[0]);
    }
  })));
}

TEST_CASE("numbers of the tail that lie are refused before memory is taken") {
  const SamplePack sample;
  const std::size_t tail = sample.bytes.size() - kPackTailBytes;
  const auto with = [&](std::size_t at, std::uint64_t value, int bytes) {
    std::string number;
    put_little(number, value, bytes);
    std::string changed = sample.bytes;
    changed.replace(tail + at, number.size(), number);
    return changed;
  };
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{15}, ~std::uint64_t{0},
                                    std::uint64_t{1} << 63, std::uint64_t{sample.bytes.size()}}) {
    CHECK(refused(with(0, value, 8)));
    CHECK(refused(with(8, value, 8)));
  }
  for (const std::uint64_t value :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0xffffffff}}) {
    CHECK(refused(with(16, value, 4)));
  }
  for (const std::string& newer : {with(20, 2, 2), with(22, 1, 2)}) {
    MemoryPack pack(newer);
    CHECK(code_of([&] { PackReader{pack}; }) == ErrorCode::FormatTooNew);
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::chunk
