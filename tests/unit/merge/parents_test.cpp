#include "unit/merge/merge_model.hpp"

#include <doctest/doctest.h>

TEST_SUITE("merge/parents") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;
  using namespace qfcsync::test;

  // plots <- trees.plot <- visits.tree
  struct Fixture {
    Fixture() {
      schema.tables = {simple_table("plots", {"name"}), simple_table("trees", {"plot", "name"}),
                       simple_table("visits", {"tree", "note"})};
      schema.relations = {{"trees", {"plot"}, "plots", {"fid"}, Relation::Origin::Declared},
                          {"visits", {"tree"}, "trees", {"fid"}, Relation::Origin::Declared}};
      options.schema = &schema;
    }
    void set_not_null(std::size_t table) { schema.tables[table].columns[1].not_null = true; }
    std::string run(const Edits& ours, const Edits& theirs, MergePolicy policy) {
      options.policy = policy;
      rebased = run_rebase(ours.bytes(), theirs.bytes(), options);
      return describe(rebased.bytes);
    }
    static Edits plots() { return Edits().table("plots", {1, 0}); }
    static Edits trees() { return Edits().table("trees", {1, 0, 0}); }
    static Edits visits() { return Edits().table("visits", {1, 0, 0}); }
    static Edits no_plot() { return plots().remove({integer(1), text("p")}); }
    static Edits new_tree() { return trees().insert({integer(7), integer(1), text("oak")}); }
    static Edits moved_tree() {
      return trees().update({integer(3), integer(2), {}}, {{}, integer(1), {}});
    }

    DatabaseSchema schema;
    MergeOptions options;
    Rebased rebased;
  };

  TEST_CASE_FIXTURE(Fixture, "theirs deleted the parent of our new row") {
    CHECK(run(new_tree(), no_plot(), MergePolicy::Ours) ==
          "trees insert 7, 1, 'oak'\nplots insert 1, 'p'\n");
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].kind == ConflictKind::MissingParent);
    CHECK(rebased.conflicts[0].written == Side::Ours);
    CHECK(rebased.conflicts[0].table == "trees");
    CHECK(rebased.conflicts[0].cells.size() == 3);

    CHECK(run(new_tree(), no_plot(), MergePolicy::Theirs) == "trees insert 7, NULL, 'oak'\n");
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].written == Side::Theirs);
    CHECK(rebased.conflicts[0].cells[1].ours == integer(1));

    set_not_null(1);
    CHECK(run(new_tree(), no_plot(), MergePolicy::Theirs).empty());
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].cells[2].ours == text("oak"));
  }

  TEST_CASE_FIXTURE(Fixture, "theirs deleted the parent that our update leads to") {
    CHECK(run(moved_tree(), no_plot(), MergePolicy::Theirs) ==
          "trees update 3, 2, - -> -, NULL, -\n");
    set_not_null(1);
    CHECK(run(moved_tree(), no_plot(), MergePolicy::Theirs).empty());  // it stays at plot 2
    CHECK(rebased.conflicts.size() == 1);
  }

  TEST_CASE_FIXTURE(Fixture, "ours deleted the parent of their new row") {
    CHECK(run(no_plot(), new_tree(), MergePolicy::Theirs).empty());
    CHECK(rebased.conflicts.size() == 1);
    CHECK(run(no_plot(), new_tree(), MergePolicy::Ours) ==
          "plots delete 1, 'p'\ntrees update 7, 1, - -> -, NULL, -\n");
    CHECK(rebased.conflicts.size() == 1);
    set_not_null(1);
    CHECK(run(no_plot(), new_tree(), MergePolicy::Ours) ==
          "plots delete 1, 'p'\ntrees delete 7, 1, 'oak'\n");
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].kind == ConflictKind::MissingParent);
    CHECK(rebased.conflicts[0].cells[2].theirs == text("oak"));
  }

  TEST_CASE_FIXTURE(Fixture, "ours deleted the parent that their update leads to") {
    set_not_null(1);
    CHECK(run(no_plot(), moved_tree(), MergePolicy::Ours) ==
          "plots delete 1, 'p'\ntrees update 3, 1, - -> -, 2, -\n");
    // The former parent goes, too: nothing is left to refer to, so that one of them stays.
    auto both = no_plot();
    both.remove({integer(2), text("q")});
    CHECK(run(both, moved_tree(), MergePolicy::Ours) == "plots delete 2, 'q'\n");
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].written == Side::Theirs);
  }

  TEST_CASE_FIXTURE(Fixture, "parents pull their own parents back") {
    const auto gone = no_plot().table("trees", {1, 0, 0}).remove({integer(3), integer(1), null()});
    const auto visit = [] { return visits().insert({integer(5), integer(3), text("v")}); };
    CHECK(run(visit(), gone, MergePolicy::Ours) ==
          "visits insert 5, 3, 'v'\nplots insert 1, 'p'\ntrees insert 3, 1, NULL\n");
    CHECK(rebased.conflicts.size() == 2);
    CHECK(run(gone, visit(), MergePolicy::Theirs).empty());
    CHECK(rebased.conflicts.size() == 2);
  }

  TEST_CASE_FIXTURE(Fixture, "a row that ours edited pulls the parent back that theirs deleted") {
    const auto gone = no_plot().table("trees", {1, 0, 0}).remove({integer(3), integer(1), null()});
    const auto edit = trees().update({integer(3), {}, null()}, {{}, {}, text("elm")});
    CHECK(run(edit, gone, MergePolicy::Ours) == "trees insert 3, 1, 'elm'\nplots insert 1, 'p'\n");
    CHECK(run(edit, gone, MergePolicy::Theirs).empty());
    CHECK(rebased.conflicts.size() == 1);
    CHECK(run(gone, edit, MergePolicy::Theirs).empty());
    CHECK(run(gone, edit, MergePolicy::Ours) == "plots delete 1, 'p'\ntrees delete 3, 1, 'elm'\n");
  }

  TEST_CASE_FIXTURE(Fixture, "rows under a row that is left out do not hang in the air") {
    set_not_null(1);
    const auto ours =
        new_tree().table("visits", {1, 0, 0}).insert({integer(5), integer(7), text("v")});
    CHECK(run(ours, no_plot(), MergePolicy::Theirs) == "visits insert 5, NULL, 'v'\n");
    CHECK(rebased.conflicts.size() == 2);
    set_not_null(2);
    CHECK(run(ours, no_plot(), MergePolicy::Theirs).empty());
    CHECK(rebased.conflicts.size() == 2);
    CHECK(run(no_plot(), ours, MergePolicy::Ours) ==
          "plots delete 1, 'p'\ntrees delete 7, 1, 'oak'\nvisits delete 5, 7, 'v'\n");
    CHECK(rebased.conflicts.size() == 2);
  }

  TEST_CASE_FIXTURE(Fixture, "both deleted the parent: nothing of that is a conflict") {
    CHECK(run(no_plot(), no_plot(), MergePolicy::Ours).empty());
    CHECK(rebased.conflicts.empty());
  }

  TEST_CASE_FIXTURE(Fixture, "what ours edited stays, so that nothing is missing") {
    auto ours = plots().update({integer(1), text("p")}, {{}, text("n")});
    ours.table("trees", {1, 0, 0}).insert({integer(7), integer(1), text("oak")});
    CHECK(run(ours, no_plot(), MergePolicy::Ours) ==
          "plots insert 1, 'n'\ntrees insert 7, 1, 'oak'\n");
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].kind == ConflictKind::OursEditedTheirsDeleted);
  }

  TEST_CASE_FIXTURE(Fixture,
                    "a parent that is brought back brings back what ours deleted above it") {
    // Ours led the tree away and deleted its plot; theirs deleted tree and visit.
    const auto ours = plots()
                          .remove({integer(1), text("p")})
                          .table("trees", {1, 0, 0})
                          .update({integer(8), integer(1), {}}, {{}, null(), {}})
                          .table("visits", {1, 0, 0})
                          .update({integer(2), {}, text("n")}, {{}, {}, text("o")});
    const auto theirs = trees()
                            .remove({integer(8), integer(1), text("oak")})
                            .table("visits", {1, 0, 0})
                            .remove({integer(2), integer(8), text("n")});
    options.resolver = [](const Conflict& conflict) {
      const bool is_tree =
          conflict.table == "trees" && conflict.kind == ConflictKind::OursEditedTheirsDeleted;
      return is_tree ? Side::Theirs : Side::Ours;
    };
    CHECK(run(ours, theirs, MergePolicy::Ask) ==
          "visits insert 2, 8, 'o'\ntrees insert 8, 1, 'oak'\n");
    CHECK(rebased.conflicts.back().kind == ConflictKind::MissingParent);
  }

  }  // namespace
}
