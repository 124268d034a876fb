#include "unit/repository/repository_fixture.hpp"

#include "gpkg/edit_statement.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::test {
namespace {

struct Database {
  explicit Database(const std::filesystem::path& file) {
    if (sqlite3_open(file.c_str(), &handle) != SQLITE_OK) throw std::runtime_error("cannot open");
    sqlite3_busy_timeout(handle, 10'000);
  }
  ~Database() { sqlite3_close(handle); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  sqlite3* handle = nullptr;
};

}  // namespace

void put_file(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string file_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

void edit_sql(const std::filesystem::path& file, const std::string& sql) {
  const Database database(file);
  gpkg::edit::execute(database.handle, sql.c_str());
}

std::string integrity(const std::filesystem::path& file) {
  const Database database(file);
  gpkg::edit::Statement statement(database.handle, "PRAGMA integrity_check");
  statement.step();
  return statement.column_text(0);
}

void make_trees(const std::filesystem::path& file, int count, const char* journal) {
  std::filesystem::create_directories(file.parent_path());
  edit_sql(file, fmt::format("PRAGMA journal_mode={};"
                             "CREATE TABLE trees(fid INTEGER PRIMARY KEY, name TEXT, height REAL);"
                             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
                             "i < {}) INSERT INTO trees SELECT i, 'tree ' || i, i * 0.5 FROM n",
                             journal, count));
}

RepositoryFixture::RepositoryFixture() { std::filesystem::create_directories(work); }

Repository RepositoryFixture::init() const {
  return Repository::init(open_folder_blobs(store), {cache});
}

Repository RepositoryFixture::open() const {
  return Repository::open(open_folder_blobs(store), {cache});
}

Repository RepositoryFixture::open_without_cache() const {
  return Repository::open(open_folder_blobs(store));
}

std::string RepositoryFixture::restored(Repository& repository, std::string_view version,
                                        std::string_view path) const {
  const std::filesystem::path file = folder / "restored";
  repository.restore(version, path, file);
  return file_bytes(file);
}

CommitResult commit_text(Repository& repository, const RepositoryFixture& fixture,
                         const std::string& path, std::string_view bytes,
                         const CommitOptions& options) {
  const std::filesystem::path file = fixture.work / path;
  put_file(file, bytes);
  const WorkingFile working{path, file};
  return repository.commit({&working, 1}, {}, options);
}

}  // namespace qfcsync::test
