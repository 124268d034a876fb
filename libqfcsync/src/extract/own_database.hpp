#pragma once

struct sqlite3;

namespace qfcsync::extraction {

/// A database of our own for the length of a task.
class OwnDatabase {
 public:
  enum class Place {
    Memory,   ///< small
    Scratch,  ///< spills into an unnamed temporary file
  };

  /// @errors Io
  explicit OwnDatabase(Place place);
  ~OwnDatabase();
  OwnDatabase(const OwnDatabase&) = delete;
  OwnDatabase& operator=(const OwnDatabase&) = delete;

  sqlite3* handle() const { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace qfcsync::extraction
