#include <qfcsync/schema.hpp>

#include <doctest/doctest.h>

using namespace qfcsync;
using Kind = SchemaOperation::Kind;

namespace {

TableSchema trees() {
  TableSchema table;
  table.name = "trees";
  table.columns = {{"fid", "INTEGER", 1, true, std::nullopt},
                   {"geom", "POINT", 0, false, std::nullopt},
                   {"name", "TEXT", 0, false, std::nullopt},
                   {"height", "REAL", 0, false, "0"}};
  table.has_integer_key = true;
  table.geometry_column = "geom";
  table.geometry_type = "POINT";
  table.srs_id = 2056;
  return table;
}

DatabaseSchema schema_of(std::vector<TableSchema> tables) {
  DatabaseSchema schema;
  schema.tables = std::move(tables);
  return schema;
}

TableSchema named(std::string name) {
  TableSchema table = trees();
  table.name = std::move(name);
  return table;
}

std::vector<std::string> texts(const TableSchema& base, const TableSchema& modified) {
  std::vector<std::string> result;
  for (const auto& operation : compare_schemas(schema_of({base}), schema_of({modified}))) {
    result.push_back(to_string(operation));
  }
  // Rows can be exchanged exactly when there is nothing to do.
  CHECK(result.empty() == (fingerprint(schema_of({base})) == fingerprint(schema_of({modified}))));
  return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_SUITE("model/schema") {
  TEST_CASE("tables and columns are found by exact name") {
    const DatabaseSchema schema = schema_of({named("a"), named("b"), named("c")});
    CHECK(schema.find("b") == &schema.tables[1]);
    CHECK(schema.find("B") == nullptr);
    CHECK(schema.find("") == nullptr);
    CHECK(trees().find("name") == 2);
    CHECK_FALSE(trees().find("NAME"));
  }

  TEST_CASE("equal schemas have no operations and one fingerprint of 64 digits") {
    CHECK(texts(trees(), trees()).empty());
    CHECK(fingerprint(schema_of({trees()})).size() == 64);
    TableSchema other = trees();
    other.columns[2].type = "text";
    other.unique = {{"name"}};
    other.is_without_rowid = true;
    CHECK(texts(trees(), other).empty());
  }

  TEST_CASE("names that contain separators do not give the fingerprint of other schemas") {
    TableSchema one = trees();
    one.columns[2].name = "name\n4:TEXT";
    CHECK(fingerprint(schema_of({one})) != fingerprint(schema_of({trees()})));
  }

  TEST_CASE("added and dropped columns are named with their declaration") {
    TableSchema other = trees();
    other.columns.push_back({"kind", "", 0, true, "'x'"});
    CHECK(texts(trees(), other) ==
          Texts{"table trees: column kind added (any type NOT NULL DEFAULT 'x')"});
    CHECK(texts(other, trees()) ==
          Texts{"table trees: column kind dropped (any type NOT NULL DEFAULT 'x')"});
  }

  TEST_CASE("a column of the same place and shape is renamed, of another shape it is new") {
    TableSchema other = trees();
    other.columns[2].name = "label";
    CHECK(texts(trees(), other) == Texts{"table trees: column name renamed to label"});
    other.columns[2].type = "INTEGER";
    CHECK(texts(trees(), other) == Texts{"table trees: column name dropped (TEXT)",
                                         "table trees: column label added (INTEGER)"});
    other = trees();
    other.columns.erase(other.columns.begin() + 2);
    other.columns.push_back({"label", "TEXT", 0, false, std::nullopt});
    CHECK(texts(trees(), other) == Texts{"table trees: column name dropped (TEXT)",
                                         "table trees: column label added (TEXT)"});
  }

  TEST_CASE("several columns renamed side by side keep their pairs") {
    TableSchema other = trees();
    other.columns[1].name = other.geometry_column = "shape";
    other.columns[2].name = "label";
    CHECK(texts(trees(), other) == Texts{"table trees: column geom renamed to shape",
                                         "table trees: column name renamed to label"});
  }

  TEST_CASE("type, NOT NULL, default and key of a column are changes of its type") {
    TableSchema other = trees();
    other.columns[3].type = "INTEGER";
    CHECK(texts(trees(), other) ==
          Texts{"table trees: column height changed from REAL DEFAULT 0 to INTEGER DEFAULT 0"});
    other = trees();
    other.columns[3].default_sql.reset();
    CHECK(texts(trees(), other).size() == 1);
    other = trees();
    other.columns[2].key = 2;
    CHECK(texts(trees(), other) ==
          Texts{"table trees: column name changed from TEXT to TEXT KEY 2"});
  }

  TEST_CASE("another reference system or geometry type is a change of the geometry column") {
    TableSchema other = trees();
    other.srs_id = 4326;
    CHECK(
        texts(trees(), other) ==
        Texts{"table trees: column geom changed from geom: POINT in 2056 to geom: POINT in 4326"});
    other.geometry_column.clear();
    CHECK(texts(trees(), other) ==
          Texts{"table trees: column geom changed from geom: POINT in 2056 to no geometry"});
  }

  TEST_CASE("columns in another order are one operation") {
    TableSchema other = trees();
    std::swap(other.columns[2], other.columns[3]);
    CHECK(texts(trees(), other) == Texts{"table trees: columns reordered from (fid, geom, name, "
                                         "height) to (fid, geom, height, name)"});
  }

  TEST_CASE("a table of the same shape is renamed, unless that would be a guess") {
    CHECK(texts(trees(), named("bushes")) == Texts{"table trees renamed to bushes"});
    const auto operations =
        compare_schemas(schema_of({named("a"), named("b")}), schema_of({named("c")}));
    REQUIRE(operations.size() == 3);
    CHECK(operations[0].kind == Kind::DropTable);
    CHECK(operations[1].kind == Kind::DropTable);
    CHECK(operations[2].kind == Kind::AddTable);
    CHECK(to_string(operations[2]) ==
          "table c added (fid INTEGER NOT NULL KEY 1, geom POINT, name TEXT, height REAL DEFAULT "
          "0)");
  }

  TEST_CASE("every kind and reason has a word") {
    CHECK(to_string(Kind::ReorderColumns) == "reorder_columns");
    CHECK(to_string(TableNote::Reason::NoKey) == "no_key");
    CHECK(to_string(TableNote::Reason::Different) == "different");
  }
}
