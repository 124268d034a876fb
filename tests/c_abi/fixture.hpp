#pragma once

#include "support/temporary_folder.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <qfcsync.h>
#include <sqlite3.h>

namespace qfcsync::test {

/// Calls the _free function of its type.
struct Free {
  void operator()(qfcsync_schema* it) const { qfcsync_schema_free(it); }
  void operator()(qfcsync_schema_operations* it) const { qfcsync_schema_operations_free(it); }
  void operator()(qfcsync_summary* it) const { qfcsync_summary_free(it); }
  void operator()(qfcsync_diff_result* it) const { qfcsync_diff_result_free(it); }
  void operator()(qfcsync_changeset_reader* it) const { qfcsync_changeset_reader_free(it); }
  void operator()(qfcsync_apply_result* it) const { qfcsync_apply_result_free(it); }
  void operator()(qfcsync_merge_result* it) const { qfcsync_merge_result_free(it); }
};
template <typename Type>
using Owned = std::unique_ptr<Type, Free>;

struct Buffer : qfcsync_buffer {
  Buffer() : qfcsync_buffer{nullptr, 0} {}
  ~Buffer() { qfcsync_buffer_dispose(this); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  std::string text() const { return std::string(data == nullptr ? "" : data, size); }
  qfcsync_sink sink() { return qfcsync_sink_to_buffer(this); }
  qfcsync_source source() const { return qfcsync_source_from_buffer(this); }
};

/// Requires that a call went well, with its message if not.
#define REQUIRE_OK(call)                              \
  do {                                                \
    const int code_of_call = (call);                  \
    INFO(std::string(qfcsync_last_error()->message)); \
    REQUIRE_EQ(code_of_call, QFCSYNC_OK);             \
  } while (false)

/// A base and two edited copies, with a parent and a child table.
class Databases {
 public:
  Databases() {
    run("base",
        "create table trees (fid integer primary key, species text, height real);"
        "insert into trees values (1, 'oak', 11.5), (2, 'lime', 9.0), (3, 'maple', 7.25);"
        "create table notes (text)");
    copy("base", "ours");
    copy("base", "theirs");
    run("ours",
        "update trees set species = 'red oak', height = 12.5 where fid = 1;"
        "delete from trees where fid = 2; insert into trees values (4, 'ash', null)");
    run("theirs",
        "update trees set species = 'pin oak' where fid = 1;"
        "update trees set height = 8 where fid = 3; insert into trees values (4, 'elm', 3)");
  }

  std::string path(const std::string& name) const { return (folder_ / (name + ".db")).string(); }
  const std::filesystem::path& folder() const { return folder_.path(); }

  void copy(const std::string& from, const std::string& to) const {
    std::filesystem::copy_file(path(from), path(to),
                               std::filesystem::copy_options::overwrite_existing);
  }

  void run(const std::string& name, const std::string& sql) const { query(name, sql); }

  /// Values of all rows, each followed by a comma.
  std::string query(const std::string& name, const std::string& sql) const {
    sqlite3* database = nullptr;
    std::string text;
    const auto append = [](void* to, int count, char** values, char**) {
      for (int i = 0; i < count; ++i) {
        *static_cast<std::string*>(to) += (values[i] == nullptr ? "NULL" : values[i]);
        *static_cast<std::string*>(to) += ',';
      }
      return 0;
    };
    const bool ok = sqlite3_open(path(name).c_str(), &database) == SQLITE_OK &&
                    sqlite3_exec(database, sql.c_str(), append, &text, nullptr) == SQLITE_OK;
    const std::string message = ok ? "" : sqlite3_errmsg(database);
    sqlite3_close(database);
    if (!ok) throw std::runtime_error(message + ": " + sql);
    return text;
  }

  /// Changeset from base to another one of the files.
  void diff(qfcsync_buffer& out, const std::string& modified) const {
    const auto sink = qfcsync_sink_to_buffer(&out);
    REQUIRE_OK(qfcsync_diff(nullptr, &sink, path("base").c_str(), path(modified).c_str(), nullptr));
  }

 private:
  TemporaryFolder folder_;
};

/// "integer 1", "text oak", ...
inline std::string to_text(const qfcsync_value& value) {
  switch (value.type) {
    case QFCSYNC_VALUE_UNDEFINED:
      return "undefined";
    case QFCSYNC_VALUE_INTEGER:
      return "integer " + std::to_string(value.integer);
    case QFCSYNC_VALUE_REAL:
      return "real " + std::to_string(value.real).substr(0, 4);
    case QFCSYNC_VALUE_TEXT:
      return "text " + std::string(value.data, value.size);
    case QFCSYNC_VALUE_BLOB:
      return "blob " + std::string(value.data, value.size);
    default:
      return "null";
  }
}

}  // namespace qfcsync::test
