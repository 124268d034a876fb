#include "fixture.hpp"

#include <vector>

using qfcsync::test::Buffer;
using qfcsync::test::Databases;
using qfcsync::test::Owned;
using qfcsync::test::to_text;

namespace {

constexpr const char* kRows = "select fid, species, height from trees order by fid";

int collect(const qfcsync_mismatch* mismatch, void* payload) {
  static_cast<std::vector<std::string>*>(payload)->push_back(mismatch->text);
  return 0;
}

int cancel(const qfcsync_mismatch*, void*) { return 1; }

Owned<qfcsync_apply_result> apply(const Databases& files, const qfcsync_source& changes,
                                  const qfcsync_apply_options& options) {
  qfcsync_apply_result* made = nullptr;
  REQUIRE_OK(qfcsync_apply(&made, files.path("target").c_str(), &changes, &options));
  return Owned<qfcsync_apply_result>(made);
}

}  // namespace

TEST_SUITE("c_abi/apply") {
  TEST_CASE("a changeset makes the base like the edited copy; a dry run changes nothing") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    files.copy("base", "target");
    qfcsync_apply_options options = QFCSYNC_APPLY_OPTIONS_INIT;
    options.dry_run = 1;
    auto result = apply(files, changes.source(), options);
    CHECK_EQ(qfcsync_apply_result_is_applied(result.get()), 0);
    CHECK_EQ(qfcsync_apply_result_changes_applied(result.get()), 3);
    CHECK_EQ(files.query("target", kRows), files.query("base", kRows));

    options.dry_run = 0;
    result = apply(files, changes.source(), options);
    CHECK_EQ(qfcsync_apply_result_is_applied(result.get()), 1);
    CHECK_EQ(qfcsync_apply_result_changes_applied(result.get()), 3);
    CHECK_EQ(qfcsync_apply_result_mismatch_total(result.get()), 0);
    CHECK_EQ(files.query("target", kRows), files.query("ours", kRows));
  }

  TEST_CASE("a mismatch names table, key, column, expected and found, and nothing is changed") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    files.copy("theirs", "target");
    const std::string before = files.query("target", kRows);
    std::vector<std::string> told;
    qfcsync_apply_options options = QFCSYNC_APPLY_OPTIONS_INIT;
    options.on_mismatch = collect;
    options.payload = &told;
    options.max_reported = 1;
    auto result = apply(files, changes.source(), options);
    CHECK_EQ(qfcsync_apply_result_is_applied(result.get()), 0);
    CHECK_GE(qfcsync_apply_result_mismatch_total(result.get()), 1);
    CHECK_EQ(told.size(), qfcsync_apply_result_mismatch_total(result.get()));
    REQUIRE_EQ(qfcsync_apply_result_mismatch_count(result.get()), 1);
    const auto* mismatch = qfcsync_apply_result_mismatch(result.get(), 0);
    CHECK_EQ(mismatch->kind, QFCSYNC_MISMATCH_OTHER_VALUE);
    CHECK_EQ(mismatch->operation, QFCSYNC_OPERATION_UPDATE);
    CHECK_EQ(std::string(mismatch->table), "trees");
    REQUIRE_EQ(mismatch->key_count, 1);
    CHECK_EQ(std::string(mismatch->key_columns[0]), "fid");
    CHECK_EQ(to_text(mismatch->key[0]), "integer 1");
    CHECK_EQ(std::string(mismatch->column), "species");
    CHECK_EQ(to_text(mismatch->expected), "text oak");
    CHECK_EQ(to_text(mismatch->found), "text pin oak");
    CHECK_EQ(mismatch->text, told.front());
    Buffer json;
    REQUIRE_OK(qfcsync_mismatch_to_json(&json, mismatch));
    CHECK_EQ(json.text().substr(0, json.text().find(", \"text\"")),
             "{\"kind\": \"other_value\", \"operation\": \"update\", \"table\": \"trees\", "
             "\"key\": {\"fid\": 1}, \"column\": \"species\", \"expected\": \"oak\", "
             "\"found\": \"pin oak\"");
    qfcsync_mismatch wrong = *mismatch;
    wrong.operation = 1;
    CHECK_EQ(qfcsync_mismatch_to_json(&json, &wrong), QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(qfcsync_apply_result_mismatch(result.get(), 1), nullptr);
    CHECK_EQ(files.query("target", kRows), before);

    options.policy = QFCSYNC_MISMATCH_SKIP;
    result = apply(files, changes.source(), options);
    CHECK_EQ(qfcsync_apply_result_is_applied(result.get()), 1);
    CHECK_EQ(qfcsync_apply_result_changes_skipped(result.get()), 2);
    CHECK_EQ(files.query("target", "select count(*) from trees where fid = 2"), "0,");
  }

  TEST_CASE("a mismatch handler can cancel, and the result must not be left out") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    files.copy("theirs", "target");
    const auto source = changes.source();
    qfcsync_apply_options options = QFCSYNC_APPLY_OPTIONS_INIT;
    options.on_mismatch = cancel;
    qfcsync_apply_result* result = nullptr;
    CHECK_EQ(qfcsync_apply(&result, files.path("target").c_str(), &source, &options),
             QFCSYNC_ERROR_CANCELLED);
    CHECK_EQ(result, nullptr);
    CHECK_EQ(files.query("target", kRows), files.query("theirs", kRows));
    CHECK_EQ(qfcsync_apply(nullptr, files.path("target").c_str(), &source, nullptr),
             QFCSYNC_ERROR_INVALID_ARGUMENT);
  }
}
