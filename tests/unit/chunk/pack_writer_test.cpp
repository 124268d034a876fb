#include "chunk/pack_writer.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"
#include "chunk/pack_reader.hpp"
#include "unit/chunk/sample_pack.hpp"

#include <string>

#include <doctest/doctest.h>

namespace qfcsync::chunk {
namespace {

using test::code_of;

EncodedObject raw_object(std::uint32_t number, std::size_t size) {
  EncodedObject object;
  object.stored.assign(size, 'x');
  object.record.kind = ObjectKind::Change;
  object.record.id = sha256_id(std::to_string(number));
  object.record.raw_bytes = object.record.stored_bytes = static_cast<std::uint32_t>(size);
  return object;
}

TEST_SUITE_BEGIN("chunk/pack_writer");

TEST_CASE("the name of a pack is the hash of its bytes, and its salt changes it") {
  const test::SamplePack one(1);
  const test::SamplePack same(1);
  const test::SamplePack other(2);
  CHECK(one.summary.id == sha256_id(one.bytes));
  CHECK(one.summary.bytes == one.bytes.size());
  CHECK(one.summary.objects == one.objects.objects.size());
  CHECK(same.bytes == one.bytes);
  CHECK(other.summary.id != one.summary.id);
  CHECK(other.bytes.substr(16) == one.bytes.substr(16));
}

TEST_CASE("a name is taken once per kind") {
  MemorySink sink;
  PackWriter writer(sink, 0);
  EncodedObject object = raw_object(1, 10);
  writer.add(object);
  CHECK(code_of([&] { writer.add(object); }) == ErrorCode::AlreadyExists);
  object.record.kind = ObjectKind::Git;
  writer.add(object);
  CHECK(writer.find({ObjectKind::Git, object.record.id})->kind == ObjectKind::Git);
  CHECK(writer.find({ObjectKind::Chunk, object.record.id}) == nullptr);
  CHECK(writer.objects() == 2);
}

TEST_CASE("a pack is full before it exceeds its limits") {
  MemorySink sink;
  PackWriter writer(sink, 0);
  std::uint32_t number = 0;
  while (true) {
    const EncodedObject object = raw_object(number++, kMaxObjectBytes / 2);
    if (!writer.fits(object.record)) {
      CHECK(code_of([&] { writer.add(object); }) == ErrorCode::LimitExceeded);
      break;
    }
    writer.add(object);
  }
  CHECK(writer.objects() == 7);
  std::size_t rest = 0;  // to the last byte
  for (std::size_t step = kMaxObjectBytes; step > 0; step /= 2) {
    if (writer.fits(raw_object(number, rest + step).record)) rest += step;
  }
  writer.add(raw_object(number, rest));
  CHECK(writer.finish().bytes == kMaxPackBytes);
  MemoryPack pack(sink.bytes());
  CHECK(PackReader(pack).entries().size() == 8);
}

TEST_CASE("a pack holds so many objects and no more") {
  MemorySink sink;
  PackWriter writer(sink, 0);
  for (std::uint32_t i = 0; i < kMaxPackObjects; ++i) writer.add(raw_object(i, 1));
  CHECK_FALSE(writer.fits(raw_object(kMaxPackObjects, 1).record));
  writer.finish();
  MemoryPack pack(sink.bytes());
  CHECK(PackReader(pack).entries().size() == kMaxPackObjects);
}

TEST_CASE("records that readers refuse are not written") {
  MemorySink sink;
  PackWriter writer(sink, 0);
  EncodedObject object = raw_object(1, 10);
  object.record.depth = 1;
  CHECK(code_of([&] { writer.add(object); }) == ErrorCode::Corrupt);
  object.record.depth = 0;
  object.stored += "x";
  CHECK(code_of([&] { writer.add(object); }) == ErrorCode::Internal);
}

TEST_CASE("a pack of nothing is a pack") {
  MemorySink sink;
  PackWriter writer(sink, 0);
  CHECK(writer.finish().bytes == 80);
  MemoryPack pack(sink.bytes());
  CHECK(PackReader(pack).entries().empty());
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::chunk
