// One operation of SQLite's session functions, which keep whole changesets in memory.
//
//   bench_sqlite_session OPERATION FILE...

#include "measure.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <sqlite3.h>

namespace {

void check(int code, const char* what) {
  if (code != SQLITE_OK) {
    throw std::runtime_error(std::string(what) + ": " + sqlite3_errstr(code));
  }
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const void* bytes, int size) {
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(bytes), size);
  file.close();
  if (!file) throw std::runtime_error(path + " cannot be written");
}

class Connection {
 public:
  explicit Connection(const std::string& path) {
    check(sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr), "open");
  }
  ~Connection() { sqlite3_close(database_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  sqlite3* get() const { return database_; }

  void execute(const std::string& sql) {
    check(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), sql.c_str());
  }

  /// Tables but virtual ones, what these keep, and SQLite's own.
  std::vector<std::string> tables() {
    std::vector<std::string> names;
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(database_,
                             "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = "
                             "'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
                             -1, &statement, nullptr),
          "tables");
    while (sqlite3_step(statement) == SQLITE_ROW) {
      names.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
    }
    sqlite3_finalize(statement);
    return names;
  }

 private:
  sqlite3* database_ = nullptr;
};

void extract(const measure::Arguments& files) {
  Connection connection(files[1]);
  connection.execute("ATTACH '" + files[0] + "' AS base");
  sqlite3_session* session = nullptr;
  check(sqlite3session_create(connection.get(), "main", &session), "create");
  for (const auto& table : connection.tables()) {
    check(sqlite3session_attach(session, table.c_str()), "attach");
    check(sqlite3session_diff(session, "base", table.c_str(), nullptr), "diff");
  }
  int size = 0;
  void* bytes = nullptr;
  check(sqlite3session_changeset(session, &size, &bytes), "changeset");
  write_file(files[2], bytes, size);
  sqlite3_free(bytes);
  sqlite3session_delete(session);
}

int abort_on_conflict(void*, int, sqlite3_changeset_iter*) { return SQLITE_CHANGESET_ABORT; }

void apply(const measure::Arguments& files) {
  Connection connection(files[0]);
  std::string bytes = read_file(files[1]);
  check(sqlite3changeset_apply(connection.get(), static_cast<int>(bytes.size()), bytes.data(),
                               nullptr, abort_on_conflict, nullptr),
        "apply");
}

void concat(const measure::Arguments& files) {
  std::string first = read_file(files[0]);
  std::string second = read_file(files[1]);
  int size = 0;
  void* bytes = nullptr;
  check(sqlite3changeset_concat(static_cast<int>(first.size()), first.data(),
                                static_cast<int>(second.size()), second.data(), &size, &bytes),
        "concat");
  write_file(files[2], bytes, size);
  sqlite3_free(bytes);
}

void invert(const measure::Arguments& files) {
  const std::string changeset = read_file(files[0]);
  int size = 0;
  void* bytes = nullptr;
  check(
      sqlite3changeset_invert(static_cast<int>(changeset.size()), changeset.data(), &size, &bytes),
      "invert");
  write_file(files[1], bytes, size);
  sqlite3_free(bytes);
}

}  // namespace

int main(int argc, char** argv) {
  return measure::run(argc, argv,
                      {{"nothing", {0, [](const auto&) {}}},
                       {"extract", {3, extract}},
                       {"apply", {2, apply}},
                       {"concat", {3, concat}},
                       {"invert", {2, invert}}});
}
