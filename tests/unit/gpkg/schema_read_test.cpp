#include <qfcsync/error.hpp>
#include <qfcsync/schema.hpp>

#include "support/temporary_folder.hpp"
#include "unit/gpkg/plain_sql.hpp"

#include <fstream>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::test;
using Columns = std::vector<std::string>;

namespace {

DatabaseSchema schema_after(const std::string& sql) {
  const TemporaryFolder folder;
  run_sql(folder / "x.gpkg", sql);
  return read_schema(folder / "x.gpkg");
}

std::vector<std::string> notes_of(const DatabaseSchema& schema) {
  std::vector<std::string> result;
  for (const TableNote& note : schema.notes) {
    result.push_back(note.table + ": " + std::string(to_string(note.reason)));
  }
  return result;
}

ErrorCode failure_of(const std::filesystem::path& file) {
  try {
    read_schema(file);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode{};
}

std::string file_of_bytes(const TemporaryFolder& folder, const std::string& bytes) {
  const auto path = folder / "bytes.gpkg";
  std::ofstream(path, std::ios::binary) << bytes;
  return path.string();
}

constexpr const char* kGeoPackage =
    "CREATE TABLE gpkg_spatial_ref_sys(srs_id INTEGER PRIMARY KEY);"
    "CREATE TABLE gpkg_contents(table_name TEXT PRIMARY KEY);"
    "CREATE TABLE gpkg_geometry_columns(table_name TEXT, column_name TEXT, geometry_type_name TEXT,"
    " srs_id INTEGER, z INT, m INT, PRIMARY KEY(table_name, column_name));"
    "CREATE TABLE gpkg_ogr_contents(table_name TEXT PRIMARY KEY, feature_count INT);"
    "CREATE TABLE gpkg_extensions(table_name TEXT);"
    "CREATE TABLE Trees(fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, Geom POINT, name TEXT);"
    "INSERT INTO gpkg_geometry_columns VALUES('trees','geom','point',2056,0,0);"
    "CREATE VIRTUAL TABLE rtree_Trees_Geom USING rtree(id, minx, maxx, miny, maxy);";

}  // namespace

TEST_SUITE("gpkg/schema_read") {
  TEST_CASE("columns come with type, key, NOT NULL and default, generated ones do not") {
    const DatabaseSchema schema = schema_after(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(20) NOT NULL DEFAULT 'x', b, g AS (a), s "
        "AS (b) STORED, c REAL DEFAULT (1+2))");
    REQUIRE(schema.tables.size() == 1);
    const TableSchema& table = schema.tables[0];
    CHECK(table.columns == std::vector<ColumnSchema>{{"id", "INTEGER", 1, false, std::nullopt},
                                                     {"a", "VARCHAR(20)", 0, true, "'x'"},
                                                     {"b", "", 0, false, std::nullopt},
                                                     {"c", "REAL", 0, false, "1+2"}});
    CHECK(table.has_integer_key);
    CHECK_FALSE(table.is_without_rowid);
  }

  TEST_CASE("only INTEGER PRIMARY KEY names the rowid") {
    CHECK(schema_after("CREATE TABLE t(k integer primary key)").tables[0].has_integer_key);
    CHECK(schema_after("CREATE TABLE t(k INTEGER, PRIMARY KEY(k DESC))").tables[0].has_integer_key);
    for (const char* sql :
         {"CREATE TABLE t(k INT PRIMARY KEY)", "CREATE TABLE t(k BIGINT PRIMARY KEY)",
          "CREATE TABLE t(k INTEGER PRIMARY KEY DESC)",
          "CREATE TABLE t(k INTEGER PRIMARY KEY) WITHOUT ROWID",
          "CREATE TABLE t(k TEXT PRIMARY KEY)",
          "CREATE TABLE t(k INTEGER, l INTEGER, PRIMARY KEY(k, l))"}) {
      INFO(sql);
      CHECK_FALSE(schema_after(sql).tables.at(0).has_integer_key);
    }
  }

  TEST_CASE("composite keys keep the order of the key") {
    const TableSchema table =
        schema_after("CREATE TABLE t(a, b, c, PRIMARY KEY(c, a)) WITHOUT ROWID").tables.at(0);
    CHECK(table.is_without_rowid);
    CHECK(table.columns[0].key == 2);
    CHECK(table.columns[1].key == 0);
    CHECK(table.columns[2].key == 1);
  }

  TEST_CASE("unique sets are those of constraints and plain indexes") {
    const TableSchema table =
        schema_after(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a UNIQUE, b, c, g AS (a), UNIQUE(c, b));"
            "CREATE UNIQUE INDEX i1 ON t(b); CREATE UNIQUE INDEX i2 ON t(c) WHERE c > 1;"
            "CREATE UNIQUE INDEX i3 ON t(lower(c)); CREATE INDEX i4 ON t(c); CREATE UNIQUE INDEX "
            "i5 "
            "ON t(id); CREATE UNIQUE INDEX i6 ON t(g); CREATE UNIQUE INDEX i7 ON t(b DESC)")
            .tables.at(0);
    CHECK(table.unique == std::vector<Columns>{{"a"}, {"b"}, {"c", "b"}});
    CHECK(schema_after("CREATE TABLE t(a TEXT PRIMARY KEY, b)").tables.at(0).unique.empty());
  }

  TEST_CASE("declared foreign keys are resolved to stored names, omitted columns to the key") {
    const DatabaseSchema schema = schema_after(
        "CREATE TABLE Parent(Id INTEGER PRIMARY KEY, x UNIQUE);"
        "CREATE TABLE pair(a, b, PRIMARY KEY(b, a));"
        "CREATE TABLE child(id INTEGER PRIMARY KEY, p INT REFERENCES parent, q REFERENCES "
        "parent(X), u, v, w REFERENCES nowhere(id), FOREIGN KEY(U, v) REFERENCES pair)");
    REQUIRE(schema.relations.size() == 3);
    using Origin = Relation::Origin;
    CHECK(schema.relations[0] == Relation{"child", {"p"}, "Parent", {"Id"}, Origin::Declared});
    CHECK(schema.relations[1] == Relation{"child", {"q"}, "Parent", {"x"}, Origin::Declared});
    CHECK(schema.relations[2] ==
          Relation{"child", {"u", "v"}, "pair", {"b", "a"}, Origin::Declared});
  }

  TEST_CASE("related tables give a relation for each side of the mapping table") {
    const DatabaseSchema schema = schema_after(
        std::string(kGeoPackage) +
        "CREATE TABLE photos(id INTEGER PRIMARY KEY, image BLOB);"
        "CREATE TABLE trees_photos(id INTEGER PRIMARY KEY, base_id INT, related_id INT);"
        "CREATE TABLE gpkgext_relations(id INTEGER PRIMARY KEY, base_table_name, "
        "base_primary_column, related_table_name, related_primary_column, relation_name, "
        "mapping_table_name);"
        "INSERT INTO gpkgext_relations VALUES(1,'trees','FID','photos','id','media',"
        "'trees_photos'),(2,'without','fid','photos','id','media','trees_photos')");
    using Origin = Relation::Origin;
    REQUIRE(schema.relations.size() == 2);
    CHECK(schema.relations[0] ==
          Relation{"trees_photos", {"base_id"}, "Trees", {"fid"}, Origin::RelatedTables});
    CHECK(schema.relations[1] ==
          Relation{"trees_photos", {"related_id"}, "photos", {"id"}, Origin::RelatedTables});
    CHECK(schema.find("gpkgext_relations") != nullptr);
  }

  TEST_CASE("geometry columns are those that the GeoPackage names, spelled as in the table") {
    const TableSchema table = *schema_after(kGeoPackage).find("Trees");
    CHECK(table.geometry_column == "Geom");
    CHECK(table.geometry_type == "POINT");
    CHECK(table.srs_id == 2056);
  }

  TEST_CASE("system tables and spatial indexes are no news") {
    const DatabaseSchema schema = schema_after(kGeoPackage);
    CHECK(schema.tables.size() == 1);
    CHECK(notes_of(schema).empty());
  }

  TEST_CASE("tables of users with reserved-looking names are compared or noted") {
    const DatabaseSchema schema = schema_after(
        std::string(kGeoPackage) +
        "CREATE TABLE gpkg_mine(id INTEGER PRIMARY KEY); CREATE TABLE gpkg_keyless(x);"
        "CREATE TABLE rtree_mine(id INTEGER PRIMARY KEY); CREATE TABLE rtree_x_node(nodeno INTEGER "
        "PRIMARY KEY, data); CREATE VIRTUAL TABLE rtree_gone_geom USING rtree(id, a, b);"
        "CREATE VIEW gpkg_view AS SELECT 1; CREATE TABLE rtree_trees_geom_extra(id INTEGER PRIMARY "
        "KEY)");
    std::vector<std::string> names;
    for (const TableSchema& table : schema.tables) names.push_back(table.name);
    CHECK(names ==
          Columns{"Trees", "gpkg_mine", "rtree_mine", "rtree_trees_geom_extra", "rtree_x_node"});
    CHECK(notes_of(schema) == Columns{"gpkg_keyless: no_key", "gpkg_view: view",
                                      "rtree_gone_geom: virtual", "rtree_gone_geom_node: derived",
                                      "rtree_gone_geom_parent: derived",
                                      "rtree_gone_geom_rowid: derived"});
  }

  TEST_CASE("a table that hides what SQLite says about tables is refused") {
    const TemporaryFolder folder;
    const auto path = folder / "a.db";
    run_sql(path,
            "CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE pragma_table_list(schema, name, "
            "type, wr, strict)");
    CHECK(failure_of(path) == ErrorCode::Unsupported);
  }

  TEST_CASE("what is no readable database is refused by name") {
    const TemporaryFolder folder;
    CHECK(failure_of(folder / "none.gpkg") == ErrorCode::NotFound);
    CHECK(failure_of(folder.path()) == ErrorCode::NotFound);
    CHECK(failure_of(file_of_bytes(folder, "")) == ErrorCode::Corrupt);
    CHECK(failure_of(file_of_bytes(folder, std::string(4096, 'x'))) == ErrorCode::Corrupt);
    std::string noise;
    std::uint64_t state = 42;
    while (noise.size() < 8192) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      noise += static_cast<char>(state >> 56);
    }
    CHECK(failure_of(file_of_bytes(folder, noise)) == ErrorCode::Unsupported);
    CHECK(failure_of(file_of_bytes(folder, noise + "x")) == ErrorCode::Corrupt);
    run_sql(folder / "cut.gpkg", "CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE u(x)");
    std::filesystem::resize_file(folder / "cut.gpkg", 1000);
    CHECK(failure_of(folder / "cut.gpkg") == ErrorCode::Corrupt);
  }

  TEST_CASE("names with quotes, question marks and percent signs are names") {
    const TemporaryFolder folder;
    const auto path = folder / "a?b%20c#d'e\".gpkg";
    run_sql(path, "CREATE TABLE \"t\"\"x y\"(\"k 'q\" INTEGER PRIMARY KEY)");
    CHECK(read_schema(path).tables.at(0).name == "t\"x y");
    CHECK(read_schema(path).tables.at(0).columns.at(0).name == "k 'q");
  }
}
