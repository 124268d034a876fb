#include "fixture.hpp"

using qfcsync::test::Buffer;
using qfcsync::test::Databases;

TEST_SUITE("c_abi/options") {
  TEST_CASE("options of an older header leave later members at their defaults") {
    const Databases files;
    Buffer out;
    const auto sink = out.sink();
    qfcsync_diff_options options = QFCSYNC_DIFF_OPTIONS_INIT;
    options.struct_size = offsetof(qfcsync_diff_options, with_envelope);
    options.with_envelope = 0;  // behind the end: does not count
    REQUIRE_OK(qfcsync_diff(nullptr, &sink, files.path("base").c_str(), files.path("ours").c_str(),
                            &options));
    const auto source = out.source();
    qfcsync_changeset_reader* made = nullptr;
    REQUIRE_OK(qfcsync_changeset_reader_new(&made, &source));
    const qfcsync::test::Owned<qfcsync_changeset_reader> reader(made);
    int has_change = 0;
    REQUIRE_OK(qfcsync_changeset_reader_next(&has_change, made));
    CHECK_NE(std::string(qfcsync_changeset_reader_tool_version(made)), "");
  }

  TEST_CASE("options without an initialiser and those of a newer header are refused") {
    Buffer out;
    const auto sink = out.sink();
    const auto source = qfcsync_source_from_memory(nullptr, 0);
    qfcsync_json_options options{};
    CHECK_EQ(qfcsync_to_json(&sink, &source, &options), QFCSYNC_ERROR_INVALID_ARGUMENT);
    options = QFCSYNC_JSON_OPTIONS_INIT;
    options.struct_size += 8;
    CHECK_EQ(qfcsync_to_json(&sink, &source, &options), QFCSYNC_ERROR_UNSUPPORTED);
  }

  TEST_CASE("numbers that no enumerator has are refused before anything is done") {
    Buffer out;
    const auto sink = out.sink();
    qfcsync_diff_options diff = QFCSYNC_DIFF_OPTIONS_INIT;
    diff.method = 4;
    CHECK_EQ(qfcsync_diff(nullptr, &sink, "/no/base", "/no/modified", &diff),
             QFCSYNC_ERROR_INVALID_ARGUMENT);
    diff = QFCSYNC_DIFF_OPTIONS_INIT;
    diff.schema_policy = -1;
    CHECK_EQ(qfcsync_diff(nullptr, &sink, "/no/base", "/no/modified", &diff),
             QFCSYNC_ERROR_INVALID_ARGUMENT);
    diff = QFCSYNC_DIFF_OPTIONS_INIT;
    diff.table_count = 1;
    CHECK_EQ(qfcsync_diff(nullptr, &sink, "/no/base", "/no/modified", &diff),
             QFCSYNC_ERROR_INVALID_ARGUMENT);
    qfcsync_merge_options merge = QFCSYNC_MERGE_OPTIONS_INIT;
    merge.policy = 3;
    qfcsync_merge_result* result = nullptr;
    CHECK_EQ(qfcsync_merge(&result, "/no/result", "/no/base", "/no/ours", "/no/theirs", &merge),
             QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(result, nullptr);
  }
}
