// Laws of extraction and application on random databases.

#include "engine_side.hpp"
#include "seeds.hpp"

#include <filesystem>

using namespace qfcsync;
using namespace qfcsync::oracle;

namespace {

/// A random pair: base, and an edited copy of it.
struct Pair {
  FastFolder folder;
  std::filesystem::path base = folder / "base", modified = folder / "modified";
  std::filesystem::path copy = folder / "copy";
  RandomDatabase database;
  std::string recorded;

  explicit Pair(std::uint64_t seed)
      : database(seed, base), recorded(database.edit(base, modified)) {}
  const Traits& traits() const { return database.traits(); }
};

}  // namespace

TEST_SUITE("oracle/extract") {
  TEST_CASE("what is extracted and applied to the base is the modified file, and back") {
    for_each_seed(300, [](std::uint64_t seed) {
      const Pair pair(seed);
      const std::string changeset = extracted(pair.base, pair.modified);
      copy_database(pair.base, pair.copy);
      CHECK(apply_all(pair.copy, changeset) == "");
      CHECK(difference(read_content(pair.modified), read_content(pair.copy)) == "");
      CHECK(integrity(pair.copy) == integrity(pair.modified));
      CHECK(apply_all(pair.copy, inverted(changeset)) == "");
      CHECK(difference(read_content(pair.base), read_content(pair.copy)) == "");
    });
  }

  TEST_CASE("all ways of comparing give the same bytes, and the files stay as they are") {
    for_each_seed(300, [](std::uint64_t seed) {
      const Pair pair(seed);
      const std::string base_bytes = read_file(pair.base), bytes = read_file(pair.modified);
      const std::string expected = extracted(pair.base, pair.modified, ExtractMethod::Sqlite);
      CHECK(extracted(pair.base, pair.modified, ExtractMethod::Auto) == expected);
      CHECK(extracted(pair.base, pair.modified, ExtractMethod::Leaves) == expected);
      CHECK(extracted(pair.base, pair.modified, ExtractMethod::Pages) == expected);
      CHECK(read_file(pair.base) == base_bytes);
      CHECK(read_file(pair.modified) == bytes);
    });
  }

  TEST_CASE("a manifest of the base gives the same bytes as the base") {
    for_each_seed(200, [](std::uint64_t seed) {
      const Pair pair(seed);
      MemorySink manifest, out;
      write_page_manifest(pair.base, manifest);
      MemorySource source(manifest.bytes());
      extract_with_manifest(pair.base, source, pair.modified, out);
      CHECK(out.bytes() == extracted(pair.base, pair.modified, ExtractMethod::Sqlite));
    });
  }

  TEST_CASE("extraction finds exactly what SQLite recorded while the edits were made") {
    for_each_seed(300, [](std::uint64_t seed) {
      const Pair pair(seed);
      if (pair.traits().has_generated || pair.traits().is_misrecorded) return;
      const std::string changeset = extracted(pair.base, pair.modified);
      CHECK(difference(decode(pair.recorded), decode(changeset)) == "");
    });
  }

  TEST_CASE("extraction finds what sqlite3session_diff finds, where that compares bytes") {
    for_each_seed(200, [](std::uint64_t seed) {
      const Pair pair(seed);
      const auto& traits = pair.traits();
      if (traits.has_generated || traits.has_collation || traits.has_untyped) return;
      const std::string theirs = session_diff(pair.base, pair.modified);
      const std::string ours = extracted(pair.base, pair.modified);
      CHECK(difference(decode(theirs), decode(ours)) == "");
      copy_database(pair.base, pair.copy);
      CHECK(apply_all(pair.copy, theirs) == "");
      CHECK(difference(read_content(pair.modified), read_content(pair.copy)) == "");
    });
  }

  TEST_CASE("SQLite applies our changesets, with and without envelope") {
    for_each_seed(200, [](std::uint64_t seed) {
      const Pair pair(seed);
      // SQLite does not retry updates, so that values swap or keys of one collation collide; it
      // leaves out tables with generated columns, in silence.
      const auto& traits = pair.traits();
      if (traits.has_unique || traits.has_key_collation || traits.has_generated) return;
      ExtractOptions options;
      for (const bool with_envelope : {false, true}) {
        options.with_envelope = with_envelope;
        CAPTURE(with_envelope);
        copy_database(pair.base, pair.copy);
        CHECK(session_apply(pair.copy, extracted(pair.base, pair.modified, options)) == "");
        CHECK(difference(read_content(pair.modified), read_content(pair.copy)) == "");
      }
    });
  }

  TEST_CASE("equal contents give an empty changeset whatever the layout") {
    for_each_seed(100, [](std::uint64_t seed) {
      const Pair pair(seed);
      copy_database(pair.modified, pair.copy);
      Connection(pair.copy).execute(
          "PRAGMA journal_mode = DELETE; PRAGMA page_size = 2048; VACUUM");
      CHECK(extracted(pair.modified, pair.copy).empty());
      CHECK(extracted(pair.copy, pair.modified).empty());
    });
  }

  TEST_CASE("concat of two steps is the extraction of both at once") {
    for_each_seed(300, [](std::uint64_t seed) {
      Pair pair(seed);
      const auto last = pair.folder / "last";
      pair.database.edit(pair.modified, last);
      const std::string first = extracted(pair.base, pair.modified);
      const std::string both = joined({first, extracted(pair.modified, last)});
      CHECK(difference(decode(extracted(pair.base, last)), decode(both)) == "");
      copy_database(pair.base, pair.copy);
      CHECK(apply_all(pair.copy, both) == "");
      CHECK(difference(read_content(last), read_content(pair.copy)) == "");
      CHECK(joined({first, inverted(first)}).empty());
    });
  }
}
