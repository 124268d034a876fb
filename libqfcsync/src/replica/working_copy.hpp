#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace qfcsync::replica {

/// A copy of a SQLite file, beside the file whose place it takes in the end. Destruction without
/// publish() removes it; a process that is killed leaves it behind and nothing else.
class WorkingCopy {
 public:
  /// @param source  copied as it stands at one moment, its write-ahead log included
  /// @param result  what publish() puts the copy in place of; need not be there
  /// @errors        NotFound, Denied, Io, Corrupt, Unsupported: encrypted; InvalidArgument: result
  ///                is a folder or a device; Busy: beside result lies the journal of a program
  ///                that is at work (or was stopped at it): it would be taken for that of the new
  ///                file
  WorkingCopy(const std::filesystem::path& source, const std::filesystem::path& result);
  ~WorkingCopy();
  WorkingCopy(const WorkingCopy&) = delete;
  WorkingCopy& operator=(const WorkingCopy&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Makes the copy durable and gives it the name of the result, in one step.
  ///
  /// @errors Io; Busy: result was changed since construction, or has a journal now. Result is as
  ///         it was before
  void publish();

 private:
  /// What tells a file that was written to from one that was not.
  struct State {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    bool operator==(const State&) const = default;
  };

  static std::optional<State> state_of(const std::filesystem::path& file);
  void check_result() const;
  /// A log beside the copy holds changes that are not in it: SQLite does not say when it could not
  /// bring them there while closing.
  void check_complete() const;
  void create(const std::filesystem::path& source);
  void fill(const std::filesystem::path& source);
  void remove() const noexcept;

  std::filesystem::path result_;
  std::filesystem::path path_;
  std::optional<State> before_;
};

}  // namespace qfcsync::replica
