#include "chunk/object_decoder.hpp"

#include <qfcsync/error.hpp>

#include "chunk/object_encoder.hpp"
#include "unit/chunk/memory_objects.hpp"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace qfcsync::chunk {
namespace {

using test::code_of;
using test::MemoryObjects;

/// A base and a delta on it.
struct Chain {
  MemoryObjects objects;
  std::string base;
  std::string edit;
  ObjectId base_id;
  ObjectId edit_id;

  explicit Chain(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    base = test::random_words(random, 20'000);
    edit = test::edited(random, base, 4);
    base_id = sha256_id(base);
    edit_id = sha256_id(edit);
    ObjectDecoder decoder(objects);
    ObjectEncoder encoder(objects, decoder);
    objects.add(encoder.encode(ObjectKind::Chunk, base_id, base, {}));
    const std::vector<ObjectId> bases{base_id};
    objects.add(encoder.encode(ObjectKind::Chunk, edit_id, edit, bases));
    objects.reads = 0;
  }
  EncodedObject& object(const ObjectId& id) { return objects.objects.at({ObjectKind::Chunk, id}); }
  ErrorCode decode(const ObjectId& id) {
    return code_of([&] { ObjectDecoder(objects).decode(ObjectKind::Chunk, id); });
  }
};

TEST_SUITE_BEGIN("chunk/object_decoder");

TEST_CASE("what is not there is not found, a missing base is damage") {
  Chain chain(1);
  CHECK(chain.decode(sha256_id("nothing")) == ErrorCode::NotFound);
  CHECK(chain.decode(chain.edit_id) == ErrorCode{0});
  chain.objects.objects.erase({ObjectKind::Chunk, chain.base_id});
  CHECK(chain.decode(chain.edit_id) == ErrorCode::Corrupt);
}

TEST_CASE("a base of another kind is none") {
  Chain chain(2);
  EncodedObject base = chain.object(chain.base_id);
  chain.objects.objects.erase({ObjectKind::Chunk, chain.base_id});
  base.record.kind = ObjectKind::Change;
  chain.objects.add(base);
  CHECK(chain.decode(chain.edit_id) == ErrorCode::Corrupt);
}

TEST_CASE("depths that do not fall are refused, and with them every cycle") {
  Chain chain(3);
  chain.object(chain.base_id).record.depth = 1;
  CHECK(chain.decode(chain.edit_id) == ErrorCode::Corrupt);
  Chain cycle(4);
  EncodedObject& base = cycle.object(cycle.base_id);
  base.record.codec = Codec::ZstdDelta;
  base.record.depth = 1;
  base.record.bases = {cycle.edit_id};
  CHECK(cycle.decode(cycle.edit_id) == ErrorCode::Corrupt);
  cycle.object(cycle.edit_id).record.bases = {cycle.edit_id};
  CHECK(cycle.decode(cycle.edit_id) == ErrorCode::Corrupt);
}

TEST_CASE("records that no writer makes are refused") {
  const auto refused = [](const auto& change) {
    Chain chain(5);
    change(chain.object(chain.edit_id).record);
    return chain.decode(chain.edit_id) == ErrorCode::Corrupt;
  };
  CHECK(refused([](ObjectRecord& record) { record.raw_bytes = kMaxObjectBytes + 1; }));
  CHECK(refused([](ObjectRecord& record) { record.raw_bytes = kChunkBytes + 1; }));
  CHECK(refused([](ObjectRecord& record) { record.raw_bytes = 0; }));
  CHECK(refused([](ObjectRecord& record) { record.raw_bytes += 1; }));
  CHECK(refused([](ObjectRecord& record) { record.raw_bytes -= 1; }));
  CHECK(refused([](ObjectRecord& record) { record.stored_bytes += 1; }));
  CHECK(refused([](ObjectRecord& record) { record.stored_bytes = 0; }));
  CHECK(refused([](ObjectRecord& record) { record.depth = 0; }));
  CHECK(refused([](ObjectRecord& record) { record.depth = kMaxDepth + 1; }));
  CHECK(refused([](ObjectRecord& record) { record.codec = Codec{3}; }));
  CHECK(refused([](ObjectRecord& record) { record.codec = Codec::Raw; }));
  CHECK(refused([](ObjectRecord& record) { record.bases.clear(); }));
  CHECK(refused([](ObjectRecord& record) { record.bases.push_back(record.bases[0]); }));
  CHECK(refused([](ObjectRecord& record) {
    record.bases = {sha256_id("1"), sha256_id("2"), sha256_id("3")};
  }));
}

TEST_CASE("every damaged byte of a stored object shows") {
  Chain chain(6);
  for (const ObjectId& id : {chain.base_id, chain.edit_id}) {
    std::string& stored = chain.object(id).stored;
    for (std::size_t at = 0; at < stored.size(); at += id == chain.base_id ? 61 : 1) {
      CAPTURE(at);
      stored[at] ^= 0x21;
      // A bit of a frame may mean nothing; then the bytes are right.
      const ErrorCode code = chain.decode(chain.edit_id);
      CHECK((code == ErrorCode::Corrupt || code == ErrorCode{0}));
      if (code == ErrorCode{0}) {
        CHECK(*ObjectDecoder(chain.objects).decode(ObjectKind::Chunk, chain.edit_id) == chain.edit);
      }
      stored[at] ^= 0x21;
    }
    stored += "x";
    ++chain.object(id).record.stored_bytes;
    CHECK(chain.decode(chain.edit_id) == ErrorCode::Corrupt);
    stored.pop_back();
    --chain.object(id).record.stored_bytes;
  }
}

TEST_CASE("bases are decoded once while they are remembered") {
  Chain chain(7);
  ObjectDecoder decoder(chain.objects);
  decoder.decode(ObjectKind::Chunk, chain.edit_id);
  CHECK(chain.objects.reads == 2);
  decoder.decode(ObjectKind::Chunk, chain.base_id);
  decoder.decode(ObjectKind::Chunk, chain.edit_id);
  CHECK(chain.objects.reads == 2);
  ObjectDecoder forgetful(chain.objects, chain.edit.size());  // room for one
  forgetful.decode(ObjectKind::Chunk, chain.edit_id);
  CHECK(chain.objects.reads == 4);
  forgetful.decode(ObjectKind::Chunk, chain.base_id);
  CHECK(chain.objects.reads == 5);
}

TEST_CASE("bases that fan out are given up, not followed for ever") {
  // Every level has two objects that stand on both of the level below: 2^33 ways down.
  MemoryObjects objects;
  Compressor compressor;
  std::vector<std::string> below{std::string(1u << 20, 'a'), std::string(1u << 20, 'b')};
  std::vector<ObjectId> ids;
  for (std::uint8_t depth = 0; depth <= kMaxDepth; ++depth) {
    std::vector<ObjectId> now;
    for (std::string& raw : below) {
      const std::string prefix =
          depth == 0 ? "" : std::string(1u << 20, 'a') + std::string(1u << 20, 'b');
      EncodedObject object;
      object.stored = compressor.compress(raw, prefix);
      object.record = {ObjectKind::Change,
                       sha256_id(raw + std::to_string(depth)),
                       depth == 0 ? Codec::Zstd : Codec::ZstdDelta,
                       depth,
                       static_cast<std::uint32_t>(raw.size()),
                       static_cast<std::uint32_t>(object.stored.size()),
                       ids};
      now.push_back(object.record.id);
      objects.add(object);
    }
    ids = now;
  }
  ObjectDecoder remembering(objects, 256u << 20);
  CHECK_NOTHROW(remembering.decode(ObjectKind::Change, ids[0]));
  ObjectDecoder forgetful(objects, 0);
  CHECK(code_of([&] { forgetful.decode(ObjectKind::Change, ids[0]); }) == ErrorCode::Corrupt);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::chunk
