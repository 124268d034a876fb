#include "gpkg/table_package.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "gpkg/table_authorizer.hpp"
#include "gpkg/table_rtree.hpp"

#include <exception>

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

namespace qfcsync::gpkg {
namespace {

constexpr int kTickInstructions = 200'000;
constexpr int kTickRows = 20'000;

using base::same_name;

// "fid", else "fid_1", "fid_2", ...: the first that nothing else is called.
std::string free_name(const std::string& stem, const TableInfo& source,
                      const std::vector<std::string>& taken) {
  const auto is_taken = [&](const std::string& name) {
    const auto same = [&](const std::string& other) { return same_name(name, other); };
    return same(source.key) || std::any_of(taken.begin(), taken.end(), same) ||
           std::any_of(source.columns.begin(), source.columns.end(),
                       [&](const ColumnInfo& column) { return same(column.name); });
  };
  std::string name = stem;
  for (int number = 1; is_taken(name); ++number) name = fmt::format("{}_{}", stem, number);
  return name;
}

void in_box(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* box = static_cast<const Envelope*>(sqlite3_user_data(context));
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(values[0]));
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
  const auto envelope = bytes == nullptr ? std::nullopt : blob_envelope({bytes, size});
  sqlite3_result_int(context, envelope && envelope->intersects(*box) ? 1 : 0);
}

void set_srs_id(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(values[0]));
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
  if (bytes == nullptr || size < 8) return sqlite3_result_value(context, values[0]);
  std::string blob(bytes, size);
  const auto id = static_cast<std::uint32_t>(sqlite3_value_int(values[1]));
  const bool little = (blob[3] & 1) != 0;
  for (int i = 0; i < 4; ++i) blob[4 + i] = static_cast<char>(id >> (8 * (little ? i : 3 - i)));
  sqlite3_result_blob(context, blob.data(), static_cast<int>(blob.size()), SQLITE_TRANSIENT);
}

std::string column_list(const PackagedTable& table, const TableInfo& source) {
  std::string list;
  const auto append = [&](const std::string& name) {
    list += (list.empty() ? "" : ", ") + sql_name(name);
  };
  if (!table.geometry.empty()) append(table.geometry);
  if (!source.key.empty()) append(source.key);
  for (const ColumnInfo& column : source.columns) append(column.name);
  return list;
}

}  // namespace

struct PackageFile::Impl {
  Impl(const std::filesystem::path& file, Tick wanted_tick)
      : database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_URI),
        tick(std::move(wanted_tick)) {
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    database.exec(
        "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        "PRAGMA main.locking_mode = EXCLUSIVE; PRAGMA cache_size = -4096;"
        "PRAGMA application_id = 0x47504B47; PRAGMA user_version = 10300");
    database.exec("BEGIN; " + std::string(system_tables_sql()) + "COMMIT;");
    sqlite3_progress_handler(database.getHandle(), kTickInstructions, on_progress, this);
  }

  static int on_progress(void* self) {
    auto* impl = static_cast<Impl*>(self);
    try {
      impl->tick();
      return 0;
    } catch (...) {
      impl->stopped = std::current_exception();
      return 1;
    }
  }

  // A row in our table of reference systems that is equal to the source's; its id can differ when
  // two sources use one id for different systems.
  int take_srs(int id) {
    SQLite::Statement source(database,
                             "SELECT srs_name, organization, organization_coordsys_id, definition, "
                             "description FROM src.gpkg_spatial_ref_sys WHERE srs_id = ?");
    source.bind(1, id);
    if (id <= 0 || !source.executeStep()) return id < 0 ? -1 : 0;
    for (int candidate = id;; candidate = candidate < 100'000 ? 100'000 : candidate + 1) {
      SQLite::Statement same(database,
                             "SELECT (organization = ?2 COLLATE NOCASE AND "
                             "organization_coordsys_id = ?3 AND (?1 = 4326 OR definition = ?4)) "
                             "FROM main.gpkg_spatial_ref_sys WHERE srs_id = ?1");
      same.bind(1, candidate);
      same.bind(2, source.getColumn(1).getString());
      same.bind(3, source.getColumn(2).getInt());
      same.bind(4, source.getColumn(3).getString());
      if (!same.executeStep()) {
        insert_srs(source, candidate);
        return candidate;
      }
      if (same.getColumn(0).getInt() != 0) return candidate;
    }
  }

  void insert_srs(SQLite::Statement& source, int id) {
    SQLite::Statement insert(database,
                             "INSERT INTO main.gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)");
    insert.bind(1, source.getColumn(0).getString());
    insert.bind(2, id);
    insert.bind(3, source.getColumn(1).getString());
    insert.bind(4, source.getColumn(2).getInt());
    insert.bind(5, source.getColumn(3).getString());
    insert.bind(6, source.getColumn(4).getString());
    insert.exec();
  }

  void copy_rows(const TableCopy& copy, const PackagedTable& table, const TableInfo& source,
                 int srs_id) {
    std::string values;
    const auto append = [&](const std::string& value) {
      values += (values.empty() ? "" : ", ") + value;
    };
    const std::string geometry = sql_name(source.geometry);
    const bool renumbered = source.srs_id && srs_id != *source.srs_id;
    if (!table.geometry.empty()) {
      append(renumbered ? fmt::format("qfcsync_set_srs_id({}, {})", geometry, srs_id) : geometry);
    }
    if (!source.key.empty()) append(sql_name(source.key));
    for (const ColumnInfo& column : source.columns) append(sql_name(column.name));

    std::string sql =
        fmt::format("INSERT INTO main.{} ({}) SELECT {} FROM src.{} WHERE 1", sql_name(table.name),
                    column_list(table, source), values, sql_name(source.name));
    if (!copy.condition.empty()) sql += " AND (" + copy.condition + "\n)";
    if (copy.box && !table.geometry.empty()) sql += " AND qfcsync_in_box(" + geometry + ")";
    if (!source.key.empty()) sql += " ORDER BY " + sql_name(source.key);

    if (copy.box) register_function("qfcsync_in_box", 1, in_box, &*copy.box);
    const ReadOnlyAuthorizer authorizer(database.getHandle(), table.name);
    database.exec(sql);
  }

  void register_function(const char* name, int arguments,
                         void (*function)(sqlite3_context*, int, sqlite3_value**),
                         const void* data) {
    sqlite3_create_function(database.getHandle(), name, arguments,
                            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                            const_cast<void*>(data), function, nullptr, nullptr);
  }

  std::optional<Envelope> build_index(const PackagedTable& table) {
    RtreeBuilder index(database, table.name, table.geometry);
    std::optional<Envelope> extent;
    SQLite::Statement rows(database, fmt::format("SELECT {}, {} FROM main.{}", sql_name(table.key),
                                                 sql_name(table.geometry), sql_name(table.name)));
    for (int row = 1; rows.executeStep(); ++row) {
      if (row % kTickRows == 0) tick();
      const SQLite::Column geometry = rows.getColumn(1);
      const auto* bytes = static_cast<const char*>(geometry.getBlob());
      const auto size = static_cast<std::size_t>(geometry.getBytes());
      const auto envelope = bytes == nullptr ? std::nullopt : blob_envelope({bytes, size});
      if (!envelope) continue;
      index.add(rows.getColumn(0).getInt64(), *envelope);
      if (extent)
        extent->merge(*envelope);
      else
        extent = envelope;
    }
    index.finish();
    return extent;
  }

  void register_table(const PackagedTable& table, const TableInfo& source, int srs_id,
                      const std::optional<Envelope>& extent) {
    SQLite::Statement insert(
        database, "INSERT INTO main.gpkg_contents VALUES (?1, ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    insert.bind(1, table.name);
    insert.bind(2, table.geometry.empty() ? "attributes" : "features");
    insert.bind(3, source.description);
    insert.bind(4, kFixedLastChange);
    if (extent) {
      insert.bind(5, extent->min_x);
      insert.bind(6, extent->min_y);
      insert.bind(7, extent->max_x);
      insert.bind(8, extent->max_y);
    }
    if (!table.geometry.empty()) insert.bind(9, srs_id);
    insert.exec();
    SQLite::Statement count(
        database,
        "INSERT INTO main.gpkg_ogr_contents SELECT ?, count(*) FROM main." + sql_name(table.name));
    count.bind(1, table.name);
    count.exec();
  }

  void register_geometry(const PackagedTable& table, const TableInfo& source, int srs_id) {
    SQLite::Statement insert(database,
                             "INSERT INTO main.gpkg_geometry_columns VALUES (?, ?, ?, ?, ?, ?)");
    insert.bind(1, table.name);
    insert.bind(2, table.geometry);
    insert.bind(3, source.geometry_type);
    insert.bind(4, srs_id);
    insert.bind(5, source.z);
    insert.bind(6, source.m);
    insert.exec();
    register_extension(table, "gpkg_rtree_index",
                       "http://www.geopackage.org/spec120/#extension_rtree", "write-only");
    if (source.wkb_type() % 1000 >= 8) {
      register_extension(table, "gpkg_geom_" + source.geometry_type,
                         "http://www.geopackage.org/spec120/#extension_geometry_types",
                         "read-write");
    }
  }

  void register_extension(const PackagedTable& table, const std::string& name,
                          const char* definition, const char* scope) {
    SQLite::Statement insert(database, "INSERT INTO main.gpkg_extensions VALUES (?, ?, ?, ?, ?)");
    insert.bind(1, table.name);
    insert.bind(2, table.geometry);
    insert.bind(3, name);
    insert.bind(4, definition);
    insert.bind(5, scope);
    insert.exec();
  }

  PackagedTable add(const TableCopy& copy, const TableInfo& source) {
    PackagedTable table{copy.target_table, free_name("fid", source, copy.taken_names), {}};
    if (!source.geometry.empty()) table.geometry = free_name("geom", source, {table.key});
    SQLite::Transaction transaction(database);
    database.exec(create_table_sql(table, source));
    const int srs_id = source.srs_id ? take_srs(*source.srs_id) : 0;
    register_function("qfcsync_set_srs_id", 2, set_srs_id, nullptr);
    copy_rows(copy, table, source, srs_id);
    std::optional<Envelope> extent;
    if (!table.geometry.empty()) extent = build_index(table);
    register_table(table, source, srs_id, extent);
    if (!table.geometry.empty()) {
      register_geometry(table, source, srs_id);
      for (const std::string& sql : rtree_triggers_sql(table)) database.exec(sql);
    }
    for (const std::string& sql : count_triggers_sql(table)) database.exec(sql);
    transaction.commit();
    return table;
  }

  SQLite::Database database;
  Tick tick;
  std::exception_ptr stopped;
};

PackageFile::PackageFile(const std::filesystem::path& file, Tick tick) {
  try {
    impl_ = std::make_unique<Impl>(
        file, tick ? std::move(tick) : [] {});
  } catch (const SQLite::Exception& error) {
    throw Error(ErrorCode::Io, fmt::format("cannot write {}: {}", file.string(), error.what()),
                ErrorOrigin::Sqlite, error.getErrorCode());
  }
}

PackageFile::~PackageFile() = default;

PackagedTable PackageFile::add(const TableCopy& copy) {
  SourceFile source(copy.file);
  const std::optional<TableInfo> info = read_table(source.database(), copy.source_table);
  if (!info) {
    throw Error(ErrorCode::NotFound, fmt::format("{}: no table \"{}\"",
                                                 copy.file.filename().string(), copy.source_table));
  }
  try {
    SQLite::Statement attach(impl_->database, "ATTACH ? AS src");
    attach.bind(1, source.uri());
    attach.exec();
    impl_->database.exec("PRAGMA src.cache_size = -2048");
    PackagedTable table = impl_->add(copy, *info);
    impl_->database.exec("DETACH src");
    return table;
  } catch (const SQLite::Exception& error) {
    if (impl_->stopped) std::rethrow_exception(impl_->stopped);
    const bool is_ours =
        error.getErrorCode() == SQLITE_FULL || error.getErrorCode() == SQLITE_IOERR;
    throw Error(is_ours ? ErrorCode::Io : ErrorCode::Corrupt,
                fmt::format("cannot copy table \"{}\" of {}: {}", copy.source_table,
                            copy.file.filename().string(), error.what()),
                ErrorOrigin::Sqlite, error.getErrorCode());
  }
}

void PackageFile::finish() { impl_.reset(); }

}  // namespace qfcsync::gpkg
