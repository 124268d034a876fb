#pragma once

#include <qfcsync/repository.hpp>

#include "support/dying_process.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace qfcsync::test {

/// Work on a repository in steps that can be broken off anywhere, and what has to be there then.
///
/// A place is a folder with `store` and `cache`. The steps commit, put small packs together, name a
/// version, give up old ones twice and take in a bundle.
class Story {
 public:
  /// Prepares what every place begins with.
  explicit Story(const std::filesystem::path& folder);

  /// Makes a place where no step has been done.
  void begin(const std::filesystem::path& place) const;

  /// Does all steps, and says so after each.
  void run(const std::filesystem::path& place, const Acknowledge& acknowledge) const;

  /// What was acknowledged is there, nothing half is, and work goes on.
  ///
  /// @return what is wrong, one sentence each
  std::vector<std::string> faults(const std::filesystem::path& place, int acknowledged,
                                  bool with_git) const;

 private:
  std::filesystem::path folder_;
  std::string bundle_;
};

/// How many runs a random test makes: QFCSYNC_CRASH_RUNS, else this number.
int crash_runs(int usual);

/// Temporary files go to a file system in memory where there is one: what counts is the order of
/// calls.
void use_memory_for_temporary_files();

}  // namespace qfcsync::test
