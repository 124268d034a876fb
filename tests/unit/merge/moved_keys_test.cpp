#include <qfcsync/error.hpp>

#include "unit/merge/merge_model.hpp"

#include <limits>

#include <doctest/doctest.h>

TEST_SUITE("merge/moved_keys") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;
  using namespace qfcsync::test;

  Relation relation(std::string child, std::vector<std::string> child_columns, std::string parent,
                    std::vector<std::string> parent_columns) {
    return {std::move(child), std::move(child_columns), std::move(parent),
            std::move(parent_columns), Relation::Origin::Declared};
  }

  struct Fixture {
    Fixture() {
      schema.tables = {simple_table("plots", {"name", "leader"}),
                       simple_table("trees", {"plot", "name"}),
                       simple_table("visits", {"tree", "note"})};
      schema.relations = {relation("trees", {"plot"}, "plots", {"fid"}),
                          relation("visits", {"tree"}, "trees", {})};
      options.schema = &schema;
    }
    std::string run(const Edits& ours, const Edits& theirs) {
      rebased = run_rebase(ours.bytes(), theirs.bytes(), options);
      return describe(rebased.bytes);
    }
    static Edits plots() { return Edits().table("plots", {1, 0, 0}); }

    DatabaseSchema schema;
    MergeOptions options;
    Rebased rebased;
  };

  TEST_CASE_FIXTURE(Fixture, "both insert into a gap: ours goes above all keys that are known") {
    options.max_keys["plots"] = 90;
    CHECK(run(plots().insert({integer(5), text("o"), null()}),
              plots().insert({integer(5), text("t"), null()})) == "plots insert 91, 'o', NULL\n");
    CHECK(rebased.result.renumbered == std::vector<RenumberedKey>{{"plots", 5, 91}});
    REQUIRE(rebased.conflicts.size() == 1);
    const Conflict& conflict = rebased.conflicts[0];
    CHECK(conflict.kind == ConflictKind::KeyCollision);
    CHECK(conflict.written == Side::Both);
    CHECK(conflict.key == Row{integer(5)});
    CHECK(conflict.new_key == Row{integer(91)});
    REQUIRE(conflict.cells.size() == 3);
    CHECK(conflict.cells[1].ours == text("o"));
    CHECK(conflict.cells[1].theirs == text("t"));
  }

  TEST_CASE_FIXTURE(Fixture, "all keys of both changesets and of the envelopes are above") {
    CHECK(run(plots().insert({integer(5), text("o"), null()}).remove({integer(40), null(), null()}),
              plots().insert({integer(5), text("t"), null()})) ==
          "plots insert 41, 'o', NULL\nplots delete 40, NULL, NULL\n");
    ChangesetEnvelope envelope;
    envelope.tables = schema.tables;
    envelope.max_keys = {{"plots", 70}};
    CHECK(run(plots().insert({integer(5), text("o"), null()}),
              plots().envelope(envelope).insert({integer(5), text("t"), null()})) ==
          "plots insert 71, 'o', NULL\n");
  }

  TEST_CASE_FIXTURE(Fixture, "keys above 2^31 and below zero stay whole") {
    const std::int64_t big = 5'000'000'000;
    CHECK(run(plots().insert({integer(big), text("o"), null()}),
              plots().insert({integer(big), text("t"), null()})) ==
          "plots insert 5000000001, 'o', NULL\n");
    CHECK(run(plots().insert({integer(-3), text("o"), null()}),
              plots().insert({integer(-3), text("t"), null()})) == "plots insert 1, 'o', NULL\n");
    const auto last = std::numeric_limits<std::int64_t>::max();
    CHECK_THROWS_AS(run(plots().insert({integer(last), text("o"), null()}),
                        plots().insert({integer(last), text("t"), null()})),
                    Error);
  }

  TEST_CASE_FIXTURE(Fixture, "children of ours go with their parent, along the whole chain") {
    const auto ours = plots()
                          .insert({integer(2), text("o"), null()})
                          .table("trees", {1, 0, 0})
                          .insert({integer(7), integer(2), text("oak")})
                          .insert({integer(8), integer(1), text("ash")})
                          .update({integer(3), integer(1), {}}, {{}, integer(2), {}})
                          .table("visits", {1, 0, 0})
                          .insert({integer(20), integer(7), text("o")})
                          .insert({integer(21), integer(8), text("o")});
    const auto theirs = plots()
                            .insert({integer(2), text("t"), null()})
                            .table("trees", {1, 0, 0})
                            .insert({integer(7), integer(2), text("elm")});
    CHECK(run(ours, theirs) ==
          "plots insert 3, 'o', NULL\n"
          "trees insert 9, 3, 'oak'\n"
          "trees insert 8, 1, 'ash'\n"
          "trees update 3, 1, - -> -, 3, -\n"
          "visits insert 20, 9, 'o'\n"
          "visits insert 21, 8, 'o'\n");
    CHECK(rebased.result.conflict_count == 2);
  }

  TEST_CASE_FIXTURE(Fixture, "a child that comes before its parent goes with it, too") {
    const auto ours = Edits()
                          .table("trees", {1, 0, 0})
                          .insert({integer(7), integer(2), text("oak")})
                          .table("plots", {1, 0, 0})
                          .insert({integer(2), text("o"), null()});
    const auto theirs = plots().insert({integer(2), text("t"), null()});
    CHECK(run(ours, theirs) == "trees insert 7, 3, 'oak'\nplots insert 3, 'o', NULL\n");
  }

  TEST_CASE_FIXTURE(Fixture, "children that look the same are others when their parents are") {
    const auto side = [](const char* name) {
      return plots()
          .insert({integer(2), text(name), null()})
          .table("trees", {1, 0, 0})
          .insert({integer(7), integer(2), text("oak")})
          .table("visits", {1, 0, 0})
          .insert({integer(9), integer(7), text("seen")});
    };
    CHECK(run(side("o"), side("t")) ==
          "plots insert 3, 'o', NULL\ntrees insert 8, 3, 'oak'\nvisits insert 10, 8, 'seen'\n");
    CHECK(run(side("s"), side("s")).empty());
  }

  TEST_CASE_FIXTURE(Fixture, "both moved a child to their own new parent: that is a conflict") {
    const auto side = [](const char* name) {
      return plots()
          .insert({integer(2), text(name), null()})
          .table("trees", {1, 0, 0})
          .update({integer(3), integer(1), {}}, {{}, integer(2), {}});
    };
    CHECK(run(side("o"), side("t")) ==
          "plots insert 3, 'o', NULL\ntrees update 3, 2, - -> -, 3, -\n");
    CHECK(rebased.conflicts.back().kind == ConflictKind::SameCell);
  }

  TEST_CASE_FIXTURE(Fixture, "a row that refers to itself keeps doing so") {
    schema.relations.push_back(relation("plots", {"leader"}, "plots", {"fid"}));
    CHECK(run(plots()
                  .insert({integer(2), text("o"), integer(2)})
                  .insert({integer(4), text("p"), integer(2)})
                  .insert({integer(6), text("q"), integer(1)}),
              plots().insert({integer(2), text("t"), integer(2)})) ==
          "plots insert 7, 'o', 7\nplots insert 4, 'p', 7\nplots insert 6, 'q', 1\n");
  }

  TEST_CASE_FIXTURE(Fixture, "relations of the caller count, and references of other types") {
    schema.relations.clear();
    options.relations = {relation("TREES", {"Plot"}, "plots", {"FID"})};
    const auto ours = plots()
                          .insert({integer(2), text("o"), null()})
                          .table("trees", {1, 0, 0})
                          .insert({integer(7), text("2"), null()})
                          .insert({integer(8), real(2), null()})
                          .insert({integer(9), text("02"), null()})
                          .insert({integer(10), real(2.5), null()})
                          .insert({integer(11), null(), null()})
                          .insert({integer(12), text(" +2.0e0\n"), null()})
                          .insert({integer(13), text("2 x"), null()});
    const auto theirs = plots().insert({integer(2), text("t"), null()});
    const std::string result = run(ours, theirs);
    CHECK(result.find("trees insert 7, '3', NULL") != std::string::npos);
    CHECK(result.find("trees insert 8, 3, NULL") != std::string::npos);
    CHECK(result.find("trees insert 9, '3', NULL") != std::string::npos);
    CHECK(result.find("trees insert 10, 2.5, NULL") != std::string::npos);
    CHECK(result.find("trees insert 11, NULL, NULL") != std::string::npos);
    CHECK(result.find("trees insert 12, '3', NULL") != std::string::npos);
    CHECK(result.find("trees insert 13, '2 x', NULL") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Fixture, "keys made of references go with their parents, and so do theirs") {
    TableSchema links;
    links.name = "links";
    links.columns = {{"plot", "INTEGER", 1, true, std::nullopt},
                     {"nr", "INTEGER", 2, true, std::nullopt},
                     {"note", "TEXT", 0, false, std::nullopt}};
    schema.tables = {links, simple_table("photos", {"plot", "nr"}), schema.tables[0]};
    schema.relations = {relation("links", {"plot"}, "plots", {"fid"}),
                        relation("photos", {"plot", "nr"}, "links", {"plot", "nr"})};
    const auto side = [](const char* name) {
      return plots()
          .insert({integer(2), text(name), null()})
          .table("links", {1, 1, 0})
          .insert({integer(2), integer(5), text(name)});
    };
    const auto ours = side("o")
                          .table("photos", {1, 0, 0})
                          .insert({integer(30), integer(2), integer(5)})
                          .insert({integer(31), integer(1), integer(5)})
                          .update({integer(1), integer(1), {}}, {{}, integer(2), {}});
    CHECK(run(ours, side("t")) ==
          "plots insert 3, 'o', NULL\n"
          "links insert 3, 5, 'o'\n"
          "photos insert 30, 3, 5\n"
          "photos insert 31, 1, 5\n"
          "photos update 1, 1, - -> -, 3, -\n");
  }

  TEST_CASE_FIXTURE(Fixture, "a key that is the parent's key is not given anew on its own") {
    schema.tables = {simple_table("details", {"note"}), schema.tables[0]};
    schema.relations = {relation("details", {"fid"}, "plots", {"fid"})};
    const auto details = [](const char* note) {
      return Edits().table("details", {1, 0}).insert({integer(1), text(note)});
    };
    // Both describe plot 1 of base: one row, in dispute.
    const auto result = run(details("o")
                                .table("plots", {1, 0, 0})
                                .update({integer(1), null(), {}}, {{}, text("n"), {}}),
                            details("t"));
    CHECK(result == "details update 1, 't' -> -, 'o'\nplots update 1, NULL, - -> -, 'n', -\n");
    // The same when nobody touched the plots: given anew, ours would describe another plot.
    CHECK(run(details("o"), details("t")) == "details update 1, 't' -> -, 'o'\n");
    CHECK(rebased.result.renumbered.empty());
    // Both describe their own new plot.
    const auto side = [](const char* name) {
      return plots()
          .insert({integer(2), text(name), null()})
          .table("details", {1, 0})
          .insert({integer(2), text(name)});
    };
    CHECK(run(side("o"), side("t")) == "plots insert 3, 'o', NULL\ndetails insert 3, 'o'\n");
  }

  TEST_CASE("without schema only single integers are given anew") {
    const auto table = [] { return Edits().table("t", {1, 0}); };
    const auto rebased = run_rebase(table().insert({integer(1), text("o")}).bytes(),
                                    table().insert({integer(1), text("t")}).bytes());
    CHECK(describe(rebased.bytes) == "t insert 2, 'o'\n");
  }

  TEST_CASE("an integer key that is not the rowid is the row's own name") {
    DatabaseSchema schema;
    schema.tables = {simple_table("t", {"name"})};
    schema.tables[0].has_integer_key = false;
    MergeOptions options;
    options.schema = &schema;
    const auto table = [] { return Edits().table("t", {1, 0}); };
    const auto rebased = run_rebase(table().insert({integer(1), text("o")}).bytes(),
                                    table().insert({integer(1), text("t")}).bytes(), options);
    CHECK(describe(rebased.bytes) == "t update 1, 't' -> -, 'o'\n");
  }

  }  // namespace
}
