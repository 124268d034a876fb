#pragma once

#include <qfcsync/stream.hpp>

#include "chunk/file_encoder.hpp"
#include "chunk/pack_writer.hpp"
#include "unit/chunk/memory_objects.hpp"

#include <string>
#include <vector>

namespace qfcsync::test {

/// A pack with objects of every kind and codec: two versions of a file of two chunks, a git object
/// and a change.
struct SamplePack {
  std::vector<std::string> files;
  std::vector<chunk::ObjectId> file_ids;
  std::string git_object;
  std::string change = "a change that names itself";
  chunk::ObjectId change_id = chunk::sha256_id("its name");
  MemoryObjects objects;
  chunk::PackSummary summary;
  std::string bytes;

  explicit SamplePack(std::uint32_t salt = 0x12345678) {
    std::mt19937_64 random(42);
    const std::string rows = random_words(random, 4096);  // repeated: a small pack
    std::string first;
    while (first.size() < chunk::kChunkBytes) first += rows;
    files.push_back(first + random_bytes(random, 600));
    files.push_back(edited(random, files[0], 3));
    chunk::ObjectDecoder decoder(objects);
    chunk::PreviousVersion previous;
    chunk::SerialRunner runner;
    for (const std::string& file : files) {
      chunk::FileEncoder encoder(objects, objects, decoder, file_ids.empty() ? nullptr : &previous,
                                 runner);
      chunk::FileDigest digest;
      encoder.write(file);
      digest.update(file);
      const chunk::FileNames names = digest.finish();
      previous = {names.id, encoder.finish(names)};
      file_ids.push_back(names.id);
    }
    git_object.assign("blob 12\0version 1234", 20);
    chunk::ObjectEncoder encoder(objects, decoder);
    objects.add(encoder.encode(chunk::ObjectKind::Git, chunk::git_id(git_object), git_object, {}));
    objects.add(encoder.encode(chunk::ObjectKind::Change, change_id, change, {}));
    write(salt);
  }

  void write(std::uint32_t salt) {
    MemorySink sink;
    chunk::PackWriter writer(sink, salt);
    for (const auto& [key, object] : objects.objects) writer.add(object);
    summary = writer.finish();
    bytes = sink.take();
  }
};

}  // namespace qfcsync::test
