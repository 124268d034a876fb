// Versions of a GeoPackage as chunks and deltas, in memory: the first one, one after 50 edits, one
// whose rows were repacked by VACUUM; bytes of each with its index entries, and restoring it.
//
//   bench_chunks FILE [OTHER_VERSION...]   each version is stored against FILE
//
// Time is of the processor, so that other programs matter less. Hashing the file as a whole is
// shown apart: it can have a processor of its own.

#include <qfcsync/stream.hpp>

#include "chunk/file_decoder.hpp"
#include "chunk/file_encoder.hpp"
#include "chunk/pack_index.hpp"

#include <ctime>
#include <map>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace {

using namespace qfcsync;
using namespace qfcsync::chunk;

constexpr double kMegabyte = 1e6;

class Objects : public ObjectSource, public ObjectSink {
 public:
  void add(const EncodedObject& object) override {
    bytes += object.stored.size() + pack_entry_bytes(object.record);
    objects_.emplace(ObjectKey{object.record.kind, object.record.id}, object);
  }
  std::optional<ObjectRecord> find(ObjectKind kind, const ObjectId& id) override {
    const auto found = objects_.find({kind, id});
    if (found == objects_.end()) return std::nullopt;
    return found->second.record;
  }
  void read(const ObjectRecord& record, std::string& stored) override {
    stored = objects_.at({record.kind, record.id}).stored;
  }
  std::size_t bytes = 0;

 private:
  std::map<ObjectKey, EncodedObject> objects_;
};

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

template <typename Work>
double seconds_of(Work&& work) {
  const double start = processor_seconds();
  work();
  return processor_seconds() - start;
}

/// Feeds a file in pieces of a chunk and leaves out the time that reading it takes.
template <typename Take>
double feed(const std::string& path, double& megabytes, Take&& take) {
  FileSource source(path);
  std::string buffer(kChunkBytes, '\0');
  double seconds = 0;
  megabytes = 0;
  while (const std::size_t got = source.read(buffer.data(), buffer.size())) {
    seconds += seconds_of([&] { take(std::string_view(buffer).substr(0, got)); });
    megabytes += static_cast<double>(got) / kMegabyte;
  }
  return seconds;
}

PreviousVersion store(Objects& objects, const std::string& path, const PreviousVersion* previous) {
  const std::size_t before = objects.bytes;
  double megabytes = 0;
  FileDigest digest;
  const double hashing = feed(path, megabytes, [&](std::string_view part) { digest.update(part); });
  const FileNames names = digest.finish();
  ObjectDecoder decoder(objects);
  SerialRunner runner;
  FileEncoder encoder(objects, objects, decoder, previous, runner);
  double chunking = feed(path, megabytes, [&](std::string_view part) { encoder.write(part); });
  PreviousVersion version{names.id, {}};
  chunking += seconds_of([&] { version.manifest = encoder.finish(names); });
  const double kilobytes = static_cast<double>(objects.bytes - before) / 1000;
  fmt::print("{}: {:.1f} MB, {} new chunks of {}{}, {:.1f} kB stored ({:.2f} %)\n", path, megabytes,
             encoder.new_chunks(), version.manifest.chunks.size(),
             encoder.found_by_content() ? ", by content" : "", kilobytes,
             kilobytes / megabytes / 10);
  fmt::print(
      "  chunks {:.0f} MB/s, names of the file {:.0f} MB/s, one after the other {:.0f} MB/s\n",
      megabytes / chunking, megabytes / hashing, megabytes / (chunking + hashing));

  class Nowhere : public ByteSink {
    void write(std::string_view) override {}
  } nowhere;
  ObjectDecoder fresh(objects);
  const double restoring = seconds_of([&] {
    decode_file(fresh, version.id, read_manifest(fresh, version.id), FileCheck::Id, nowhere);
  });
  fmt::print("  restored and verified: {:.0f} MB/s\n", megabytes / restoring);
  return version;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(
        "usage: bench_chunks FILE [OTHER_VERSION...]; each version is stored against FILE\n");
    return 2;
  }
  Objects objects;
  const PreviousVersion first = store(objects, argv[1], nullptr);
  for (int i = 2; i < argc; ++i) store(objects, argv[i], &first);
  return 0;
}
