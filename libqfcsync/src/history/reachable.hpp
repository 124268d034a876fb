#pragma once

#include "chunk/object_id.hpp"
#include "history/git_odb.hpp"
#include "history/pointer.hpp"

#include <functional>
#include <string>
#include <unordered_set>

namespace qfcsync::history {

using GitIds = std::unordered_set<chunk::ObjectKey, chunk::ObjectKeyHash>;

/// What is told while commits are walked.
struct ReachableVisitor {
  /// Each commit, tree and blob once, after it has been read.
  std::function<void(const chunk::ObjectId&)> on_object;
  /// A pointer, once, with the path where it was met first.
  std::function<void(const std::string&, const Pointer&)> on_file;
  /// The message of each commit.
  std::function<void(const chunk::ObjectId&, std::string_view)> on_message;
  /// An object that is missing or damaged; what is below it is not walked. Without this function
  /// it is an error.
  std::function<void(const chunk::ObjectId&, const std::string& why)> on_lost;
};

/// Walks everything that a commit leads to: its tree, its parents, theirs.
///
/// @param seen  objects that are known already, and all that is below them; gets those walked
/// @errors      NotFound, Corrupt without on_lost; Io
void walk_reachable(GitObjects& objects, const chunk::ObjectId& commit, GitIds& seen,
                    const ReachableVisitor& visitor);

}  // namespace qfcsync::history
