#include "fixture.hpp"

#include <filesystem>
#include <string>
#include <vector>

using qfcsync::test::Buffer;
using qfcsync::test::Databases;
using qfcsync::test::Owned;
using qfcsync::test::to_text;

namespace {

constexpr const char* kRows = "select fid, species, height from trees order by fid";

Owned<qfcsync_merge_result> merge(const Databases& files, const qfcsync_merge_options* options) {
  qfcsync_merge_result* made = nullptr;
  REQUIRE_OK(qfcsync_merge(&made, files.path("result").c_str(), files.path("base").c_str(),
                           files.path("ours").c_str(), files.path("theirs").c_str(), options));
  return Owned<qfcsync_merge_result>(made);
}

const qfcsync_conflict* find(const qfcsync_merge_result* result, int kind) {
  for (std::size_t i = 0; i < qfcsync_merge_result_conflict_count(result); ++i) {
    const auto* conflict = qfcsync_merge_result_conflict(result, i);
    if (conflict->kind == kind) return conflict;
  }
  return nullptr;
}

int take_theirs(int* side, const qfcsync_conflict*, void*) {
  *side = QFCSYNC_SIDE_THEIRS;
  return 0;
}

int take_nonsense(int* side, const qfcsync_conflict*, void*) {
  *side = 9;
  return 0;
}

int stop(const qfcsync_conflict*, void*) { return 1; }

int count(const qfcsync_conflict*, void* payload) {
  ++*static_cast<int*>(payload);
  return 0;
}

}  // namespace

TEST_SUITE("c_abi/merge") {
  TEST_CASE("a merge writes both sides, and the conflicts have all three values") {
    const Databases files;
    files.run("ours", "insert into notes values ('only ours')");
    const auto result = merge(files, nullptr);
    CHECK_EQ(files.query("result", kRows), "1,red oak,12.5,3,maple,8.0,4,elm,3.0,5,ash,NULL,");
    CHECK_EQ(qfcsync_merge_result_conflict_total(result.get()), 2);
    REQUIRE_EQ(qfcsync_merge_result_conflict_count(result.get()), 2);
    CHECK_EQ(qfcsync_merge_result_conflict(result.get(), 2), nullptr);

    const auto* cell = find(result.get(), QFCSYNC_CONFLICT_SAME_CELL);
    REQUIRE_NE(cell, nullptr);
    CHECK_EQ(std::string(cell->table), "trees");
    CHECK_EQ(cell->written, QFCSYNC_SIDE_OURS);
    REQUIRE_EQ(cell->key_count, 1);
    CHECK_EQ(std::string(cell->key_columns[0]), "fid");
    CHECK_EQ(to_text(cell->key[0]), "integer 1");
    REQUIRE_EQ(cell->cell_count, 1);
    CHECK_EQ(std::string(cell->cells[0].name), "species");
    CHECK_EQ(to_text(cell->cells[0].base), "text oak");
    CHECK_EQ(to_text(cell->cells[0].ours), "text red oak");
    CHECK_EQ(to_text(cell->cells[0].theirs), "text pin oak");

    const auto* collision = find(result.get(), QFCSYNC_CONFLICT_KEY_COLLISION);
    REQUIRE_NE(collision, nullptr);
    REQUIRE_EQ(collision->new_key_count, 1);
    CHECK_EQ(to_text(collision->new_key[0]), "integer 5");
    REQUIRE_EQ(qfcsync_merge_result_renumbered_count(result.get()), 1);
    const auto* renumbered = qfcsync_merge_result_renumbered(result.get(), 0);
    CHECK_EQ(std::string(renumbered->table), "trees");
    CHECK_EQ(renumbered->before, 4);
    CHECK_EQ(renumbered->after, 5);
    CHECK_EQ(qfcsync_merge_result_renumbered(result.get(), 1), nullptr);

    CHECK_EQ(qfcsync_summary_change_count(qfcsync_merge_result_ours(result.get())), 3);
    CHECK_EQ(qfcsync_summary_change_count(qfcsync_merge_result_theirs(result.get())), 3);
    REQUIRE_GE(qfcsync_merge_result_note_count(result.get()), 1);
    CHECK_EQ(std::string(qfcsync_merge_result_note(result.get(), 0)->table), "notes");
    CHECK_EQ(qfcsync_merge_result_note(result.get(), 0)->has_changes, 1);
  }

  TEST_CASE("policies and resolvers decide what is written, handlers are told") {
    const Databases files;
    qfcsync_merge_options options = QFCSYNC_MERGE_OPTIONS_INIT;
    SUBCASE("theirs") { options.policy = QFCSYNC_MERGE_THEIRS; }
    SUBCASE("ask") {
      options.policy = QFCSYNC_MERGE_ASK;
      options.resolve = take_theirs;
    }
    int told = 0;
    options.on_conflict = count;
    options.payload = &told;
    options.max_collected = 1;
    const auto result = merge(files, &options);
    CHECK_EQ(told, 2);
    CHECK_EQ(qfcsync_merge_result_conflict_total(result.get()), 2);
    CHECK_EQ(qfcsync_merge_result_conflict_count(result.get()), 1);
    CHECK_EQ(files.query("result", "select species, height from trees where fid = 1"),
             "pin oak,12.5,");
  }

  TEST_CASE("a merge that is stopped or asks nobody leaves no result") {
    const Databases files;
    qfcsync_merge_options options = QFCSYNC_MERGE_OPTIONS_INIT;
    int expected = QFCSYNC_ERROR_CANCELLED;
    SUBCASE("by the handler") { options.on_conflict = stop; }
    SUBCASE("by progress") {
      options.progress = [](double, void*) { return 1; };
    }
    SUBCASE("nobody to ask") {
      options.policy = QFCSYNC_MERGE_ASK;
      expected = QFCSYNC_ERROR_INVALID_ARGUMENT;
    }
    SUBCASE("no such side") {
      options.policy = QFCSYNC_MERGE_ASK;
      options.resolve = take_nonsense;
      expected = QFCSYNC_ERROR_INVALID_ARGUMENT;
    }
    qfcsync_merge_result* result = nullptr;
    CHECK_EQ(qfcsync_merge(&result, files.path("result").c_str(), files.path("base").c_str(),
                           files.path("ours").c_str(), files.path("theirs").c_str(), &options),
             expected);
    CHECK_EQ(result, nullptr);
    CHECK_FALSE(std::filesystem::exists(files.path("result")));
  }

  TEST_CASE("a rebased changeset applies after theirs") {
    const Databases files;
    Buffer ours;
    Buffer theirs;
    files.diff(ours, "ours");
    files.diff(theirs, "theirs");
    const auto our_source = ours.source();
    const auto their_source = theirs.source();
    const qfcsync_max_key above{"trees", 40};
    qfcsync_merge_options options = QFCSYNC_MERGE_OPTIONS_INIT;
    options.max_keys = &above;
    options.max_key_count = 1;
    Buffer rebased;
    const auto sink = rebased.sink();
    qfcsync_merge_result* made = nullptr;
    REQUIRE_OK(qfcsync_rebase(&made, &sink, &our_source, &their_source, &options));
    const Owned<qfcsync_merge_result> result(made);
    CHECK_EQ(qfcsync_merge_result_change_count(made), 3);
    CHECK_EQ(qfcsync_merge_result_conflict_count(made), 2);
    REQUIRE_EQ(qfcsync_merge_result_renumbered_count(made), 1);
    CHECK_EQ(qfcsync_merge_result_renumbered(made, 0)->after, 41);
    CHECK_EQ(qfcsync_merge_result_note_count(made), 0);

    files.copy("theirs", "target");
    const auto source = rebased.source();
    qfcsync_apply_result* applied = nullptr;
    REQUIRE_OK(qfcsync_apply(&applied, files.path("target").c_str(), &source, nullptr));
    CHECK_EQ(qfcsync_apply_result_is_applied(Owned<qfcsync_apply_result>(applied).get()), 1);
    CHECK_EQ(files.query("target", kRows), "1,red oak,12.5,3,maple,8.0,4,elm,3.0,41,ash,NULL,");
  }

  TEST_CASE("a conflict as JSON is one line with all sides") {
    const Databases files;
    const auto result = merge(files, nullptr);
    Buffer json;
    REQUIRE_OK(qfcsync_conflict_to_json(&json, find(result.get(), QFCSYNC_CONFLICT_SAME_CELL)));
    for (const char* part : {"same_cell", "trees", "species", "oak", "red oak", "pin oak"}) {
      CAPTURE(part);
      CHECK_NE(json.text().find(part), std::string::npos);
    }
    CHECK_EQ(json.text().find('\n'), std::string::npos);
    CHECK_EQ(qfcsync_conflict_to_json(&json, nullptr), QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(qfcsync_conflict_to_json(nullptr, find(result.get(), QFCSYNC_CONFLICT_SAME_CELL)),
             QFCSYNC_ERROR_INVALID_ARGUMENT);
  }

  TEST_CASE("relations of a caller are taken along when keys are given anew") {
    const Databases files;
    for (const char* name : {"base", "ours", "theirs"}) {
      files.run(name, "create table photos (fid integer primary key, tree integer)");
    }
    files.run("ours", "insert into photos values (1, 4)");
    const char* const child[] = {"tree"};
    const char* const parent[] = {"fid"};
    const qfcsync_relation relation{"photos", child, "trees", parent, 1, 0};
    qfcsync_merge_options options = QFCSYNC_MERGE_OPTIONS_INIT;
    options.relations = &relation;
    options.relation_count = 1;
    merge(files, &options);
    CHECK_EQ(files.query("result", "select tree from photos"), "5,");
  }

  TEST_CASE("a relation that no table has is refused by name, by merge and rebase") {
    const Databases files;
    const char* const child[] = {"tree"};
    const char* const parent[] = {"fid"};
    const qfcsync_relation relation{"photo", child, "trees", parent, 1, 0};
    qfcsync_merge_options options = QFCSYNC_MERGE_OPTIONS_INIT;
    options.relations = &relation;
    options.relation_count = 1;
    qfcsync_merge_result* result = nullptr;
    CHECK_EQ(qfcsync_merge(&result, files.path("result").c_str(), files.path("base").c_str(),
                           files.path("ours").c_str(), files.path("theirs").c_str(), &options),
             QFCSYNC_ERROR_NOT_FOUND);
    CHECK_NE(std::string(qfcsync_last_error()->message).find("table photo "), std::string::npos);
    CHECK_FALSE(std::filesystem::exists(files.path("result")));
    Buffer ours;
    Buffer theirs;
    Buffer out;
    files.diff(ours, "ours");
    files.diff(theirs, "theirs");
    const qfcsync_sink sink = qfcsync_sink_to_buffer(&out);
    const qfcsync_source our_source = qfcsync_source_from_buffer(&ours);
    const qfcsync_source their_source = qfcsync_source_from_buffer(&theirs);
    CHECK_EQ(qfcsync_rebase(&result, &sink, &our_source, &their_source, &options),
             QFCSYNC_ERROR_NOT_FOUND);
    CHECK_EQ(result, nullptr);
  }
}
