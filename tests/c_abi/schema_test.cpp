#include "fixture.hpp"

using qfcsync::test::Buffer;
using qfcsync::test::Databases;
using qfcsync::test::Owned;

namespace {

Owned<qfcsync_schema> read(const Databases& files, const char* name) {
  qfcsync_schema* made = nullptr;
  REQUIRE_OK(qfcsync_schema_read(&made, files.path(name).c_str()));
  return Owned<qfcsync_schema>(made);
}

}  // namespace

TEST_SUITE("c_abi/schema") {
  TEST_CASE("a schema as JSON has its tables") {
    const Databases files;
    qfcsync_schema* made = nullptr;
    REQUIRE_OK(qfcsync_schema_read(&made, files.path("base").c_str()));
    const Owned<qfcsync_schema> schema(made);
    Buffer json;
    REQUIRE_OK(qfcsync_schema_to_json(&json, schema.get()));
    for (const char* part : {"\"fingerprint\"", "\"trees\"", "\"no_key\""}) {
      CAPTURE(part);
      CHECK_NE(json.text().find(part), std::string::npos);
    }
    CHECK_EQ(qfcsync_schema_to_json(&json, nullptr), QFCSYNC_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(qfcsync_schema_to_json(nullptr, schema.get()), QFCSYNC_ERROR_INVALID_ARGUMENT);
  }

  TEST_CASE("a schema lists tables, columns, notes and relations") {
    const Databases files;
    files.run("base",
              "create table photos (name text not null default 'x', tree integer "
              "references trees (fid), primary key (name)) without rowid");
    const auto schema = read(files, "base");
    REQUIRE_EQ(qfcsync_schema_table_count(schema.get()), 2);
    const auto* photos = qfcsync_schema_table(schema.get(), 0);
    CHECK_EQ(std::string(photos->name), "photos");
    CHECK_EQ(photos->column_count, 2);
    CHECK_EQ(photos->is_without_rowid, 1);
    CHECK_EQ(photos->has_integer_key, 0);
    CHECK_EQ(std::string(photos->geometry_column), "");
    const auto* name = qfcsync_schema_column(schema.get(), 0, 0);
    CHECK_EQ(std::string(name->name), "name");
    CHECK_EQ(name->key, 1);
    CHECK_EQ(name->not_null, 1);
    CHECK_EQ(std::string(name->default_sql), "'x'");
    const auto* trees = qfcsync_schema_table(schema.get(), 1);
    CHECK_EQ(trees->has_integer_key, 1);
    CHECK_EQ(qfcsync_schema_column(schema.get(), 1, 1)->default_sql, nullptr);
    CHECK_EQ(qfcsync_schema_table(schema.get(), 2), nullptr);
    CHECK_EQ(qfcsync_schema_column(schema.get(), 2, 0), nullptr);
    CHECK_EQ(qfcsync_schema_column(schema.get(), 0, 2), nullptr);

    REQUIRE_EQ(qfcsync_schema_note_count(schema.get()), 1);
    CHECK_EQ(std::string(qfcsync_schema_note(schema.get(), 0)->table), "notes");
    CHECK_EQ(qfcsync_schema_note(schema.get(), 1), nullptr);
    REQUIRE_EQ(qfcsync_schema_relation_count(schema.get()), 1);
    const auto* relation = qfcsync_schema_relation(schema.get(), 0);
    CHECK_EQ(std::string(relation->child_table), "photos");
    CHECK_EQ(std::string(relation->child_columns[0]), "tree");
    CHECK_EQ(std::string(relation->parent_table), "trees");
    CHECK_EQ(std::string(relation->parent_columns[0]), "fid");
    CHECK_EQ(relation->column_count, 1);
    CHECK_EQ(relation->origin, QFCSYNC_RELATION_DECLARED);
    CHECK_EQ(qfcsync_schema_relation(schema.get(), 1), nullptr);
  }

  TEST_CASE("comparing schemas names each step, and equal schemas have one fingerprint") {
    const Databases files;
    files.run("ours", "alter table trees add column photo text");
    const auto base = read(files, "base");
    const auto ours = read(files, "ours");
    const auto theirs = read(files, "theirs");
    CHECK_EQ(std::string(qfcsync_schema_fingerprint(base.get())),
             qfcsync_schema_fingerprint(theirs.get()));
    CHECK_NE(std::string(qfcsync_schema_fingerprint(base.get())),
             qfcsync_schema_fingerprint(ours.get()));
    qfcsync_schema_operations* made = nullptr;
    REQUIRE_OK(qfcsync_schema_compare(&made, base.get(), ours.get()));
    const Owned<qfcsync_schema_operations> steps(made);
    REQUIRE_EQ(qfcsync_schema_operations_count(made), 1);
    CHECK_EQ(qfcsync_schema_operations_at(made, 0)->kind, QFCSYNC_SCHEMA_ADD_COLUMN);
    CHECK_EQ(qfcsync_schema_compare(&made, base.get(), nullptr), QFCSYNC_ERROR_INVALID_ARGUMENT);
  }
}
