// Files of the first version of the formats. They are opened for ever: never write them anew.

#include <qfcsync/stream.hpp>

#include "chunk/file_decoder.hpp"
#include "chunk/pack_reader.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

namespace qfcsync::chunk {
namespace {

std::string fixture(const std::string& name) {
  std::ifstream file(std::string(QFCSYNC_FIXTURES) + "/chunk/" + name, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_SUITE_BEGIN("chunk/fixture");

TEST_CASE("a pack of version 1 is read") {
  const std::string bytes = fixture("version_1.pack");
  MemoryPack pack(bytes);
  verify_pack(
      pack, ObjectId::from_hex("4301628474d1a5580c54b77157d805d9f463f559a8ec24e4b2fb2cbc143a49a7"));
  PackReader reader(pack);
  CHECK(reader.entries().size() == 7);
  ObjectDecoder decoder(reader);
  for (const char* file : {"51bad39852487541a4cb51fe0cb8337d3d74f66652c44c53cf3ba281fef2e8fa",
                           "96cb658a4d3641930e1af95064100457ab6ad43e87d7d7f86ac3e73aae30c565"}) {
    const ObjectId id = ObjectId::from_hex(file);
    const Manifest manifest = read_manifest(decoder, id);
    CHECK(manifest.file_bytes == 262'744);
    MemorySink sink;
    decode_file(decoder, id, manifest, FileCheck::IdAndEtag, sink);
    CHECK(sha256_id(sink.bytes()) == id);
  }
  CHECK(*decoder.decode(ObjectKind::Change, sha256_id("its name")) == "a change that names itself");
  CHECK(decoder.decode(ObjectKind::Git, git_id(std::string("blob 12\0version 1234", 20)))
            ->ends_with("version 1234"));
}

TEST_CASE("a manifest of version 1 is read") {
  const Manifest manifest = parse_manifest(fixture("version_1.manifest"));
  CHECK(manifest.file_bytes == 262'744);
  CHECK(manifest.etag.text() == "3f45e07c2773660292b1f9cdb0b7ae73");
  REQUIRE(manifest.chunks.size() == 2);
  CHECK(manifest.chunks[0].hex() ==
        "ca28dc42af531a2f64c5504a586238bf037dc182f23ca5c8562cbf7c0871f72d");
  CHECK(manifest.chunks[1].hex() ==
        "b04daa9558d9c6333f66278b6da19fe61eb54b8a3242c036ef73666d4a2c137b");
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::chunk
