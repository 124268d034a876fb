#include "fixture.hpp"

// An object that could not be made is often asked all the same.

TEST_SUITE("c_abi/null") {
  TEST_CASE("functions that cannot fail take NULL for an object that holds nothing") {
    const auto is_empty = [](const char* text) { return std::string(text).empty(); };
    CHECK(is_empty(qfcsync_schema_fingerprint(nullptr)));
    CHECK_EQ(qfcsync_schema_table_count(nullptr), 0);
    CHECK_EQ(qfcsync_schema_table(nullptr, 0), nullptr);
    CHECK_EQ(qfcsync_schema_column(nullptr, 0, 0), nullptr);
    CHECK_EQ(qfcsync_schema_unique_count(nullptr, 0), 0);
    CHECK_EQ(qfcsync_schema_unique(nullptr, 0, 0), nullptr);
    CHECK_EQ(qfcsync_schema_note_count(nullptr), 0);
    CHECK_EQ(qfcsync_schema_note(nullptr, 0), nullptr);
    CHECK_EQ(qfcsync_schema_relation_count(nullptr), 0);
    CHECK_EQ(qfcsync_schema_relation(nullptr, 0), nullptr);
    CHECK_EQ(qfcsync_schema_operations_count(nullptr), 0);
    CHECK_EQ(qfcsync_schema_operations_at(nullptr, 0), nullptr);
    CHECK_EQ(qfcsync_summary_change_count(nullptr), 0);
    CHECK_EQ(qfcsync_summary_table_count(nullptr), 0);
    CHECK_EQ(qfcsync_summary_at(nullptr, 0), nullptr);

    CHECK_EQ(qfcsync_diff_result_summary(nullptr), nullptr);
    CHECK_EQ(qfcsync_diff_result_method(nullptr), QFCSYNC_DIFF_AUTO);
    CHECK_EQ(qfcsync_diff_result_note_count(nullptr), 0);
    CHECK_EQ(qfcsync_diff_result_note(nullptr, 0), nullptr);
    CHECK_EQ(qfcsync_diff_result_schema_operations(nullptr), nullptr);

    CHECK_EQ(qfcsync_changeset_reader_operation(nullptr), 0);
    CHECK_EQ(qfcsync_changeset_reader_is_indirect(nullptr), 0);
    CHECK(is_empty(qfcsync_changeset_reader_table(nullptr)));
    CHECK_EQ(qfcsync_changeset_reader_column_count(nullptr), 0);
    CHECK_EQ(qfcsync_changeset_reader_column_key(nullptr, 0), 0);
    CHECK(is_empty(qfcsync_changeset_reader_column_name(nullptr, 0)));
    CHECK_EQ(qfcsync_changeset_reader_old_value(nullptr, 0).type, QFCSYNC_VALUE_UNDEFINED);
    CHECK_EQ(qfcsync_changeset_reader_new_value(nullptr, 0).type, QFCSYNC_VALUE_UNDEFINED);
    CHECK(is_empty(qfcsync_changeset_reader_tool_version(nullptr)));
    CHECK(is_empty(qfcsync_changeset_reader_schema_fingerprint(nullptr)));
    CHECK(is_empty(qfcsync_changeset_reader_base_id(nullptr)));
    CHECK_EQ(qfcsync_changeset_reader_schema(nullptr), nullptr);
    CHECK_EQ(qfcsync_changeset_reader_max_key_count(nullptr), 0);
    CHECK_EQ(qfcsync_changeset_reader_max_key(nullptr, 0), nullptr);

    CHECK_EQ(qfcsync_apply_result_is_applied(nullptr), 0);
    CHECK_EQ(qfcsync_apply_result_changes_applied(nullptr), 0);
    CHECK_EQ(qfcsync_apply_result_changes_skipped(nullptr), 0);
    CHECK_EQ(qfcsync_apply_result_mismatch_total(nullptr), 0);
    CHECK_EQ(qfcsync_apply_result_mismatch_count(nullptr), 0);
    CHECK_EQ(qfcsync_apply_result_mismatch(nullptr, 0), nullptr);

    CHECK_EQ(qfcsync_merge_result_conflict_total(nullptr), 0);
    CHECK_EQ(qfcsync_merge_result_conflict_count(nullptr), 0);
    CHECK_EQ(qfcsync_merge_result_conflict(nullptr, 0), nullptr);
    CHECK_EQ(qfcsync_merge_result_renumbered_count(nullptr), 0);
    CHECK_EQ(qfcsync_merge_result_renumbered(nullptr, 0), nullptr);
    CHECK_EQ(qfcsync_merge_result_change_count(nullptr), 0);
    CHECK_EQ(qfcsync_merge_result_ours(nullptr), nullptr);
    CHECK_EQ(qfcsync_merge_result_theirs(nullptr), nullptr);
    CHECK_EQ(qfcsync_merge_result_note_count(nullptr), 0);
    CHECK_EQ(qfcsync_merge_result_note(nullptr, 0), nullptr);
  }

  TEST_CASE("functions that can fail name the argument that must not be NULL") {
    CHECK_EQ(qfcsync_changeset_reader_next(nullptr, nullptr), QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(std::string(qfcsync_last_error()->message), "has_change must not be NULL");
    CHECK_EQ(qfcsync_mismatch_to_json(nullptr, nullptr), QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(qfcsync_conflict_to_json(nullptr, nullptr), QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(qfcsync_invert(nullptr, nullptr), QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(qfcsync_manifest_write(nullptr, nullptr, nullptr, nullptr),
             QFCSYNC_ERROR_INVALID_ARGUMENT);
    qfcsync_apply_result* applied = nullptr;
    const auto none = qfcsync_source_from_memory(nullptr, 0);
    CHECK_EQ(qfcsync_apply(&applied, nullptr, &none, nullptr), QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(std::string(qfcsync_last_error()->message), "target must not be NULL");
  }
}
