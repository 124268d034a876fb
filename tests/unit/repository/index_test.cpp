#include "repository/index.hpp"

#include "unit/repository/repository_fixture.hpp"

#include <doctest/doctest.h>

namespace qfcsync::repository {
namespace {

chunk::PackEntry entry_of(const char* name, std::uint8_t depth, std::uint64_t offset = 16) {
  chunk::PackEntry entry;
  entry.record.id = chunk::sha256_id(name);
  entry.record.depth = depth;
  entry.record.codec = depth == 0 ? chunk::Codec::Zstd : chunk::Codec::ZstdDelta;
  entry.record.raw_bytes = 10;
  entry.record.stored_bytes = 5;
  if (depth > 0) entry.record.bases = {chunk::sha256_id("base")};
  entry.offset = offset;
  return entry;
}

history::RootPack pack_of(const char* name) { return {chunk::sha256_id(name), 100, 1, 0}; }

TEST_SUITE_BEGIN("repository/index");

TEST_CASE("what packs have is found, and gone with them") {
  Index index(std::nullopt);
  index.add_pack(pack_of("one"), {entry_of("a", 0), entry_of("b", 2, 21)});
  const auto found = index.find({chunk::ObjectKind::Chunk, chunk::sha256_id("b")});
  REQUIRE(found);
  CHECK(found->record == entry_of("b", 2).record);
  CHECK(found->offset == 21);
  CHECK(found->pack == chunk::sha256_id("one"));
  CHECK_FALSE(index.find({chunk::ObjectKind::Manifest, chunk::sha256_id("b")}));
  index.remove_pack(chunk::sha256_id("one"));
  CHECK_FALSE(index.find({chunk::ObjectKind::Chunk, chunk::sha256_id("b")}));
  CHECK(index.packs().empty());
}

TEST_CASE("of copies the one of least depth counts, and the other one when that is gone") {
  Index index(std::nullopt);
  index.add_pack(pack_of("deep"), {entry_of("a", 5)});
  index.add_pack(pack_of("flat"), {entry_of("a", 1)});
  const chunk::ObjectKey key{chunk::ObjectKind::Chunk, chunk::sha256_id("a")};
  CHECK(index.find(key)->record.depth == 1);
  CHECK(index.objects_of(chunk::sha256_id("deep")).empty());
  CHECK(index.objects_of(chunk::sha256_id("flat")).size() == 1);
  int count = 0;
  index.each_object(chunk::ObjectKind::Chunk, [&](const Located& located) {
    CHECK(located.record.depth == 1);
    ++count;
  });
  CHECK(count == 1);
  index.remove_pack(chunk::sha256_id("flat"));
  CHECK(index.find(key)->record.depth == 5);
}

TEST_CASE("what is not committed is taken back") {
  const test::TemporaryFolder folder;
  {
    Index index(folder / "index.db");
    Index::Transaction outer(index);
    {
      Index::Transaction inner(index);
      index.set_root(7, chunk::sha256_id("r"));
      inner.commit();
    }
    CHECK(index.generation() == 7);
  }
  Index index(folder / "index.db");
  CHECK(index.generation() == 0);
}

TEST_CASE("a file that is no database is made anew") {
  const test::TemporaryFolder folder;
  test::put_file(folder / "index.db", std::string(5000, 'x'));
  Index index(folder / "index.db");
  CHECK(index.generation() == 0);
  index.set_root(3, chunk::sha256_id("r"));
  CHECK(index.stands_on(3, chunk::sha256_id("r")));
  CHECK_FALSE(index.stands_on(3, chunk::sha256_id("s")));
  index.clear();
  CHECK(index.generation() == 0);
}

TEST_CASE("rows of files are those at a position") {
  Index index(std::nullopt);
  const chunk::ObjectId one = chunk::sha256_id("1");
  const chunk::ObjectId two = chunk::sha256_id("2");
  index.add_version({1, one}, {{"a", 0, one, 10}, {"b", 0, one, 10}}, {});
  index.add_version({2, two}, {{"a", 0, two, 20}, {"b", 0, std::nullopt, 0}}, {});
  CHECK(index.file_at("a", 1)->file == one);
  CHECK(index.file_at("a", 9)->file == two);
  CHECK_FALSE(index.file_at("b", 2)->file);
  CHECK_FALSE(index.file_at("a", 0));
  CHECK(index.head_file("a")->size == 20);
  CHECK_FALSE(index.head_file("b"));
  CHECK(index.head_files().size() == 1);
  CHECK(index.positions("b", "", 99, 10) == std::vector<std::int64_t>{2, 1});
  CHECK(index.positions("", "", 2, 10) == std::vector<std::int64_t>{1});
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::repository
