#include "chunk/object_encoder.hpp"

#include <qfcsync/error.hpp>

#include "unit/chunk/memory_objects.hpp"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace qfcsync::chunk {
namespace {

using test::code_of;
using test::MemoryObjects;

struct Store {
  MemoryObjects objects;
  ObjectDecoder decoder{objects};
  ObjectEncoder encoder{objects, decoder};

  EncodedObject encode(std::string_view raw, const std::vector<ObjectId>& bases) {
    return encoder.encode(ObjectKind::Chunk, sha256_id(raw), raw, bases);
  }
  ObjectRecord add(std::string_view raw, const std::vector<ObjectId>& bases) {
    EncodedObject object = encode(raw, bases);
    objects.add(object);
    return object.record;
  }
  /// Decodes without help of what is in the decoder's cache.
  std::string decode(const ObjectId& id) {
    ObjectDecoder fresh(objects, 0);
    return *fresh.decode(ObjectKind::Chunk, id);
  }
};

TEST_SUITE_BEGIN("chunk/object_encoder");

TEST_CASE("the codec is the one that pays") {
  std::mt19937_64 random(1);
  Store store;
  const std::string noise = test::random_bytes(random, kChunkBytes);
  const std::string words = test::random_words(random, kChunkBytes);
  CHECK(store.add(noise, {}).codec == Codec::Raw);
  CHECK(store.add(words, {}).codec == Codec::Zstd);

  const std::string edit = test::edited(random, noise, 10);
  const EncodedObject delta = store.encode(edit, {sha256_id(noise)});
  CHECK(delta.record.codec == Codec::ZstdDelta);
  CHECK(delta.record.depth == 1);
  CHECK(delta.stored.size() < 400);
  store.objects.add(delta);
  CHECK(store.decode(sha256_id(edit)) == edit);

  // A base that shares less than three quarters is none.
  const std::string mixed =
      noise.substr(0, kChunkBytes / 2) + test::random_bytes(random, kChunkBytes / 2);
  CHECK(store.encode(mixed, {sha256_id(noise)}).record.codec == Codec::Raw);
}

TEST_CASE("two bases give one prefix, in their order") {
  std::mt19937_64 random(2);
  Store store;
  const std::string one = test::random_bytes(random, kChunkBytes);
  const std::string two = test::random_bytes(random, kChunkBytes);
  store.add(one, {});
  store.add(two, {});
  const std::string joined = two.substr(kChunkBytes / 2) + one.substr(0, kChunkBytes / 2);
  const ObjectRecord record = store.add(joined, {sha256_id(one), sha256_id(two)});
  CHECK(record.codec == Codec::ZstdDelta);
  CHECK(record.bases == std::vector{sha256_id(one), sha256_id(two)});
  CHECK(record.stored_bytes < 200);
  CHECK(store.decode(sha256_id(joined)) == joined);
}

TEST_CASE("chains end at the greatest depth and begin anew from their root") {
  std::mt19937_64 random(3);
  Store store;
  std::vector<std::string> versions{test::random_bytes(random, 50'000)};
  store.add(versions[0], {});
  for (int i = 1; i <= 100; ++i) {
    versions.push_back(test::edited(random, versions.back(), 3));
    const ObjectRecord record =
        store.add(versions.back(), {sha256_id(versions[versions.size() - 2])});
    CAPTURE(i);
    REQUIRE(record.codec == Codec::ZstdDelta);
    CHECK(record.depth == (i - 1) % kMaxDepth + 1);
    if (record.depth == 1) CHECK(record.bases[0] == sha256_id(versions[0]));
  }
  for (const std::string& version : versions) CHECK(store.decode(sha256_id(version)) == version);
}

TEST_CASE("deltas of two bases stay shallow, so that decoding one stays cheap") {
  std::mt19937_64 random(4);
  Store store;
  std::vector<std::string> now{test::random_bytes(random, 40'000),
                               test::random_bytes(random, 40'000)};
  for (const std::string& raw : now) store.add(raw, {});
  for (int i = 0; i < 60; ++i) {
    const std::vector<ObjectId> bases{sha256_id(now[0]), sha256_id(now[1])};
    for (std::string& raw : now) {
      raw = test::edited(random, raw, 2);
    }
    for (const std::string& raw : now) {
      CHECK(store.add(raw, bases).depth <= kMaxSharedDepth);
    }
    store.objects.reads = 0;
    CHECK(store.decode(sha256_id(now[0])) == now[0]);
    CHECK(store.objects.reads <= 512);
  }
}

TEST_CASE("a base that is lost, damaged or the object itself is left out") {
  std::mt19937_64 random(5);
  Store store;
  const std::string base = test::random_bytes(random, 10'000);
  const std::string edit = test::edited(random, base, 1);
  CHECK(store.encode(edit, {sha256_id(base)}).record.bases.empty());
  store.add(base, {});
  CHECK(store.encode(base, {sha256_id(base)}).record.bases.empty());
  CHECK(store.encode(edit, {sha256_id(base)}).record.bases.size() == 1);
  CHECK(store.encode(edit, {sha256_id(base), sha256_id(base)}).record.bases.size() == 1);

  store.objects.objects.at({ObjectKind::Chunk, sha256_id(base)}).stored[5] ^= 1;
  ObjectDecoder fresh(store.objects);
  ObjectEncoder encoder(store.objects, fresh);
  const std::vector<ObjectId> bases{sha256_id(base)};
  CHECK(encoder.encode(ObjectKind::Chunk, sha256_id(edit), edit, bases).record.codec == Codec::Raw);
}

TEST_CASE("every size decodes, with every codec, up to the limit") {
  std::mt19937_64 random(6);
  for (const std::size_t size : {1, 2, 7, 8, 9, 100, 1023, 1025, 70'000, 262'143, 262'144}) {
    CAPTURE(size);
    Store store;
    const std::string noise = test::random_bytes(random, size);
    const std::string zeros(size, '\0');
    const std::string edit = test::edited(random, noise + noise, 1).substr(0, size);
    store.add(noise, {});
    if (zeros != noise) store.add(zeros, {});
    if (edit != noise && edit != zeros) store.add(edit, {sha256_id(noise)});
    for (const std::string& raw : {noise, zeros, edit}) CHECK(store.decode(sha256_id(raw)) == raw);
  }
  Store store;
  CHECK(code_of([&] { store.encode("", {}); }) == ErrorCode::LimitExceeded);
  CHECK(code_of([&] { store.encode(std::string(kChunkBytes + 1, 'x'), {}); }) ==
        ErrorCode::LimitExceeded);
  const std::string large(kMaxObjectBytes, 'x');
  CHECK_NOTHROW(store.encoder.encode(ObjectKind::Change, sha256_id(large), large, {}));
  CHECK(code_of([&] {
          store.encoder.encode(ObjectKind::Change, sha256_id(large), large + "x", {});
        }) == ErrorCode::LimitExceeded);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::chunk
