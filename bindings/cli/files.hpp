#pragma once

#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include "terminal.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

inline constexpr const char* kStandardStream = "-";

/// The name of a file as people know it, also for "-".
std::string input_name(const std::string& path);
std::string output_name(const std::string& path);

/// Whether it is a SQLite file, e.g. a GeoPackage.
bool is_database(const std::string& path);

/// The error with a name before its text, unless the text has it.
qfcsync::Error named(const qfcsync::Error& error, const std::string& name);

/// The changesets that a command reads. Errors of their contents tell in which file they are.
class Inputs {
 public:
  /// @param line  shows how much has been read, for work that does not tell it itself; or nullptr
  explicit Inputs(ProgressLine* line = nullptr);
  ~Inputs();
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;

  /// Opens a file, or standard input for "-", once.
  ///
  /// @errors NotFound, Denied, Io; InvalidArgument: a folder, or "-" again
  qfcsync::ByteSource& open(const std::string& path);

  /// Does work that reads the files.
  void read(const std::function<void()>& work);

 private:
  class File;

  void count(std::size_t size);
  const File* damaged_file() const;

  ProgressLine* line_;
  std::vector<std::unique_ptr<File>> files_;
  std::uintmax_t total_ = 0;
  std::uintmax_t done_ = 0;
};

/// Reads what has been put into a store.
class StoreSource : public qfcsync::ByteSource {
 public:
  explicit StoreSource(const qfcsync::ByteStore& store) : store_(store) {}
  std::size_t read(char* buffer, std::size_t size) override;

 private:
  const qfcsync::ByteStore& store_;
  std::uint64_t offset_ = 0;
  std::string room_;
};

enum class Content { Text, Binary };

/// Refuses outputs that would do harm: changesets on a terminal, anything over a database or over a
/// file that is read or written, too.
///
/// @errors InvalidArgument
void check_output(const std::string& path, Content content,
                  const std::vector<std::string>& inputs = {});

/// A JSON document that is written: to a file whole or not at all, to a terminal made harmless.
class DocumentFile {
 public:
  explicit DocumentFile(const std::string& path);

  qfcsync::ByteSink& sink();
  void publish();

 private:
  qfcsync::FileSink file_;
  TerminalJson terminal_;
  bool is_terminal_;
};
