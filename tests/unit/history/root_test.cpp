#include "history/root.hpp"

#include <qfcsync/error.hpp>

#include "history/git_name.hpp"
#include "unit/chunk/memory_objects.hpp"

#include <doctest/doctest.h>

namespace qfcsync::history {
namespace {

using test::code_of;

Root sample() {
  Root root;
  root.generation = 42;
  root.previous = chunk::sha256_id("before");
  root.time_ms = 1'764'000'000'123;
  root.writer = "0123-abcd";
  root.nonce = "77";
  root.refs.emplace(kMainRef, git_id_from_hex(std::string(40, 'a')));
  root.refs.emplace("refs/tags/zuerst-\xc3\xbc", git_id_from_hex(std::string(40, '1')));
  root.packs = {{chunk::sha256_id("x"), 1000, 3, 0}, {chunk::sha256_id("y"), 2000, 65'536, 2}};
  std::ranges::sort(root.packs, {}, &RootPack::id);
  return root;
}

TEST_SUITE_BEGIN("history/root");

TEST_CASE("what is written is read again") {
  CHECK(parse_root(format_root(sample())) == sample());
  Root first;
  CHECK(parse_root(format_root(first)) == first);
}

TEST_CASE("the bytes are those of the document") {
  Root root;
  root.refs.emplace(kMainRef, git_id_from_hex(std::string(40, 'a')));
  root.writer = "aa";
  root.nonce = "bb";
  root.packs = {{chunk::sha256_id(""), 100, 1, 0}};
  const std::string zeros(64, '0');
  CHECK(format_root(root) ==
        "{\"format\":1,\"generation\":1,\"packs\":[{\"id\":"
        "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"level\":0,"
        "\"objects\":1,\"size\":100}],\"previous\":\"" +
            zeros + "\",\"refs\":{\"refs/heads/main\":\"" + std::string(40, 'a') +
            "\"},\"time\":0,\"writer\":{\"nonce\":\"bb\",\"uuid\":\"aa\"}}\n");
}

TEST_CASE("no byte can be changed without being noticed, or it is another root") {
  const std::string bytes = format_root(sample());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int bit : {1, 4, 32, 128}) {
      std::string other = bytes;
      other[at] = static_cast<char>(other[at] ^ bit);
      CAPTURE(other);
      bool is_same = true;
      const ErrorCode code = code_of([&] { is_same = parse_root(other) == sample(); });
      const bool is_refused = code == ErrorCode::Corrupt || code == ErrorCode::FormatTooNew;
      const bool is_noticed = is_refused || !is_same;
      CHECK(is_noticed);
    }
  }
}

TEST_CASE("a cut root is none") {
  const std::string bytes = format_root(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(code_of([&] { parse_root(bytes.substr(0, size)); }) == ErrorCode::Corrupt);
  }
}

TEST_CASE("newer formats and too large ones are refused as such") {
  std::string bytes = format_root(sample());
  bytes.replace(bytes.find("\"format\":1"), 10, "\"format\":2");
  CHECK(code_of([&] { parse_root(bytes); }) == ErrorCode::FormatTooNew);
  CHECK(code_of([&] { parse_root(std::string(kMaxRootBytes + 1, ' ')); }) == ErrorCode::Corrupt);
  Root root = sample();
  for (int i = 0; i < 20'000; ++i) {
    root.refs.emplace("refs/tags/" + std::to_string(i), root.refs.at(std::string(kMainRef)));
  }
  CHECK(code_of([&] { format_root(root); }) == ErrorCode::LimitExceeded);
}

TEST_CASE("refs whose files would lie elsewhere are refused") {
  std::string bytes = format_root(sample());
  const std::string bad = "refs/heads/../x";
  bytes.replace(bytes.find(kMainRef), kMainRef.size(), bad);
  CHECK(code_of([&] { parse_root(bytes); }) == ErrorCode::Corrupt);
  Root root = sample();
  root.refs.emplace(bad, chunk::ObjectId());
  CHECK(code_of([&] { format_root(root); }) == ErrorCode::Internal);
}

TEST_CASE("names of roots and packs are the only ones of their kind") {
  CHECK(root_name(42) == "roots/00000000000000000042");
  CHECK(parse_root_name("roots/00000000000000000042") == 42);
  CHECK(parse_root_name("roots/18446744073709551615") == 18'446'744'073'709'551'615u);
  for (const char* name : {"roots/42", "roots/00000000000000000000", "roots/0000000000000000004x",
                           "roots/18446744073709551616", "packs/00000000000000000042", ""}) {
    CAPTURE(name);
    CHECK_FALSE(parse_root_name(name));
  }
  const chunk::ObjectId id = chunk::sha256_id("x");
  CHECK(parse_pack_name(pack_name(id)) == id);
  CHECK_FALSE(parse_pack_name("packs/" + std::string(64, 'G') + ".pack"));
  CHECK_FALSE(parse_pack_name("packs/ab.pack"));
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::history
