#include "fixture.hpp"

using qfcsync::test::Buffer;
using qfcsync::test::Databases;
using qfcsync::test::Owned;

namespace {

int stop(double, void* payload) {
  ++*static_cast<int*>(payload);
  return 1;
}

}  // namespace

TEST_SUITE("c_abi/diff") {
  TEST_CASE("a diff tells counts, method and tables that were not compared") {
    const Databases files;
    Buffer out;
    const auto sink = out.sink();
    qfcsync_diff_result* made = nullptr;
    REQUIRE_OK(qfcsync_diff(&made, &sink, files.path("base").c_str(), files.path("ours").c_str(),
                            nullptr));
    const Owned<qfcsync_diff_result> result(made);
    const auto* summary = qfcsync_diff_result_summary(made);
    CHECK_EQ(qfcsync_summary_change_count(summary), 3);
    REQUIRE_EQ(qfcsync_summary_table_count(summary), 1);
    const auto* table = qfcsync_summary_at(summary, 0);
    CHECK_EQ(std::string(table->name), "trees");
    CHECK_EQ(table->inserts, 1);
    CHECK_EQ(table->updates, 1);
    CHECK_EQ(table->deletes, 1);
    CHECK_EQ(qfcsync_summary_at(summary, 1), nullptr);
    CHECK_NE(qfcsync_diff_result_method(made), QFCSYNC_DIFF_AUTO);
    REQUIRE_EQ(qfcsync_diff_result_note_count(made), 1);
    const auto* note = qfcsync_diff_result_note(made, 0);
    CHECK_EQ(std::string(note->table), "notes");
    CHECK_EQ(note->reason, QFCSYNC_NOTE_NO_KEY);
    CHECK_NE(std::string(note->text), "");
    CHECK_EQ(qfcsync_diff_result_note(made, 1), nullptr);
    CHECK_EQ(qfcsync_schema_operations_count(qfcsync_diff_result_schema_operations(made)), 0);
  }

  TEST_CASE("a note tells that a table without a key changed") {
    for (const bool is_changed : {false, true}) {
      const Databases files;
      if (is_changed) files.run("ours", "insert into notes values ('only ours')");
      Buffer out;
      const auto sink = out.sink();
      qfcsync_diff_result* made = nullptr;
      REQUIRE_OK(qfcsync_diff(&made, &sink, files.path("base").c_str(), files.path("ours").c_str(),
                              nullptr));
      const Owned<qfcsync_diff_result> result(made);
      REQUIRE_EQ(qfcsync_diff_result_note_count(made), 1);
      CHECK_EQ(qfcsync_diff_result_note(made, 0)->has_changes, is_changed ? 1 : 0);
    }
  }

  TEST_CASE("another schema is refused, or reported with its operations") {
    const Databases files;
    files.run("ours", "alter table trees add column photo text");
    Buffer out;
    const auto sink = out.sink();
    const auto diff = [&](qfcsync_diff_result** result, const qfcsync_diff_options& options) {
      return qfcsync_diff(result, &sink, files.path("base").c_str(), files.path("ours").c_str(),
                          &options);
    };
    qfcsync_diff_options options = QFCSYNC_DIFF_OPTIONS_INIT;
    CHECK_EQ(diff(nullptr, options), QFCSYNC_ERROR_SCHEMA_MISMATCH);
    CHECK_NE(std::string(qfcsync_last_error()->message).find("photo"), std::string::npos);
    CHECK_EQ(out.data, nullptr);

    options.schema_policy = QFCSYNC_SCHEMA_REPORT;
    qfcsync_diff_result* made = nullptr;
    REQUIRE_OK(diff(&made, options));
    const Owned<qfcsync_diff_result> result(made);
    const auto* operations = qfcsync_diff_result_schema_operations(made);
    REQUIRE_EQ(qfcsync_schema_operations_count(operations), 1);
    const auto* step = qfcsync_schema_operations_at(operations, 0);
    CHECK_EQ(step->kind, QFCSYNC_SCHEMA_ADD_COLUMN);
    CHECK_EQ(std::string(step->table), "trees");
    CHECK_EQ(std::string(step->column), "photo");
    CHECK_NE(std::string(step->text), "");
    CHECK_EQ(qfcsync_schema_operations_at(operations, 1), nullptr);
  }

  TEST_CASE("a manifest of base and the choice of tables give the same changeset") {
    const Databases files;
    Buffer expected;
    files.diff(expected, "ours");
    Buffer manifest;
    const auto manifest_sink = manifest.sink();
    REQUIRE_OK(
        qfcsync_manifest_write(&manifest_sink, files.path("base").c_str(), nullptr, nullptr));
    const auto manifest_source = manifest.source();
    const char* tables[] = {"trees"};
    qfcsync_diff_options options = QFCSYNC_DIFF_OPTIONS_INIT;
    options.manifest = &manifest_source;
    options.tables = tables;
    options.table_count = 1;
    Buffer out;
    const auto sink = out.sink();
    REQUIRE_OK(qfcsync_diff(nullptr, &sink, files.path("base").c_str(), files.path("ours").c_str(),
                            &options));
    CHECK_EQ(out.text(), expected.text());
  }

  TEST_CASE("progress can stop a diff") {
    const Databases files;
    int calls = 0;
    qfcsync_diff_options options = QFCSYNC_DIFF_OPTIONS_INIT;
    options.progress = stop;
    options.payload = &calls;
    Buffer out;
    const auto sink = out.sink();
    CHECK_EQ(qfcsync_diff(nullptr, &sink, files.path("base").c_str(), files.path("ours").c_str(),
                          &options),
             QFCSYNC_ERROR_CANCELLED);
    CHECK_EQ(calls, 1);
    CHECK_EQ(out.data, nullptr);
    CHECK_EQ(qfcsync_manifest_write(&sink, files.path("base").c_str(), stop, &calls),
             QFCSYNC_ERROR_CANCELLED);
    CHECK_EQ(calls, 2);
    CHECK_EQ(out.data, nullptr);
  }
}
