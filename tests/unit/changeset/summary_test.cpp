#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include "support/random_changeset.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::test;

namespace {

ChangesetSummary summary_of(std::string_view changeset) {
  MemorySource source(changeset);
  return summarize(source);
}

}  // namespace

TEST_SUITE("changeset/summarize") {
  TEST_CASE("tables are counted once each, in order of appearance") {
    MemorySink sink;
    ChangesetWriter writer(sink);
    const ValueView row[] = {ValueView::integer(1), ValueView::null()};
    const ValueView after[] = {ValueView(), ValueView::integer(3)};
    writer.begin_table({"zebra", {1, 0}});
    writer.write({Operation::Insert, false, nullptr, {}, row});
    writer.begin_table({"ant", {1, 0}});
    writer.write({Operation::Delete, false, nullptr, row, {}});
    writer.begin_table({"zebra", {1, 0}});
    writer.write({Operation::Update, false, nullptr, row, after});
    writer.write({Operation::Update, false, nullptr, row, after});
    writer.finish();
    const ChangesetSummary summary = summary_of(sink.bytes());
    CHECK(summary.changes() == 4);
    CHECK(summary.tables ==
          std::vector<ChangesetSummary::Table>{{"zebra", 1, 2, 0}, {"ant", 0, 0, 1}});
  }

  TEST_CASE("counts are those of the changes") {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      CAPTURE(seed);
      RandomChangesets random(seed);
      const ModelDatabase base = random.database();
      ModelDatabase modified = base;
      random.edit(modified, 30);
      const std::string changeset = difference(base, modified);
      const FoldedChanges folded = read_folded(changeset);
      const ChangesetSummary summary = summary_of(changeset);
      REQUIRE(summary.tables.size() == folded.size());
      for (const auto& table : summary.tables) {
        std::uint64_t counts[3] = {};
        for (const auto& [key, change] : folded.at(table.name)) {
          ++counts[change.operation == Operation::Insert   ? 0
                   : change.operation == Operation::Update ? 1
                                                           : 2];
        }
        CHECK(table.inserts == counts[0]);
        CHECK(table.updates == counts[1]);
        CHECK(table.deletes == counts[2]);
      }
    }
  }

  TEST_CASE("damaged bytes are refused, not counted as far as they go") {
    RandomChangesets random(1);
    const ModelDatabase database = random.database();
    const std::string changeset = difference({}, database);
    CHECK_THROWS_AS(summary_of(std::string_view(changeset).substr(0, changeset.size() - 3)), Error);
    CHECK(summary_of("").tables.empty());
  }
}
