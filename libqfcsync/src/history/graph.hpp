#pragma once

#include "chunk/object_id.hpp"
#include "history/git_odb.hpp"
#include "history/pointer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::history {

struct Person {
  std::string name;
  std::string email;  ///< or whatever stands between < and >
};

struct Commit {
  chunk::ObjectId id;
  chunk::ObjectId tree;
  std::vector<chunk::ObjectId> parents;
  Person author;
  std::int64_t time_s = 0;  ///< since 1970, UTC
  std::string message;
};

struct TreeChange {
  std::string path;
  std::optional<Pointer> file;  ///< nothing: the file goes
};

using TreeFiles = std::map<std::string, Pointer, std::less<>>;

/// Commits and trees of the history, through libgit2, without content of files.
///
/// One thread at a time. Keeps what it reads: to be made for one piece of work.
class Graph {
 public:
  explicit Graph(GitObjects& objects) : odb_(objects) {}

  /// @errors NotFound: no such commit; Corrupt, Io
  Commit commit(const chunk::ObjectId& id);

  /// The files of a commit by path, pointers only: what is no pointer is not listed.
  TreeFiles files(const chunk::ObjectId& commit);

  /// @return nothing if the commit has no such file
  std::optional<Pointer> find(const chunk::ObjectId& commit, std::string_view path);

  /// The tree of a commit with changes made to it.
  ///
  /// @param parent   nothing: the changes are made to an empty tree
  /// @return         id of the new tree
  /// @errors         InvalidArgument: a file would be the folder of another
  chunk::ObjectId change_tree(const std::optional<chunk::ObjectId>& parent,
                              const std::vector<TreeChange>& changes);

  /// The trees of the folders that lead to paths, by folder; "" is the tree itself.
  std::map<std::string, chunk::ObjectId> folders(const chunk::ObjectId& tree,
                                                 const std::vector<TreeChange>& changes);

  /// @param commit  all but its id; the committer is the author
  /// @return        its id
  chunk::ObjectId add_commit(const Commit& commit);

  /// The nearest common ancestor; nothing if the two have none.
  std::optional<chunk::ObjectId> merge_base(const chunk::ObjectId& ours,
                                            const chunk::ObjectId& theirs);

  /// Whether a commit is the other one or comes before it.
  bool is_ancestor(const chunk::ObjectId& ancestor, const chunk::ObjectId& of);

  /// Objects that were made since the last call, in the order in which they refer to each other.
  std::vector<GitObject> take_new() { return odb_.take_new(); }

 private:
  std::string blob(const chunk::ObjectId& id);
  chunk::ObjectId add_blob(std::string_view content);

  GitOdb odb_;
};

}  // namespace qfcsync::history
