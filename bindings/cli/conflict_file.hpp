#pragma once

#include <qfcsync/conflict.hpp>
#include <qfcsync/stream.hpp>

#include "terminal.hpp"

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

/// The conflicts of one run: counted, written to a file as JSON Lines when one is named, shown to
/// people as they come. The file is opened before anything is changed and appears whole or not at
/// all. Without a file every conflict is shown, so that no value gets lost; else the first ones.
class ConflictFile {
 public:
  /// @param path   "" for none
  /// @param shown  where conflicts are shown: stdout, or stderr when stdout holds a changeset
  ConflictFile(const std::string& path, std::FILE* shown);

  /// @errors Io: the file or the output cannot be written
  void add(const qfcsync::Conflict& conflict);

  /// The file appears.
  void publish();

  std::uint64_t count() const { return count_; }

  /// "3 conflicts, all are in conflicts.jsonl"
  std::string summary() const;

 private:
  std::string path_;
  std::FILE* shown_;
  Paint paint_;
  std::optional<qfcsync::FileSink> sink_;
  std::uint64_t count_ = 0;
};
