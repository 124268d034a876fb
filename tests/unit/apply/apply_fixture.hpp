#pragma once

#include <qfcsync/changeset_apply.hpp>

#include "support/temporary_folder.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace qfcsync::test {

/// A plain connection with the functions that triggers of GeoPackages call.
class Sqlite {
 public:
  explicit Sqlite(const std::filesystem::path& file);
  ~Sqlite();
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  sqlite3* handle() const { return handle_; }
  void run(const std::string& sql) const;
  /// All rows, one a line, each cell as SQL literal with its type.
  std::string rows(const std::string& query) const;
  /// First cell of the first row as text.
  std::string value(const std::string& query) const;

 private:
  sqlite3* handle_ = nullptr;
};

/// What a database holds, table by table, as plain SQL shows it; without what is derived.
std::string dump(const std::filesystem::path& file);

/// "" when SQLite's own checks find nothing: integrity and foreign keys.
std::string check_database(const std::filesystem::path& file);

/// Bytes of a file.
std::string bytes_of(const std::filesystem::path& file);

/// The changeset that leads from one file to the other, by SQLite's session extension.
std::string session_diff(const std::filesystem::path& base, const std::filesystem::path& modified);

/// The same by reading all rows of both and comparing type and bytes; it sees what collations hide.
std::string row_diff(const std::filesystem::path& base, const std::filesystem::path& modified);

/// Runs SQL and returns what SQLite's session extension recorded of all tables with a key: side
/// effects, tables behind spatial indexes and the GeoPackage's own included.
std::string record(const std::filesystem::path& file, const std::string& sql);

/// What takes a changeset back, by SQLite's session extension.
std::string session_invert(const std::string& changeset);

/// Applies by SQLite's session extension. @return false when it found a conflict
bool session_apply(const std::filesystem::path& file, const std::string& changeset);

/// A folder with a base file made by SQL.
class ApplyFixture {
 public:
  explicit ApplyFixture(const std::string& sql);

  const std::filesystem::path& file() const { return file_; }
  std::filesystem::path copy(const std::string& name) const;
  /// The changeset of SQL run on a copy of the base.
  std::string changeset_of(const std::string& sql) const;
  /// What the base would be after that SQL, dumped.
  std::string dump_after(const std::string& sql) const;
  void run(const std::string& sql) const { Sqlite(file_).run(sql); }
  std::string rows(const std::string& query) const { return Sqlite(file_).rows(query); }

  ChangesetApplyResult apply(std::string_view changeset, const ChangesetApplyOptions& options = {});
  /// Leaves out what does not fit.
  ChangesetApplyResult apply_skipping(std::string_view changeset);

 private:
  TemporaryFolder folder_;
  std::filesystem::path file_;
};

/// A changeset written change by change.
class ChangesetBuilder {
 public:
  ChangesetBuilder() : writer_(sink_) {}
  ChangesetBuilder& table(const std::string& name, std::vector<std::uint8_t> key);
  ChangesetBuilder& insert(const std::vector<ValueView>& values);
  ChangesetBuilder& remove(const std::vector<ValueView>& values);
  ChangesetBuilder& update(const std::vector<ValueView>& old_values,
                           const std::vector<ValueView>& new_values);
  std::string finish();

 private:
  MemorySink sink_;
  ChangesetWriter writer_;
};

/// Kinds of all mismatches, "missing_row other_value".
std::string kinds(const ChangesetApplyResult& result);
/// Texts of all mismatches, one a line.
std::string texts(const ChangesetApplyResult& result);

}  // namespace qfcsync::test
