// Whether the oracle itself holds: SQLite against SQLite, without the engine.

#include "seeds.hpp"

using namespace qfcsync::oracle;

TEST_SUITE("oracle/self") {
  TEST_CASE("what SQLite records, SQLite can apply") {
    for_each_seed(200, [](std::uint64_t seed) {
      const FastFolder folder;
      const auto base = folder / "base", modified = folder / "modified", copy = folder / "copy";
      RandomDatabase database(seed, base);
      const std::string recorded = database.edit(base, modified);
      CHECK(integrity(modified) == "ok");
      const auto& traits = database.traits();
      if (traits.has_unique || traits.has_key_collation || traits.has_generated ||
          traits.is_misrecorded) {
        return;
      }
      copy_database(base, copy);
      CHECK(session_apply(copy, recorded) == "");
      CHECK(difference(read_content(modified), read_content(copy)) == "");
    });
  }

  TEST_CASE("recording and comparing agree where SQLite compares bytes") {
    for_each_seed(200, [](std::uint64_t seed) {
      const FastFolder folder;
      const auto base = folder / "base", modified = folder / "modified";
      RandomDatabase database(seed, base);
      const std::string recorded = database.edit(base, modified);
      const auto& traits = database.traits();
      if (traits.has_collation || traits.has_untyped || traits.has_generated ||
          traits.is_misrecorded)
        return;
      CHECK(difference(decode(recorded), decode(session_diff(base, modified))) == "");
    });
  }

  TEST_CASE("the same seed makes the same files") {
    const FastFolder folder;
    for (const char* name : {"1", "2"}) {
      RandomDatabase database(7, folder / (std::string("base") + name));
      database.edit(folder / (std::string("base") + name), folder / (std::string("ours") + name));
    }
    CHECK(read_file(folder / "base1") == read_file(folder / "base2"));
    CHECK(difference(read_content(folder / "ours1"), read_content(folder / "ours2")) == "");
  }
}
