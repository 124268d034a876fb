// How fast deltas go into a GeoPackage: creates and patches in jobs of several sizes, each into a
// fresh file with ten attributes, an rtree and GDAL's triggers. The work of a server job: parse the
// deltafile, apply, make durable.
//
//   bench_apply_deltas [PrivateCopy|Journal]

#include <qfcsync/delta_applier.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/resource.h>

namespace {

using namespace qfcsync;
namespace fs = std::filesystem;

constexpr int kCounts[] = {1, 217, 2'000, 100'000};

// As GDAL 3.6 writes it.
constexpr const char* kSchema = R"(
PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
  identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT
  (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER);
CREATE TABLE gpkg_ogr_contents (table_name TEXT NOT NULL PRIMARY KEY, feature_count INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL);
CREATE TABLE "trees" ("fid" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "geom" POINT, "species" TEXT,
  "height" REAL, "girth" REAL, "count" INTEGER, "planted" DATE, "seen" DATETIME, "healthy" BOOLEAN,
  "note" TEXT, "photo" TEXT, "owner" TEXT);
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES
  ('trees', 'features', 'trees', 2056);
INSERT INTO gpkg_ogr_contents VALUES ('trees', 0);
INSERT INTO gpkg_geometry_columns VALUES ('trees', 'geom', 'POINT', 2056, 0, 0);
CREATE VIRTUAL TABLE "rtree_trees_geom" USING rtree(id, minx, maxx, miny, maxy);
CREATE TRIGGER "rtree_trees_geom_insert" AFTER INSERT ON "trees" WHEN (new."geom" NOT NULL AND NOT
  ST_IsEmpty(NEW."geom")) BEGIN INSERT OR REPLACE INTO "rtree_trees_geom" VALUES (NEW."fid",
  ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_trees_geom_update1" AFTER UPDATE OF "geom" ON "trees" WHEN OLD."fid" =
  NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN INSERT OR REPLACE INTO
  "rtree_trees_geom" VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"),
  ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_trees_geom_update3" AFTER UPDATE ON "trees" WHEN OLD."fid" != NEW."fid" AND
  (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN DELETE FROM "rtree_trees_geom" WHERE id =
  OLD."fid"; INSERT OR REPLACE INTO "rtree_trees_geom" VALUES (NEW."fid", ST_MinX(NEW."geom"),
  ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "trigger_insert_feature_count_trees" AFTER INSERT ON "trees" BEGIN UPDATE
  gpkg_ogr_contents SET feature_count = feature_count + 1 WHERE lower(table_name) = lower('trees');
  END;
CREATE TRIGGER "trigger_delete_feature_count_trees" AFTER DELETE ON "trees" BEGIN UPDATE
  gpkg_ogr_contents SET feature_count = feature_count - 1 WHERE lower(table_name) = lower('trees');
  END;
)";

fs::path make_file(const fs::path& folder) {
  fs::path file = folder / "trees.gpkg";
  fs::remove(file);
  sqlite3* database = nullptr;
  sqlite3_open(file.c_str(), &database);
  if (sqlite3_exec(database, kSchema, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(database));
  }
  sqlite3_close(database);
  return file;
}

std::string attributes(int i, double height) {
  return fmt::format(
      R"({{"fid":{},"species":"oak {}","height":{},"girth":{}.25,"count":{},"planted":"2001-04-01",)"
      R"("seen":"2026-03-01T14:05:09.120Z","healthy":true,"note":"a note of some length, number {}",)"
      R"("photo":null,"owner":"city"}})",
      i, i % 17, height, i % 300, i, i);
}

std::string geometry(int i, int shift) {
  return fmt::format("Point ({}.12345678918063641 {}.5)", 2'600'000 + (i * 7919) % 100'000 + shift,
                     1'200'000 + (i * 104'729) % 100'000);
}

std::string delta(int i, bool create) {
  const std::string head = fmt::format(
      R"({{"uuid":"00000000-0000-0000-0000-{:012}","method":"{}","localLayerId":"trees",)"
      R"("sourceLayerId":"trees","localPk":"{}","sourcePk":"{}",)"
      R"("clientId":"e0a4a1f2-8f23-4a8c-bd5c-0a1b2c3d4e5f",)",
      i, create ? "create" : "patch", i, create ? std::string() : std::to_string(i));
  if (create) {
    return fmt::format(R"({}"new":{{"geometry":"{}","attributes":{}}}}})", head, geometry(i, 0),
                       attributes(i, 11.5));
  }
  return fmt::format(
      R"({}"old":{{"geometry":"{}","attributes":{},"is_snapshot":true}},)"
      R"("new":{{"geometry":"{}","attributes":{{"height":12}},"is_snapshot":false}}}})",
      head, geometry(i, 0), attributes(i, 11.5), geometry(i, 3));
}

std::string deltafile(int count, bool create) {
  std::string text = R"({"version":"1.0","id":"f","project":"p","files":[],"deltas":[)";
  for (int i = 1; i <= count; ++i) {
    if (i > 1) text += ',';
    text += delta(i, create);
  }
  return text + "]}";
}

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

void measure(const fs::path& file, const std::string& text, const char* what, FileSafety safety) {
  const auto lookup = [&](std::string_view id) {
    EditLayer layer;
    layer.id = layer.name = layer.table = id;
    layer.file = file;
    return std::optional<EditLayer>(layer);
  };
  const auto start = std::chrono::steady_clock::now();
  const Deltafile parsed = parse_deltafile(text);
  const double parse_ms = ms_since(start);
  DeltaApplier applier(lookup, {ConflictPolicy::Report, safety, {}});
  for (const Delta& one : parsed.deltas) {
    const DeltaOutcome outcome = applier.apply(one);
    if (outcome.status != DeltaStatus::Applied) throw std::runtime_error(outcome.message);
  }
  applier.commit();
  const double ms = ms_since(start);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{:>8} {:<8} {:>10.1f} {:>10.1f} {:>12.0f} {:>10}\n", parsed.deltas.size(), what,
             parse_ms, ms, double(parsed.deltas.size()) * 1000 / ms, usage.ru_maxrss / 1024);
}

}  // namespace

int main(int argc, char** argv) {
  const bool journal = argc > 1 && std::string(argv[1]) == "Journal";
  const FileSafety safety = journal ? FileSafety::Journal : FileSafety::PrivateCopy;
  std::string name = (fs::temp_directory_path() / "qfcsync-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  fmt::print("{}\n{:>8} {:<8} {:>10} {:>10} {:>12} {:>10}\n", journal ? "Journal" : "PrivateCopy",
             "deltas", "kind", "parse ms", "all ms", "deltas/s", "peak MiB");
  for (const int count : kCounts) {
    const fs::path file = make_file(name);
    measure(file, deltafile(count, true), "creates", safety);
    measure(file, deltafile(count, false), "patches", safety);
  }
  fs::remove_all(name);
}
