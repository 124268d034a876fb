#pragma once

#include <qfcsync/merge.hpp>

#include "conflict_file.hpp"
#include "conflict_prompt.hpp"
#include "terminal.hpp"

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

/// What rebase and merge have in common: progress, who decides, where conflicts go. Everything that
/// may be refused (no terminal to ask at, no such folder) is refused by the constructor.
class MergeRun {
 public:
  /// @param conflicts  file for the conflicts, "" for none
  /// @param shown      where people are told
  MergeRun(std::string_view verb, qfcsync::MergePolicy policy, const std::string& conflicts,
           std::FILE* shown);
  MergeRun(const MergeRun&) = delete;
  MergeRun& operator=(const MergeRun&) = delete;

  /// Ready for the library; must not outlive this.
  qfcsync::MergeOptions& options() { return options_; }

  void publish_conflicts();
  /// Prints what was written, the keys that were given anew, and the number of conflicts.
  void print_end(const std::string& written, const std::vector<qfcsync::RenumberedKey>& renumbered);
  bool has_conflicts() const { return conflicts_.count() != 0; }

 private:
  std::FILE* shown_;
  ProgressLine line_;
  std::optional<ConflictPrompt> prompt_;
  ConflictFile conflicts_;
  qfcsync::MergeOptions options_;
};
