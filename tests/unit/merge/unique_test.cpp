#include "merge/stand_in.hpp"
#include "unit/merge/merge_model.hpp"

#include <doctest/doctest.h>

TEST_SUITE("merge/unique") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;
  using namespace qfcsync::test;

  struct Fixture {
    Fixture() {
      schema.tables = {simple_table("plots", {"code", "name"})};
      schema.tables[0].unique = {{"code"}};
      schema.tables[0].columns[1].not_null = true;
      options.schema = &schema;
    }
    std::string run(const Edits& ours, const Edits& theirs, MergePolicy policy) {
      options.policy = policy;
      rebased = run_rebase(ours.bytes(), theirs.bytes(), options);
      return describe(rebased.bytes);
    }
    static Edits plots() { return Edits().table("plots", {1, 0, 0}); }
    static Edits with_code(std::int64_t fid, Value code) {
      return plots().insert({integer(fid), std::move(code), text("n")});
    }
    static std::string mark(std::int64_t fid) {
      const ValueView key = ValueView::integer(fid);
      return merge::row_mark("plots", std::span(&key, 1)).substr(0, 6);
    }

    DatabaseSchema schema;
    MergeOptions options;
    Rebased rebased;
  };

  TEST_CASE_FIXTURE(Fixture, "a text that both inserted: the loser's is marked") {
    const auto ours = with_code(8, text("A"));
    const auto theirs = with_code(9, text("A"));
    CHECK(run(ours, theirs, MergePolicy::Theirs) == "plots insert 8, 'A~" + mark(8) + "', 'n'\n");
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].kind == ConflictKind::Unique);
    CHECK(rebased.conflicts[0].written == Side::Theirs);
    CHECK(rebased.conflicts[0].key == Row{integer(8)});
    CHECK(rebased.conflicts[0].cells[0].theirs == integer(9));
    CHECK(rebased.conflicts[0].cells[1].ours == text("A"));

    CHECK(run(ours, theirs, MergePolicy::Ours) ==
          "plots insert 8, 'A', 'n'\nplots update 9, 'A', - -> -, 'A~" + mark(9) + "', -\n");
  }

  TEST_CASE_FIXTURE(Fixture, "NULL where it is allowed, else a negative number, else left out") {
    CHECK(run(with_code(8, integer(5)), with_code(9, integer(5)), MergePolicy::Theirs)
              .starts_with("plots insert 8, -"));
    CHECK(run(with_code(8, blob("x")), with_code(9, blob("x")), MergePolicy::Theirs).empty());
    CHECK(rebased.conflicts.size() == 1);
    CHECK(run(with_code(8, blob("x")), with_code(9, blob("x")), MergePolicy::Ours) ==
          "plots insert 8, blob:1, 'n'\nplots delete 9, blob:1, 'n'\n");
    schema.tables[0].columns[1].not_null = false;
    CHECK(run(with_code(8, text("A")), with_code(9, text("A")), MergePolicy::Theirs) ==
          "plots insert 8, NULL, 'n'\n");
  }

  TEST_CASE_FIXTURE(Fixture, "updates count as well as inserts") {
    const auto update = [](std::int64_t fid, const char* before, const char* after) {
      return plots().update({integer(fid), text(before), {}}, {{}, text(after), {}});
    };
    CHECK(run(update(1, "a", "X"), update(2, "b", "X"), MergePolicy::Theirs) ==
          "plots update 1, 'a', - -> -, 'X~" + mark(1) + "', -\n");
    CHECK(run(update(1, "a", "X"), update(2, "b", "X"), MergePolicy::Ours) ==
          "plots update 1, 'a', - -> -, 'X', -\n"
          "plots update 2, 'X', - -> -, 'X~" +
              mark(2) + "', -\n");
  }

  TEST_CASE_FIXTURE(Fixture, "values swapped on one side, freed values and NULLs are no conflict") {
    schema.tables[0].columns[1].not_null = false;
    auto swap = plots()
                    .update({integer(1), text("a"), {}}, {{}, text("b"), {}})
                    .update({integer(2), text("b"), {}}, {{}, text("a"), {}});
    CHECK(run(swap, with_code(9, text("c")), MergePolicy::Ours) == describe(swap.bytes()));
    const auto freed = plots().remove({integer(1), text("a"), null()});
    const auto taken = freed;
    CHECK(run(with_code(8, text("a")), freed, MergePolicy::Ours) == "plots insert 8, 'a', 'n'\n");
    CHECK(run(with_code(8, null()), with_code(9, null()), MergePolicy::Ours) ==
          "plots insert 8, NULL, 'n'\n");
    CHECK(rebased.conflicts.empty());
  }

  TEST_CASE_FIXTURE(Fixture, "rows of one key and one value are renumbered and told apart") {
    const auto ours = plots().insert({integer(8), text("A"), text("o")});
    const auto theirs = plots().insert({integer(8), text("A"), text("t")});
    CHECK(run(ours, theirs, MergePolicy::Theirs) == "plots insert 9, 'A~" + mark(8) + "', 'o'\n");
    CHECK(rebased.conflicts.size() == 2);
  }

  TEST_CASE_FIXTURE(Fixture, "a delete that is not made still holds its value") {
    auto ours = plots().remove({integer(1), text("a"), text("m")});
    ours.insert({integer(8), text("a"), text("n")});
    const auto theirs = plots().update({integer(1), {}, text("m")}, {{}, {}, text("edited")});
    CHECK(run(ours, theirs, MergePolicy::Theirs) == "plots insert 8, 'a~" + mark(8) + "', 'n'\n");
    CHECK(rebased.conflicts.size() == 2);
  }

  }  // namespace
}
