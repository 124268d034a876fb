#pragma once

#include <qfcsync/repository.hpp>

#include "extract/progress.hpp"
#include "history/graph.hpp"
#include "repository/capture.hpp"
#include "repository/changes.hpp"
#include "repository/ingest.hpp"
#include "repository/new_objects.hpp"
#include "repository/parallel_runner.hpp"
#include "repository/state.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qfcsync::repository {

/// One path of a commit in the making.
struct CommittedFile {
  FileChange change;                         // what is told about it
  std::optional<history::Pointer> before;    // in the version that it was made against
  std::optional<history::Pointer> now;       // nothing: removed
  std::optional<chunk::ObjectId> changeset;  // stored as an object of its own
};

/// Makes one commit: stores pieces, then the history, then the root that makes it count.
///
/// Nothing of it is visible before the root. When somebody else's root comes first, the commit is
/// put on top of theirs; packs are made again only if they stand on what is not there any more.
class Committer {
 public:
  /// @param meter  of the bytes that are read; has to outlive it
  Committer(State& state, const CommitOptions& options, extraction::ProgressMeter& meter);

  /// Puts a file in, unless it is the same as before.
  void add_file(const WorkingFile& file);
  /// @errors NotFound: there is no such file
  void add_removal(const std::string& path);
  /// Puts in a file that is stored already, e.g. one of an older version.
  void add_stored(const std::string& path, const history::Pointer& pointer);

  /// @return what became of it; nothing: what the packs stand on is not there any more, all has to
  ///         be made again by another committer
  /// @errors HeadMoved, Busy
  std::optional<CommitResult> finish();

  /// Files that were read, with stamps where it is sure that they still have these bytes.
  const std::map<std::string, SeenFile>& seen() const { return seen_; }

 private:
  std::optional<history::Pointer> before_of(const std::string& path);
  Ingested take_bytes(const WorkingFile& file, const chunk::PreviousVersion* previous,
                      CommittedFile& committed);
  Ingested take_once(Capture& source, const chunk::PreviousVersion* previous, ByteSink* copy);
  void find_rows(const chunk::PreviousVersion& previous, const Ingested& now,
                 const ScratchFile& copy, CommittedFile& committed);
  void store_changeset(const std::string& bytes, CommittedFile& committed);
  void put(CommittedFile committed);
  void forget_decoded();

  chunk::ObjectId store_history();
  void store_git(history::Graph& graph, const std::map<chunk::ObjectId, chunk::ObjectId>& bases);
  history::Commit commit_of(const chunk::ObjectId& tree) const;
  bool try_publish();
  bool stands_on_stored();
  void move_to_head();
  std::vector<FileChange> changes() const;
  CommitResult result(bool is_new);

  State* state_;
  CommitOptions options_;
  extraction::ProgressMeter* meter_;
  Timestamp begun_;
  std::int64_t time_s_;
  std::unique_ptr<NewObjects> objects_;
  std::unique_ptr<chunk::ObjectDecoder> decoder_;
  std::unique_ptr<DecodedGitObjects> git_objects_;
  ParallelRunner runner_;
  std::optional<chunk::ObjectId> parent_;
  std::map<std::string, CommittedFile> files_;
  std::map<std::string, SeenFile> seen_;
  chunk::ObjectId commit_;
};

}  // namespace qfcsync::repository
