#include "chunk/file_encoder.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "chunk/file_decoder.hpp"
#include "unit/chunk/memory_objects.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace qfcsync::chunk {
namespace {

using test::code_of;
using test::MemoryObjects;

struct Outcome {
  PreviousVersion version;
  std::uint64_t new_chunks = 0;
  std::size_t new_bytes = 0;
  bool by_content = false;
};

Outcome store(MemoryObjects& objects, const std::string& file, const PreviousVersion* previous,
              std::size_t step = 100'000) {
  const std::size_t before = objects.stored_bytes;
  ObjectDecoder decoder(objects);
  SerialRunner runner;
  FileEncoder encoder(objects, objects, decoder, previous, runner);
  FileDigest digest;
  for (std::size_t at = 0; at < file.size(); at += step) {
    encoder.write(std::string_view(file).substr(at, step));
    digest.update(std::string_view(file).substr(at, step));
  }
  const FileNames names = digest.finish();
  Outcome outcome;
  outcome.version = {names.id, encoder.finish(names)};
  outcome.new_chunks = encoder.new_chunks();
  outcome.new_bytes = objects.stored_bytes - before;
  outcome.by_content = encoder.found_by_content();
  return outcome;
}

std::string restore(MemoryObjects& objects, const ObjectId& id) {
  ObjectDecoder decoder(objects);
  MemorySink sink;
  decode_file(decoder, id, read_manifest(decoder, id), FileCheck::IdAndEtag, sink);
  return sink.take();
}

/// Rows of a table in another order, as an export makes them.
std::string shuffled(std::mt19937_64& random, const std::string& file, std::size_t row_bytes) {
  std::vector<std::string> rows;
  for (std::size_t at = 0; at < file.size(); at += row_bytes) {
    rows.push_back(file.substr(at, row_bytes));
  }
  // Near rows stay near, as after VACUUM; far ones do not.
  for (std::size_t at = 0; at + 40 <= rows.size(); at += 40) {
    std::shuffle(rows.begin() + static_cast<std::ptrdiff_t>(at),
                 rows.begin() + static_cast<std::ptrdiff_t>(at + 40), random);
  }
  std::rotate(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 3),
              rows.end());
  std::string result;
  for (const std::string& row : rows) result += row;
  return result;
}

std::string any_edit(std::mt19937_64& random, const std::string& file) {
  const std::size_t at = file.empty() ? 0 : random() % file.size();
  const std::size_t some = random() % 300'000;
  switch (random() % 6) {
    case 0:
      return test::edited(random, file, 1 + static_cast<int>(random() % 50));
    case 1:
      return file.substr(0, at) + test::random_words(random, some) + file.substr(at);
    case 2:
      return file.substr(0, at);
    case 3:
      return file + test::random_bytes(random, some);
    case 4:
      return shuffled(random, file, 1 + random() % 5000);
    default:
      return file.substr(at) + file.substr(0, at);
  }
}

TEST_SUITE_BEGIN("chunk/file_encoder");

TEST_CASE("every version of randomly edited files restores to its id") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    MemoryObjects objects;
    std::vector<std::string> files{random() % 2 == 0
                                       ? test::random_words(random, random() % 3'000'000)
                                       : test::random_bytes(random, random() % 3'000'000)};
    std::vector<Outcome> versions{store(objects, files[0], nullptr)};
    for (int i = 0; i < 12; ++i) {
      files.push_back(any_edit(random, files.back()));
      versions.push_back(
          store(objects, files.back(), &versions.back().version, 1 + random() % 700'000));
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
      CAPTURE(i);
      CHECK(versions[i].version.id == sha256_id(files[i]));
      CHECK((restore(objects, versions[i].version.id) == files[i]));
    }
    for (const auto& [key, object] : objects.objects) {
      CHECK(object.record.depth <= kMaxDepth);
      CHECK_NOTHROW(check_record(object.record));
    }
  }
}

TEST_CASE("equal bytes are stored once, however they arrive") {
  std::mt19937_64 random(20);
  const std::string file = test::random_words(random, 2'000'000);
  MemoryObjects objects;
  const Outcome first = store(objects, file, nullptr);
  for (const std::size_t step : {std::size_t{1000}, std::size_t{kChunkBytes}, file.size()}) {
    const Outcome again = store(objects, file, &first.version, step);
    CHECK(again.version.manifest == first.version.manifest);
    CHECK(again.new_chunks == 0);
    CHECK(again.new_bytes == 0);
  }
  const std::string twice = std::string(kChunkBytes, 'x') + std::string(kChunkBytes, 'x');
  CHECK(store(objects, twice, &first.version).new_chunks == 1);
}

TEST_CASE("a few edits cost a few bytes") {
  std::mt19937_64 random(21);
  const std::string file = test::random_words(random, 6'000'000);
  MemoryObjects objects;
  const Outcome first = store(objects, file, nullptr);
  const Outcome edit = store(objects, test::edited(random, file, 50), &first.version);
  CHECK(edit.new_bytes < 6'000);
  CHECK_FALSE(edit.by_content);
}

TEST_CASE("a rewritten file finds its content in the old version") {
  std::mt19937_64 random(22);
  for (const std::size_t size : {std::size_t{2'000'000}, std::size_t{8'000'000}}) {
    CAPTURE(size);
    const std::string file = test::random_bytes(random, size);
    MemoryObjects objects;
    const Outcome first = store(objects, file, nullptr);
    const std::string moved = shuffled(random, file, 3000);
    const Outcome second = store(objects, moved, &first.version);
    CHECK(second.by_content);
    CHECK(second.new_bytes < size / 25);
    CHECK((restore(objects, second.version.id) == moved));
  }
}

TEST_CASE("content that drifts away slowly is found once it is too far") {
  std::mt19937_64 random(28);
  const std::string file = test::random_bytes(random, 12'000'000);
  MemoryObjects objects;
  const Outcome first = store(objects, file, nullptr);
  std::string packed;  // holes everywhere: each chunk begins some 7 KB further off
  for (std::size_t at = 0; at < file.size(); at += 37'000) packed += file.substr(at, 36'000);
  const Outcome second = store(objects, packed, &first.version);
  CHECK(second.by_content);
  CHECK(second.new_bytes < file.size() / 4);  // before it is noticed: nine chunks
  CHECK((restore(objects, second.version.id) == packed));
}

TEST_CASE("content that moved by less than a chunk is found on both sides of it") {
  std::mt19937_64 random(29);
  const std::string file = test::random_bytes(random, 12'000'000);
  MemoryObjects objects;
  const Outcome first = store(objects, file, nullptr);
  const std::string front = test::random_bytes(random, kChunkBytes / 8);
  const Outcome second = store(objects, front + file, &first.version);
  CHECK(second.by_content);
  CHECK(second.new_bytes < front.size() + file.size() / 100);
  CHECK((restore(objects, second.version.id) == front + file));
}

TEST_CASE("a file that is nothing like the old one is stored anew") {
  std::mt19937_64 random(23);
  MemoryObjects objects;
  const Outcome first = store(objects, test::random_words(random, 5'000'000), nullptr);
  const std::string other = test::random_words(random, 6'000'000);
  const Outcome second = store(objects, other, &first.version);
  CHECK(second.by_content);
  CHECK(second.new_bytes > 1'000'000);
  CHECK((restore(objects, second.version.id) == other));
}

TEST_CASE("an old version that is lost does not keep a new one from being stored") {
  std::mt19937_64 random(24);
  const std::string file = test::random_words(random, 5'000'000);
  MemoryObjects objects;
  const Outcome first = store(objects, file, nullptr);
  objects.objects.clear();
  const std::string edit = shuffled(random, file, 700);
  const Outcome second = store(objects, edit, &first.version);
  CHECK((restore(objects, second.version.id) == edit));
}

TEST_CASE("objects are stored in file order") {
  std::mt19937_64 random(25);
  const std::string file = test::random_words(random, 8'000'000);
  MemoryObjects objects;
  const Outcome first = store(objects, file, nullptr);
  objects.order.clear();
  const Outcome second = store(objects, test::edited(random, file, 5000), &first.version);
  std::vector<ObjectId> expected = second.version.manifest.chunks;
  expected.push_back(second.version.id);
  CHECK(objects.order == expected);
}

TEST_CASE("a range is that part of the file") {
  std::mt19937_64 random(26);
  const std::string file = test::random_words(random, 1'000'000);
  MemoryObjects objects;
  const Manifest manifest = store(objects, file, nullptr).version.manifest;
  ObjectDecoder decoder(objects);
  for (int i = 0; i < 50; ++i) {
    const std::size_t offset = random() % (file.size() + 1);
    const std::size_t bytes = random() % (file.size() - offset + 1);
    MemorySink sink;
    decode_range(decoder, manifest, offset, bytes, sink);
    CAPTURE(offset);
    CAPTURE(bytes);
    CHECK((sink.bytes() == file.substr(offset, bytes)));
  }
  MemorySink sink;
  CHECK(code_of([&] { decode_range(decoder, manifest, 1, file.size(), sink); }) ==
        ErrorCode::InvalidArgument);
  CHECK(code_of([&] { decode_range(decoder, manifest, ~std::uint64_t{0}, 1, sink); }) ==
        ErrorCode::InvalidArgument);
  CHECK(sink.bytes().empty());
}

TEST_CASE("a manifest that names other chunks, or another etag, is found out") {
  std::mt19937_64 random(27);
  const std::string file = test::random_words(random, 700'000);
  MemoryObjects objects;
  const Outcome stored = store(objects, file, nullptr);
  ObjectDecoder decoder(objects);
  MemorySink sink;
  Manifest swapped = stored.version.manifest;
  std::swap(swapped.chunks[0], swapped.chunks[1]);
  CHECK(code_of([&] { decode_file(decoder, stored.version.id, swapped, FileCheck::Id, sink); }) ==
        ErrorCode::Corrupt);
  std::swap(swapped.chunks[1], swapped.chunks[2]);
  CHECK(code_of([&] { decode_file(decoder, stored.version.id, swapped, FileCheck::Id, sink); }) ==
        ErrorCode::Corrupt);
  Manifest other = stored.version.manifest;
  other.etag.digest[0] ^= 1;
  CHECK(code_of([&] {
          decode_file(decoder, stored.version.id, other, FileCheck::IdAndEtag, sink);
        }) == ErrorCode::Corrupt);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::chunk
