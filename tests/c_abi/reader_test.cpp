#include "fixture.hpp"

using qfcsync::test::Buffer;
using qfcsync::test::Databases;
using qfcsync::test::Owned;
using qfcsync::test::to_text;

namespace {

Owned<qfcsync_changeset_reader> open(const qfcsync_source& source) {
  qfcsync_changeset_reader* made = nullptr;
  REQUIRE_OK(qfcsync_changeset_reader_new(&made, &source));
  return Owned<qfcsync_changeset_reader>(made);
}

bool next(qfcsync_changeset_reader* reader) {
  int has_change = -1;
  REQUIRE_OK(qfcsync_changeset_reader_next(&has_change, reader));
  return has_change == 1;
}

}  // namespace

TEST_SUITE("c_abi/reader") {
  TEST_CASE("a reader gives operation, table, columns and values of every change") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    const auto owner = open(changes.source());
    auto* reader = owner.get();
    CHECK_EQ(qfcsync_changeset_reader_operation(reader), 0);
    CHECK_EQ(std::string(qfcsync_changeset_reader_table(reader)), "");

    std::string seen;
    while (next(reader)) {
      REQUIRE_EQ(qfcsync_changeset_reader_column_count(reader), 3);
      CHECK_EQ(std::string(qfcsync_changeset_reader_table(reader)), "trees");
      CHECK_EQ(std::string(qfcsync_changeset_reader_column_name(reader, 1)), "species");
      CHECK_NE(qfcsync_changeset_reader_column_key(reader, 0), 0);
      CHECK_EQ(qfcsync_changeset_reader_column_key(reader, 1), 0);
      CHECK_EQ(qfcsync_changeset_reader_is_indirect(reader), 0);
      seen += qfcsync_operation_name(qfcsync_changeset_reader_operation(reader));
      for (std::size_t i = 0; i < 3; ++i) {
        seen += " | " + to_text(qfcsync_changeset_reader_old_value(reader, i)) + " > " +
                to_text(qfcsync_changeset_reader_new_value(reader, i));
      }
      seen += '\n';
    }
    CHECK_EQ(seen,
             "insert | undefined > integer 4 | undefined > text ash | undefined > null\n"
             "delete | integer 2 > undefined | text lime > undefined | real 9.00 > undefined\n"
             "update | integer 1 > undefined | text oak > text red oak | real 11.5 > real 12.5\n");
    CHECK_NE(std::string(qfcsync_changeset_reader_tool_version(reader)).find(qfcsync_version()),
             std::string::npos);
    CHECK_EQ(std::string(qfcsync_changeset_reader_schema_fingerprint(reader)).size(), 64);
    CHECK_FALSE(next(reader));
  }

  TEST_CASE("the envelope has tables, relations and largest keys") {
    const Databases files;
    for (const char* name : {"base", "ours"}) {
      files.run(name,
                "create table photos (id text primary key, tree integer references trees (fid),"
                " page integer, unique (tree, page))");
    }
    Buffer changes;
    files.diff(changes, "ours");
    const auto owner = open(changes.source());
    CHECK_EQ(qfcsync_changeset_reader_schema(owner.get()), nullptr);  // not read yet
    REQUIRE(next(owner.get()));
    const auto* schema = qfcsync_changeset_reader_schema(owner.get());
    REQUIRE_NE(schema, nullptr);
    REQUIRE_EQ(qfcsync_schema_table_count(schema), 2);
    CHECK_EQ(std::string(qfcsync_schema_table(schema, 1)->name), "trees");
    REQUIRE_EQ(qfcsync_schema_relation_count(schema), 1);
    REQUIRE_EQ(qfcsync_schema_unique_count(schema, 0), 1);
    const auto* unique = qfcsync_schema_unique(schema, 0, 0);
    REQUIRE_EQ(unique->column_count, 2);
    CHECK_EQ(std::string(unique->columns[1]), "page");
    CHECK_EQ(qfcsync_schema_unique(schema, 0, 1), nullptr);
    CHECK_EQ(qfcsync_schema_unique_count(schema, 1), 0);
    REQUIRE_EQ(qfcsync_changeset_reader_max_key_count(owner.get()), 1);
    const auto* largest = qfcsync_changeset_reader_max_key(owner.get(), 0);
    CHECK_EQ(std::string(largest->table), "trees");
    CHECK_EQ(largest->key, 4);  // of both sides: ours inserted it
    CHECK_EQ(qfcsync_changeset_reader_max_key(owner.get(), 1), nullptr);
  }

  TEST_CASE("columns out of range and readers without a change give nothing") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    const auto owner = open(changes.source());
    REQUIRE(next(owner.get()));
    CHECK_EQ(to_text(qfcsync_changeset_reader_old_value(owner.get(), 3)), "undefined");
    CHECK_EQ(to_text(qfcsync_changeset_reader_new_value(owner.get(), SIZE_MAX)), "undefined");
    CHECK_EQ(std::string(qfcsync_changeset_reader_column_name(owner.get(), 3)), "");
    CHECK_EQ(qfcsync_changeset_reader_column_key(owner.get(), 3), 0);
    while (next(owner.get())) {
    }
    CHECK_EQ(qfcsync_changeset_reader_column_count(owner.get()), 0);
    CHECK_EQ(to_text(qfcsync_changeset_reader_old_value(owner.get(), 0)), "undefined");
  }

  TEST_CASE("a changeset without envelope has no names") {
    const Databases files;
    qfcsync_diff_options options = QFCSYNC_DIFF_OPTIONS_INIT;
    options.with_envelope = 0;
    Buffer changes;
    const auto sink = changes.sink();
    REQUIRE_OK(qfcsync_diff(nullptr, &sink, files.path("base").c_str(), files.path("ours").c_str(),
                            &options));
    const auto owner = open(changes.source());
    REQUIRE(next(owner.get()));
    CHECK_EQ(std::string(qfcsync_changeset_reader_column_name(owner.get(), 0)), "");
    CHECK_EQ(std::string(qfcsync_changeset_reader_tool_version(owner.get())), "");
    CHECK_EQ(std::string(qfcsync_changeset_reader_base_id(owner.get())), "");
  }

  TEST_CASE("a changeset that is cut off is Corrupt, and the reader stands on no change") {
    const Databases files;
    Buffer changes;
    files.diff(changes, "ours");
    const auto owner = open(qfcsync_source_from_memory(changes.data, changes.size - 3));
    int code = QFCSYNC_OK;
    int has_change = 1;
    while (code == QFCSYNC_OK && has_change == 1) {
      code = qfcsync_changeset_reader_next(&has_change, owner.get());
    }
    CHECK_EQ(code, QFCSYNC_ERROR_CORRUPT);
    CHECK_EQ(qfcsync_changeset_reader_column_count(owner.get()), 0);
  }
}
