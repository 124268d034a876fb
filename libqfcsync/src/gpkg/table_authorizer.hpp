#pragma once

#include <string>

struct sqlite3;

namespace qfcsync::gpkg {

/// While it lives, statements prepared on the connection can only read, whatever SQL a project
/// brings as filter: no other database is attached, nothing is written, no endless recursion.
class ReadOnlyAuthorizer {
 public:
  /// @param target  table of the main database that may be inserted into; "" for none
  ReadOnlyAuthorizer(sqlite3* database, std::string target);
  ~ReadOnlyAuthorizer();
  ReadOnlyAuthorizer(const ReadOnlyAuthorizer&) = delete;
  ReadOnlyAuthorizer& operator=(const ReadOnlyAuthorizer&) = delete;

  const std::string& target() const { return target_; }

 private:
  sqlite3* database_;
  std::string target_;
};

}  // namespace qfcsync::gpkg
