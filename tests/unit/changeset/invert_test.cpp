#include <qfcsync/changeset.hpp>

#include "support/random_changeset.hpp"
#include "unit/changeset/algebra_support.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::test;

namespace {

constexpr std::uint64_t kSeeds = 300;

}  // namespace

TEST_SUITE("changeset/invert") {
  TEST_CASE("an inverted changeset has the bytes that SQLite gives") {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(seed);
      RandomOptions options;
      options.not_a_number = false;
      RandomChangesets random(seed, options);
      const ModelDatabase base = random.database();
      ModelDatabase modified = base;
      random.edit(modified, 25);
      const std::string changeset = difference(base, modified);
      REQUIRE(inverted(changeset) == sqlite_inverted(changeset));
    }
  }

  TEST_CASE("inverting twice gives the changeset, inverting once what undoes it") {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(seed);
      RandomChangesets random(seed);
      const ModelDatabase base = random.database();
      ModelDatabase modified = base;
      random.edit(modified, 25);
      const std::string changeset = difference(base, modified);
      const std::string back = inverted(changeset);
      REQUIRE(inverted(back) == changeset);
      ModelDatabase restored = modified;
      restored.apply(back);
      REQUIRE(restored.same_rows(base));
    }
  }

  TEST_CASE("the indirect mark is kept for every operation") {
    MemorySink sink;
    ChangesetWriter writer(sink);
    writer.begin_table({"t", {1, 0}});
    const ValueView row[] = {ValueView::integer(1), ValueView::null()};
    const ValueView after[] = {ValueView(), ValueView::integer(3)};
    writer.write({Operation::Insert, true, nullptr, {}, row});
    writer.write({Operation::Update, true, nullptr, row, after});
    writer.write({Operation::Delete, false, nullptr, row, {}});
    writer.finish();
    CHECK(inverted(sink.bytes()) == sqlite_inverted(sink.bytes()));
  }

  TEST_CASE("the envelope is carried over without what it says of the base") {
    RandomChangesets random(4);
    const ModelDatabase base = random.database();
    ModelDatabase modified = base;
    random.edit(modified, 10);
    ChangesetEnvelope envelope = random.envelope(base);
    envelope.base_id = "monday";
    const std::string changeset = difference(base, modified, &envelope);
    const std::string back = inverted(changeset);
    MemorySource source(back);
    ChangesetReader reader(source);
    REQUIRE(reader.next() != nullptr);
    REQUIRE(reader.envelope() != nullptr);
    CHECK(reader.envelope()->base_id.empty());
    CHECK(reader.envelope()->max_keys.empty());
    CHECK(reader.envelope()->tables == envelope.tables);
    CHECK(reader.envelope()->schema_fingerprint == envelope.schema_fingerprint);
  }

  TEST_CASE("nothing inverted is nothing") { CHECK(inverted("").empty()); }
}
