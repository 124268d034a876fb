// Packaging for the field: one GeoPackage layer of points with ten attributes to data.gpkg.
//
// Workload: 100,000 and 1,000,000 points in EPSG:2056, uniformly random (seed 1) in a box of
// 300 x 200 km; two 64-bit integers, two reals, three texts, a date, a date-time, a boolean.
// The package is made in a child process, so that memory is that of packaging alone.
//
//   bench_package [rows...]

#include <qfcsync/project.hpp>

#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

constexpr double kMegabyte = 1024.0 * 1024.0;

std::string point_blob(double x, double y) {
  std::string blob("GP\0\1\x08\x08\0\0\1\1\0\0\0", 13);  // srs 2056, WKB point, little-endian
  blob.resize(13 + 2 * sizeof(double));
  std::memcpy(blob.data() + 13, &x, sizeof x);
  std::memcpy(blob.data() + 21, &y, sizeof y);
  return blob;
}

void create_tables(SQLite::Database& database) {
  database.exec(
      "PRAGMA application_id = 0x47504B47; PRAGMA user_version = 10300; PRAGMA synchronous = OFF;"
      "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, "
      "organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT "
      "NULL, description TEXT);"
      "INSERT INTO gpkg_spatial_ref_sys VALUES ('LV95', 2056, 'EPSG', 2056, 'undefined', '');"
      "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, "
      "identifier "
      "TEXT UNIQUE, description TEXT, last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, "
      "max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);"
      "INSERT INTO gpkg_contents (table_name, data_type, last_change, srs_id) VALUES ('trees', "
      "'features', '2026-01-01T00:00:00.000Z', 2056);"
      "CREATE TABLE gpkg_geometry_columns (table_name TEXT PRIMARY KEY, column_name TEXT, "
      "geometry_type_name TEXT, srs_id INTEGER, z TINYINT, m TINYINT);"
      "INSERT INTO gpkg_geometry_columns VALUES ('trees', 'geom', 'POINT', 2056, 0, 0);"
      "CREATE TABLE trees (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POINT, code "
      "INTEGER, "
      "owner INTEGER, height REAL, girth REAL, name TEXT, species TEXT(40), remark TEXT, planted "
      "DATE, seen DATETIME, healthy BOOLEAN)");
}

void generate(const fs::path& file, int rows) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  create_tables(database);
  database.exec("BEGIN");
  SQLite::Statement insert(
      database,
      "INSERT INTO trees VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'seen from the road', "
      "'2026-03-01', '2026-03-01T12:00:00.000Z', ?)");
  std::mt19937_64 random(1);
  const auto share = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  for (int row = 1; row <= rows; ++row) {
    const double x = 2'500'000 + 300'000 * share();
    const double y = 1'100'000 + 200'000 * share();
    insert.bind(1, row);
    const std::string blob = point_blob(x, y);
    insert.bind(2, blob.data(), static_cast<int>(blob.size()));
    insert.bind(3, 10 * row);
    insert.bind(4, static_cast<int>(random() % 1000));
    insert.bind(5, 40 * share());
    insert.bind(6, 5 * share());
    insert.bind(7, fmt::format("tree number {}", row));
    insert.bind(8, fmt::format("species {}", random() % 50));
    insert.bind(9, row % 2);
    insert.exec();
    insert.reset();
  }
  database.exec("COMMIT");
}

void write_project(const fs::path& file) {
  std::ofstream(file)
      << "<qgis version=\"3.44.7\"><layer-tree-group/><projectlayers><maplayer "
         "type=\"vector\" geometry=\"Point\" wkbType=\"Point\"><id>trees</id>"
         "<datasource>./trees.gpkg|layername=trees</datasource><layername>Trees"
         "</layername><srs><spatialrefsys><authid>EPSG:2056</authid></spatialrefsys>"
         "</srs><provider encoding=\"UTF-8\">ogr</provider></maplayer>"
         "</projectlayers><properties/></qgis>";
}

int package(const fs::path& folder, int rows) {
  const auto start = std::chrono::steady_clock::now();
  const auto project = qfcsync::Project::open(folder / "in/p.qgs");
  qfcsync::package_project(project, folder / "out");
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto bytes = static_cast<double>(fs::file_size(folder / "out" / "data.gpkg"));
  fmt::print("{:>9} rows {:6.2f} s {:>9.0f} rows/s {:5.1f} MB peak RSS {:6.1f} MB data.gpkg\n",
             rows, seconds, rows / seconds, static_cast<double>(usage.ru_maxrss) / 1024.0,
             bytes / kMegabyte);
  std::fflush(stdout);
  return 0;
}

bool run(int rows) {
  std::string pattern = (fs::temp_directory_path() / "qfcsync-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return false;
  const fs::path folder = pattern;
  // Both steps in children: what one has allocated must not count for the other.
  int status = 0;
  if (fork() == 0) {
    fs::create_directory(folder / "in");
    generate(folder / "in/trees.gpkg", rows);
    write_project(folder / "in/p.qgs");
    _exit(0);
  }
  wait(&status);
  if (status == 0 && fork() == 0) _exit(package(folder, rows));
  wait(&status);
  fs::remove_all(folder);
  return status == 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<int> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::stoi(argv[i]));
  if (sizes.empty()) sizes = {100'000, 1'000'000};
  for (const int rows : sizes) {
    if (!run(rows)) return 1;
  }
  return 0;
}
