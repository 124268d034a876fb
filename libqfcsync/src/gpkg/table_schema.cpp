#include "gpkg/table_schema.hpp"

#include <algorithm>
#include <cctype>

namespace qfcsync::gpkg {
namespace {

constexpr std::string_view kSystemTables = R"sql(
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE,
  min_y DOUBLE,
  max_x DOUBLE,
  max_y DOUBLE,
  srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_ogr_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  feature_count INTEGER DEFAULT NULL
);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined',
   'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined',
   'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326,
   'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG",' ||
   '"7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],' ||
   'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],' ||
   'AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]',
   'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');
)sql";

bool starts_with_any(const std::string& text, std::initializer_list<const char*> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const char* prefix) { return text.rfind(prefix, 0) == 0; });
}

// Length as in TEXT(255) or TEXT ( 255 ); digits only, so that nothing else gets into our SQL.
std::string width_of(const std::string& declared) {
  const std::size_t open = declared.find('(');
  if (open == std::string::npos) return {};
  std::string digits;
  for (std::size_t i = open + 1; i < declared.size() && digits.size() < 9; ++i) {
    const auto c = static_cast<unsigned char>(declared[i]);
    if (std::isdigit(c) != 0)
      digits += declared[i];
    else if (c != ' ')
      break;
  }
  return digits.empty() ? std::string() : "(" + digits + ")";
}

std::string text_literal(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    result += c;
  }
  return result + "'";
}

}  // namespace

std::string_view system_tables_sql() { return kSystemTables; }

std::string packaged_type(const std::string& declared) {
  if (starts_with_any(declared, {"BOOL"})) return "BOOLEAN";
  if (starts_with_any(declared, {"TINYINT", "SMALLINT", "MEDIUMINT"})) return "MEDIUMINT";
  if (starts_with_any(declared, {"INT", "BIGINT"})) return "INTEGER";
  if (starts_with_any(declared, {"FLOAT", "DOUBLE", "REAL"})) return "REAL";
  if (declared == "DATE" || declared == "DATETIME") return declared;
  // Text would be the reference's choice for bytes too, but a device could not give them back.
  if (starts_with_any(declared, {"BLOB"})) return "BLOB";
  return "TEXT" + width_of(declared);
}

std::string create_table_sql(const PackagedTable& table, const TableInfo& source) {
  std::string sql = "CREATE TABLE " + sql_name(table.name) + " (" + sql_name(table.key) +
                    " INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL";
  if (!table.geometry.empty()) {
    std::string type = source.geometry_type;
    // The type name comes from the source file and is no place for anything but letters.
    type.erase(std::remove_if(type.begin(), type.end(),
                              [](unsigned char c) { return std::isalpha(c) == 0; }),
               type.end());
    sql += ", " + sql_name(table.geometry) + " " + (type.empty() ? "GEOMETRY" : type);
  }
  if (!source.key.empty()) sql += ", " + sql_name(source.key) + " INTEGER";
  for (const ColumnInfo& column : source.columns) {
    sql += ", " + sql_name(column.name) + " " + packaged_type(column.type);
  }
  return sql + ")";
}

std::vector<std::string> rtree_triggers_sql(const PackagedTable& table) {
  const std::string t = sql_name(table.name);
  const std::string g = sql_name(table.geometry);
  const std::string i = sql_name(table.key);
  const std::string stem = "rtree_" + table.name + "_" + table.geometry;
  const std::string r = sql_name(stem);
  const auto name = [&](const char* suffix) { return sql_name(stem + suffix); };
  const std::string filled = fmt::format("(NEW.{0} NOTNULL AND NOT ST_IsEmpty(NEW.{0}))", g);
  const std::string empty = fmt::format("(NEW.{0} ISNULL OR ST_IsEmpty(NEW.{0}))", g);
  const std::string put = fmt::format(
      "INSERT OR REPLACE INTO {0} VALUES (NEW.{1}, ST_MinX(NEW.{2}), ST_MaxX(NEW.{2}), "
      "ST_MinY(NEW.{2}), ST_MaxY(NEW.{2}));",
      r, i, g);
  const std::string drop = fmt::format("DELETE FROM {} WHERE id = OLD.{};", r, i);
  return {
      fmt::format("CREATE TRIGGER {} AFTER INSERT ON {} WHEN {} BEGIN {} END", name("_insert"), t,
                  filled, put),
      fmt::format("CREATE TRIGGER {} AFTER UPDATE OF {} ON {} WHEN OLD.{} = NEW.{} AND {} "
                  "BEGIN {} END",
                  name("_update1"), g, t, i, i, filled, put),
      fmt::format("CREATE TRIGGER {} AFTER UPDATE OF {} ON {} WHEN OLD.{} = NEW.{} AND {} "
                  "BEGIN {} END",
                  name("_update2"), g, t, i, i, empty, drop),
      fmt::format("CREATE TRIGGER {} AFTER UPDATE ON {} WHEN OLD.{} != NEW.{} AND {} "
                  "BEGIN {} {} END",
                  name("_update3"), t, i, i, filled, drop, put),
      fmt::format("CREATE TRIGGER {} AFTER UPDATE ON {} WHEN OLD.{} != NEW.{} AND {} "
                  "BEGIN DELETE FROM {} WHERE id IN (OLD.{}, NEW.{}); END",
                  name("_update4"), t, i, i, empty, r, i, i),
      fmt::format("CREATE TRIGGER {} AFTER DELETE ON {} WHEN OLD.{} NOT NULL BEGIN {} END",
                  name("_delete"), t, g, drop),
  };
}

std::vector<std::string> count_triggers_sql(const PackagedTable& table) {
  const auto trigger = [&](const char* event, const char* step) {
    return fmt::format(
        "CREATE TRIGGER {} AFTER {} ON {} BEGIN UPDATE gpkg_ogr_contents SET feature_count = "
        "feature_count {} WHERE lower(table_name) = lower({}); END",
        sql_name(fmt::format("trigger_{}_feature_count_{}", event, table.name)), event,
        sql_name(table.name), step, text_literal(table.name));
  };
  return {trigger("insert", "+ 1"), trigger("delete", "- 1")};
}

}  // namespace qfcsync::gpkg
