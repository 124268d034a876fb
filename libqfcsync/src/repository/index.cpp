#include "repository/index.hpp"

#include <qfcsync/error.hpp>

#include "gpkg/edit_statement.hpp"

#include <map>
#include <new>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::repository {
namespace {

using gpkg::edit::execute;
using gpkg::edit::Statement;
using gpkg::edit::StatementUse;

constexpr int kBusyMs = 30'000;
/// An index of another layout is built again.
constexpr int kLayout = 2;

constexpr const char* kTables =
    "CREATE TABLE state(generation INTEGER NOT NULL, root BLOB NOT NULL);"
    "INSERT INTO state VALUES(0, zeroblob(32));"
    "CREATE TABLE root_copy(bytes BLOB NOT NULL, place TEXT NOT NULL, seen_ms INTEGER NOT NULL);"
    "CREATE TABLE pack(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);"
    "CREATE TABLE object(kind INTEGER, id BLOB, depth INTEGER, pack INTEGER, codec INTEGER,"
    " raw INTEGER, stored INTEGER, offset INTEGER, bases BLOB,"
    " PRIMARY KEY(kind, id, depth, pack)) WITHOUT ROWID;"
    "CREATE INDEX object_pack ON object(pack);"
    "CREATE TABLE version(position INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);"
    "CREATE TABLE file(path TEXT, position INTEGER, id BLOB, size INTEGER,"
    " PRIMARY KEY(path, position)) WITHOUT ROWID;"
    "CREATE INDEX file_position ON file(position);"
    "CREATE TABLE head(path TEXT PRIMARY KEY, position INTEGER, id BLOB, size INTEGER)"
    " WITHOUT ROWID;"
    "CREATE TABLE change(path TEXT, name TEXT, position INTEGER, id BLOB, inserts INTEGER,"
    " updates INTEGER, deletes INTEGER, PRIMARY KEY(path, name, position)) WITHOUT ROWID;"
    "CREATE INDEX change_position ON change(position);"
    "CREATE TABLE seen(folder TEXT, path TEXT, stamp TEXT, id BLOB,"
    " PRIMARY KEY(folder, path)) WITHOUT ROWID;";

constexpr const char* kDropTables =
    "DROP TABLE IF EXISTS state; DROP TABLE IF EXISTS pack; DROP TABLE IF EXISTS object;"
    "DROP TABLE IF EXISTS version; DROP TABLE IF EXISTS file; DROP TABLE IF EXISTS head;"
    "DROP TABLE IF EXISTS change; DROP TABLE IF EXISTS seen; DROP TABLE IF EXISTS root_copy;";

constexpr const char* kObjectColumns =
    "o.kind, o.id, o.depth, o.codec, o.raw, o.stored, o.offset, o.bases, p.id "
    "FROM object o JOIN pack p ON p.number = o.pack ";

ValueView blob(const chunk::ObjectId& id) { return ValueView::blob(id.view()); }

chunk::ObjectId id_at(const Statement& statement, int column) {
  const std::string_view bytes = statement.column_view(column).bytes();
  if (bytes.size() != chunk::kIdBytes) {
    throw Error(ErrorCode::Corrupt, "the index of the repository holds something that is no id");
  }
  return chunk::ObjectId::from_raw(bytes);
}

std::string joined(const std::vector<chunk::ObjectId>& ids) {
  std::string bytes;
  for (const chunk::ObjectId& id : ids) bytes += id.view();
  return bytes;
}

Located located_at(const Statement& statement) {
  Located located;
  chunk::ObjectRecord& record = located.record;
  record.kind = static_cast<chunk::ObjectKind>(statement.column_int(0));
  record.id = id_at(statement, 1);
  record.depth = static_cast<std::uint8_t>(statement.column_int(2));
  record.codec = static_cast<chunk::Codec>(statement.column_int(3));
  record.raw_bytes = static_cast<std::uint32_t>(statement.column_int(4));
  record.stored_bytes = static_cast<std::uint32_t>(statement.column_int(5));
  located.offset = static_cast<std::uint64_t>(statement.column_int(6));
  std::string_view bases = statement.column_view(7).bytes();
  for (; bases.size() >= chunk::kIdBytes; bases.remove_prefix(chunk::kIdBytes)) {
    record.bases.push_back(chunk::ObjectId::from_raw(bases.substr(0, chunk::kIdBytes)));
  }
  located.pack = id_at(statement, 8);
  return located;
}

FileRow file_row(const Statement& statement) {
  FileRow row;
  row.path = statement.column_text(0);
  row.position = statement.column_int(1);
  if (!statement.column_view(2).is_null()) row.file = id_at(statement, 2);
  row.size = static_cast<std::uint64_t>(statement.column_int(3));
  return row;
}

std::vector<FileRow> file_rows(Statement& statement) {
  const StatementUse use(statement);
  std::vector<FileRow> rows;
  while (statement.step()) rows.push_back(file_row(statement));
  return rows;
}

std::optional<VersionRow> version_row(Statement& statement) {
  const StatementUse use(statement);
  if (!statement.step()) return std::nullopt;
  return VersionRow{statement.column_int(0), id_at(statement, 1)};
}

}  // namespace

/// Prepared once each, by their text.
struct Index::Statements {
  explicit Statements(sqlite3* opened) : database(opened) {}
  Statement& get(const std::string& sql) {
    auto& statement = by_text[sql];
    if (!statement) statement = std::make_unique<Statement>(database, sql);
    return *statement;
  }
  sqlite3* database;
  std::map<std::string, std::unique_ptr<Statement>> by_text;
};

Index::Index(const std::optional<std::filesystem::path>& file) : file_(file) {
  try {
    open();
    create_tables();
  } catch (const Error& error) {
    close();
    if (error.code() != ErrorCode::Corrupt || !file_) throw;
    clear();
  } catch (...) {
    close();
    throw;
  }
}

Index::~Index() { close(); }

void Index::close() noexcept {
  statements_.reset();
  sqlite3_close_v2(database_);
  database_ = nullptr;
}

void Index::open() {
  const std::string name = file_ ? file_->string() : ":memory:";
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(name.c_str(), &database_, kFlags, nullptr);
  if (database_ == nullptr) throw std::bad_alloc();
  sqlite3_extended_result_codes(database_, 1);
  if (result != SQLITE_OK) gpkg::edit::throw_sqlite(database_, "cannot open the index " + name);
  sqlite3_busy_timeout(database_, kBusyMs);
  // A lost index is built again, a half one would be believed: NORMAL keeps it whole.
  execute(database_,
          "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY");
  statements_ = std::make_unique<Statements>(database_);
}

void Index::create_tables() {
  const auto layout = [&] {
    Statement statement(database_, "PRAGMA user_version");
    return statement.step() ? statement.column_int(0) : 0;
  };
  if (layout() == kLayout) return;
  Transaction transaction(*this);
  if (layout() == kLayout) return;  // another process was faster
  execute(database_, kDropTables);
  execute(database_, kTables);
  execute(database_, fmt::format("PRAGMA user_version={}", kLayout).c_str());
  transaction.commit();
}

void Index::clear() {
  try {
    if (database_ != nullptr) {
      Transaction transaction(*this);
      execute(database_, kDropTables);
      execute(database_, kTables);
      transaction.commit();
      return;
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt || !file_) throw;
  }
  close();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    std::filesystem::remove(file_->string() + suffix, ignored);
  }
  open();
  create_tables();
}

Index::Transaction::Transaction(Index& index) : index_(&index) {
  if (index.transactions_ == 0) execute(index.database_, "BEGIN IMMEDIATE");
  ++index.transactions_;
  is_open_ = true;
}

Index::Transaction::~Transaction() {
  if (!is_open_) return;
  if (--index_->transactions_ == 0) {
    sqlite3_exec(index_->database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Index::Transaction::commit() {
  if (index_->transactions_ == 1) execute(index_->database_, "COMMIT");
  --index_->transactions_;
  is_open_ = false;
}

std::uint64_t Index::generation() {
  Statement& statement = statements_->get("SELECT generation FROM state");
  const StatementUse use(statement);
  return statement.step() ? static_cast<std::uint64_t>(statement.column_int(0)) : 0;
}

bool Index::stands_on(std::uint64_t generation, const chunk::ObjectId& root) {
  Statement& statement = statements_->get("SELECT generation, root FROM state");
  const StatementUse use(statement);
  return statement.step() && static_cast<std::uint64_t>(statement.column_int(0)) == generation &&
         id_at(statement, 1) == root;
}

void Index::set_root(std::uint64_t generation, const chunk::ObjectId& root) {
  statements_->get("UPDATE state SET generation = ?1, root = ?2")
      .bind_int(1, static_cast<std::int64_t>(generation))
      .bind_view(2, blob(root))
      .run();
}

std::optional<RootCopy> Index::root_copy() {
  Statement& statement = statements_->get("SELECT bytes, place, seen_ms FROM root_copy");
  const StatementUse use(statement);
  if (!statement.step()) return std::nullopt;
  return RootCopy{std::string(statement.column_view(0).bytes()), statement.column_text(1),
                  statement.column_int(2)};
}

void Index::set_root_copy(const RootCopy& copy) {
  Transaction transaction(*this);
  execute(database_, "DELETE FROM root_copy");
  if (!copy.bytes.empty()) {
    statements_->get("INSERT INTO root_copy VALUES(?1, ?2, ?3)")
        .bind_view(1, ValueView::blob(copy.bytes))
        .bind_text(2, copy.place)
        .bind_int(3, copy.seen_ms)
        .run();
  }
  transaction.commit();
}

std::optional<Located> Index::find(const chunk::ObjectKey& key) {
  static const std::string kSql = std::string("SELECT ") + kObjectColumns +
                                  "WHERE o.kind = ?1 AND o.id = ?2 ORDER BY o.depth LIMIT 1";
  Statement& statement = statements_->get(kSql);
  const StatementUse use(statement);
  statement.bind_int(1, static_cast<int>(key.kind)).bind_view(2, blob(key.id));
  if (!statement.step()) return std::nullopt;
  return located_at(statement);
}

void Index::add_pack(const history::RootPack& pack, const std::vector<chunk::PackEntry>& entries) {
  statements_->get("INSERT INTO pack(id) VALUES(?1)").bind_view(1, blob(pack.id)).run();
  const std::int64_t number = sqlite3_last_insert_rowid(database_);
  Statement& insert =
      statements_->get("INSERT OR IGNORE INTO object VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)");
  for (const chunk::PackEntry& entry : entries) {
    const chunk::ObjectRecord& record = entry.record;
    const std::string bases = joined(record.bases);
    insert.bind_int(1, static_cast<int>(record.kind))
        .bind_view(2, blob(record.id))
        .bind_int(3, record.depth)
        .bind_int(4, number)
        .bind_int(5, static_cast<int>(record.codec))
        .bind_int(6, record.raw_bytes)
        .bind_int(7, record.stored_bytes)
        .bind_int(8, static_cast<std::int64_t>(entry.offset))
        .bind_view(9, ValueView::blob(bases))
        .run();
  }
}

void Index::remove_pack(const chunk::ObjectId& id) {
  statements_->get("DELETE FROM object WHERE pack = (SELECT number FROM pack WHERE id = ?1)")
      .bind_view(1, blob(id))
      .run();
  statements_->get("DELETE FROM pack WHERE id = ?1").bind_view(1, blob(id)).run();
}

std::vector<chunk::ObjectId> Index::packs() {
  Statement& statement = statements_->get("SELECT id FROM pack");
  const StatementUse use(statement);
  std::vector<chunk::ObjectId> ids;
  while (statement.step()) ids.push_back(id_at(statement, 0));
  return ids;
}

std::vector<Located> Index::objects_of(const chunk::ObjectId& pack) {
  static const std::string kSql =
      std::string("SELECT ") + kObjectColumns +
      "WHERE o.pack = (SELECT number FROM pack WHERE id = ?1) AND NOT EXISTS("
      "SELECT 1 FROM object c WHERE c.kind = o.kind AND c.id = o.id AND"
      " (c.depth, c.pack) < (o.depth, o.pack)) ORDER BY o.offset";
  Statement& statement = statements_->get(kSql);
  const StatementUse use(statement);
  statement.bind_view(1, blob(pack));
  std::vector<Located> objects;
  while (statement.step()) objects.push_back(located_at(statement));
  return objects;
}

void Index::each_object(chunk::ObjectKind kind, const std::function<void(const Located&)>& visit) {
  Statement statement(database_, std::string("SELECT ") + kObjectColumns +
                                     "WHERE o.kind = ?1 ORDER BY o.kind, o.id, o.depth, o.pack");
  statement.bind_int(1, static_cast<int>(kind));
  std::optional<chunk::ObjectId> last;
  while (statement.step()) {
    const Located located = located_at(statement);
    if (last == located.record.id) continue;  // a copy
    last = located.record.id;
    visit(located);
  }
}

std::optional<VersionRow> Index::newest_version() {
  return version_row(
      statements_->get("SELECT position, id FROM version ORDER BY position DESC LIMIT 1"));
}

std::optional<VersionRow> Index::find_version(const chunk::ObjectId& id) {
  return version_row(
      statements_->get("SELECT position, id FROM version WHERE id = ?1").bind_view(1, blob(id)));
}

std::vector<chunk::ObjectId> Index::versions_between(const chunk::ObjectId& low,
                                                     const chunk::ObjectId& high) {
  Statement& statement =
      statements_->get("SELECT id FROM version WHERE id BETWEEN ?1 AND ?2 LIMIT 2");
  const StatementUse use(statement);
  statement.bind_view(1, blob(low)).bind_view(2, blob(high));
  std::vector<chunk::ObjectId> ids;
  while (statement.step()) ids.push_back(id_at(statement, 0));
  return ids;
}

std::optional<VersionRow> Index::version_at(std::int64_t position) {
  return version_row(statements_->get("SELECT position, id FROM version WHERE position = ?1")
                         .bind_int(1, position));
}

void Index::clear_versions() {
  execute(database_, "DELETE FROM version; DELETE FROM file; DELETE FROM head; DELETE FROM change");
}

void Index::add_version(const VersionRow& version, const std::vector<FileRow>& files,
                        const std::vector<ChangeRow>& changes) {
  statements_->get("INSERT INTO version VALUES(?1, ?2)")
      .bind_int(1, version.position)
      .bind_view(2, blob(version.id))
      .run();
  for (const FileRow& file : files) {
    for (const char* table : {"file", "head"}) {
      const bool is_head = *table == 'h';
      statements_
          ->get(is_head ? "REPLACE INTO head(path, position, id, size) VALUES(?1, ?2, ?3, ?4)"
                        : "REPLACE INTO file(path, position, id, size) VALUES(?1, ?2, ?3, ?4)")
          .bind_text(1, file.path)
          .bind_int(2, version.position)
          .bind_view(3, file.file ? blob(*file.file) : ValueView::null())
          .bind_int(4, static_cast<std::int64_t>(file.size))
          .run();
    }
  }
  for (const ChangeRow& change : changes) {
    statements_->get("REPLACE INTO change VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .bind_text(1, change.path)
        .bind_text(2, change.table)
        .bind_int(3, version.position)
        .bind_view(4, blob(change.change))
        .bind_int(5, static_cast<std::int64_t>(change.inserts))
        .bind_int(6, static_cast<std::int64_t>(change.updates))
        .bind_int(7, static_cast<std::int64_t>(change.deletes))
        .run();
  }
}

std::optional<FileRow> Index::head_file(std::string_view path) {
  Statement& statement = statements_->get(
      "SELECT path, position, id, size FROM head WHERE path = ?1 AND id IS NOT NULL");
  const StatementUse use(statement);
  if (!statement.bind_text(1, path).step()) return std::nullopt;
  return file_row(statement);
}

std::vector<FileRow> Index::head_files() {
  return file_rows(statements_->get(
      "SELECT path, position, id, size FROM head WHERE id IS NOT NULL ORDER BY path"));
}

std::optional<FileRow> Index::file_at(std::string_view path, std::int64_t position) {
  Statement& statement = statements_->get(
      "SELECT path, position, id, size FROM file WHERE path = ?1 AND position <= ?2 "
      "ORDER BY position DESC LIMIT 1");
  const StatementUse use(statement);
  if (!statement.bind_text(1, path).bind_int(2, position).step()) return std::nullopt;
  return file_row(statement);
}

std::vector<FileRow> Index::files_of_version(std::int64_t position) {
  return file_rows(
      statements_
          ->get("SELECT path, position, id, size FROM file WHERE position = ?1 ORDER BY path")
          .bind_int(1, position));
}

std::vector<ChangeRow> Index::changes_of_version(std::int64_t position) {
  Statement& statement = statements_->get(
      "SELECT path, name, position, id, inserts, updates, deletes FROM change "
      "WHERE position = ?1 ORDER BY path, name");
  const StatementUse use(statement);
  statement.bind_int(1, position);
  std::vector<ChangeRow> rows;
  while (statement.step()) {
    const auto number = [&](int column) {
      return static_cast<std::uint64_t>(statement.column_int(column));
    };
    rows.push_back({statement.column_text(0), statement.column_text(1), statement.column_int(2),
                    id_at(statement, 3), number(4), number(5), number(6)});
  }
  return rows;
}

std::optional<chunk::ObjectId> Index::last_change(std::string_view path) {
  Statement& statement = statements_->get(
      "SELECT id FROM change WHERE path = ?1 AND position ="
      " (SELECT max(position) FROM file WHERE path = ?1) LIMIT 1");
  const StatementUse use(statement);
  if (!statement.bind_text(1, path).step()) return std::nullopt;
  return id_at(statement, 0);
}

std::vector<std::int64_t> Index::positions(std::string_view path, std::string_view table,
                                           std::int64_t before, std::size_t limit) {
  const char* sql =
      "SELECT position FROM version WHERE position < ?3 ORDER BY position DESC LIMIT ?4";
  if (!path.empty()) {
    sql =
        "SELECT position FROM file WHERE path = ?1 AND position < ?3 "
        "ORDER BY position DESC LIMIT ?4";
  }
  if (!table.empty()) {
    sql =
        "SELECT position FROM change WHERE path = ?1 AND name = ?2 AND position < ?3 "
        "ORDER BY position DESC LIMIT ?4";
  }
  Statement& statement = statements_->get(sql);
  const StatementUse use(statement);
  if (!path.empty()) statement.bind_text(1, path);
  if (!table.empty()) statement.bind_text(2, table);
  statement.bind_int(3, before).bind_int(4, static_cast<std::int64_t>(limit));
  std::vector<std::int64_t> positions;
  while (statement.step()) positions.push_back(statement.column_int(0));
  return positions;
}

std::vector<FileRow> Index::history_of(std::string_view path) {
  return file_rows(statements_
                       ->get("SELECT path, position, id, size FROM file WHERE path = ?1 "
                             "ORDER BY position DESC")
                       .bind_text(1, path));
}

std::vector<std::string> Index::all_paths() {
  Statement& statement = statements_->get("SELECT path FROM head ORDER BY path");
  const StatementUse use(statement);
  std::vector<std::string> paths;
  while (statement.step()) paths.push_back(statement.column_text(0));
  return paths;
}

std::optional<SeenFile> Index::seen(std::string_view folder, std::string_view path) {
  Statement& statement =
      statements_->get("SELECT stamp, id FROM seen WHERE folder = ?1 AND path = ?2");
  const StatementUse use(statement);
  if (!statement.bind_text(1, folder).bind_text(2, path).step()) return std::nullopt;
  return SeenFile{statement.column_text(0), id_at(statement, 1)};
}

void Index::set_seen(std::string_view folder, std::string_view path, const SeenFile& file) {
  statements_->get("REPLACE INTO seen VALUES(?1, ?2, ?3, ?4)")
      .bind_text(1, folder)
      .bind_text(2, path)
      .bind_text(3, file.stamp)
      .bind_view(4, blob(file.file))
      .run();
}

}  // namespace qfcsync::repository
