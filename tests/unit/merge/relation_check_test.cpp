#include <qfcsync/error.hpp>

#include "unit/merge/merge_model.hpp"

#include <doctest/doctest.h>

TEST_SUITE("merge/relation_check") {
  namespace {

  using namespace qfcsync;
  using namespace qfcsync::test;

  struct Fixture {
    Fixture() {
      schema.tables = {simple_table("plots", {"name"}), simple_table("trees", {"plot", "name"}),
                       simple_table("soils", {"plot"})};
      options.schema = &schema;
    }

    static Relation relation(std::string child, std::vector<std::string> child_columns,
                             std::string parent, std::vector<std::string> parent_columns) {
      return {std::move(child), std::move(child_columns), std::move(parent),
              std::move(parent_columns), Relation::Origin::Caller};
    }

    /// The relation is of no use for any table that was changed: a misspelt one would go unnoticed.
    void rebase_with(Relation one) {
      options.relations = {std::move(one)};
      run_rebase(ours.bytes(), Edits().bytes(), options);
    }

    void check_refused(Relation one, ErrorCode code, const char* name) {
      CAPTURE(name);
      try {
        rebase_with(std::move(one));
      } catch (const Error& error) {
        CHECK(error.code() == code);
        CHECK(std::string_view(error.what()).find(name) != std::string_view::npos);
        return;
      }
      FAIL_CHECK("not refused");
    }

    DatabaseSchema schema;
    MergeOptions options;
    Edits ours = Edits().table("plots", {1, 0}).insert({integer(2), text("o")});
  };

  TEST_CASE_FIXTURE(Fixture, "names that no table has are refused, also of unchanged tables") {
    check_refused(relation("tree", {"plot"}, "plots", {"fid"}), ErrorCode::NotFound, "table tree ");
    check_refused(relation("trees", {"plots"}, "plots", {"fid"}), ErrorCode::NotFound,
                  "trees has no column plots; there are fid, plot, name");
    check_refused(relation("trees", {"plot"}, "plot", {"fid"}), ErrorCode::NotFound, "table plot ");
    check_refused(relation("trees", {"plot"}, "plots", {"id"}), ErrorCode::NotFound,
                  "plots has no column id");
  }

  TEST_CASE_FIXTURE(Fixture, "lists of columns have to fit each other") {
    check_refused(relation("trees", {"plot", "name"}, "plots", {"fid"}), ErrorCode::InvalidArgument,
                  "trees(plot, name) to plots(fid)");
    check_refused(relation("trees", {"plot", "name"}, "plots", {}), ErrorCode::InvalidArgument,
                  "one column");
    check_refused(relation("trees", {}, "plots", {}), ErrorCode::InvalidArgument, "one column");
  }

  TEST_CASE_FIXTURE(Fixture, "case does not matter, no parent column means the key") {
    CHECK_NOTHROW(rebase_with(relation("Trees", {"PLOT"}, "PLOTS", {"Fid"})));
    CHECK_NOTHROW(rebase_with(relation("soils", {"plot"}, "plots", {})));
  }

  TEST_CASE_FIXTURE(Fixture, "an envelope of either side is as good as a schema") {
    ChangesetEnvelope envelope;
    envelope.tables = schema.tables;
    options.schema = nullptr;
    options.relations = {relation("trees", {"plot"}, "plots", {"fid"})};
    const auto theirs =
        Edits().envelope(envelope).table("soils", {1, 0}).insert({integer(1), integer(1)});
    CHECK_NOTHROW(run_rebase(ours.bytes(), theirs.bytes(), options));
    options.relations = {relation("trees", {"plot"}, "plotz", {"fid"})};
    CHECK_THROWS_AS(run_rebase(ours.bytes(), theirs.bytes(), options), Error);
  }

  TEST_CASE_FIXTURE(Fixture, "without any names a relation is refused rather than left out") {
    options.schema = nullptr;
    check_refused(relation("trees", {"plot"}, "plots", {"fid"}), ErrorCode::InvalidArgument,
                  "pass the schema");
  }

  TEST_CASE_FIXTURE(Fixture, "of many names some are listed") {
    for (int i = 0; i < 100; ++i)
      schema.tables.push_back(simple_table("t" + std::to_string(i), {}));
    check_refused(relation("tree", {"plot"}, "plots", {"fid"}), ErrorCode::NotFound, "t8, ...");
  }

  TEST_CASE_FIXTURE(Fixture, "what files declare may lead nowhere") {
    schema.relations = {relation("trees", {"nothing"}, "plots", {"fid"}),
                        relation("trees", {"plot"}, "nothing", {"fid"})};
    for (Relation& one : schema.relations) one.origin = Relation::Origin::Declared;
    CHECK_NOTHROW(run_rebase(ours.bytes(), Edits().bytes(), options));
  }

  }  // namespace
}
