#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace qfcsync::project {

/// The folder of a project and what lies in it. A project is a stranger's document: a path in it
/// leads to a file below the root or nowhere.
class ProjectFolder {
 public:
  /// @param folder  where relative paths start: the folder of the project file
  /// @param root    nothing outside is read; contains folder
  /// @errors        NotFound: a folder does not exist; InvalidArgument: folder is not in root
  ProjectFolder(const std::filesystem::path& folder, const std::filesystem::path& root);

  const std::filesystem::path& folder() const { return folder_; }
  const std::filesystem::path& root() const { return root_; }

  /// The file or folder that a path of the document means.
  ///
  /// @return  canonical path; empty when it is absolute, leads out of the root (also by symbolic
  ///          link) or does not exist
  std::filesystem::path resolve(std::string_view text) const;

  /// A path below the root as the name of a project file, with slashes.
  std::string name_of(const std::filesystem::path& file) const;

  /// Whether a canonical path is the root or lies below it.
  bool contains(const std::filesystem::path& canonical) const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path root_;
};

/// A path as written in a document without a leading "./".
std::string plain_path(std::string_view text);

/// Reads a small file whole.
///
/// @errors NotFound, Io; LimitExceeded: more than limit bytes
std::string read_file(const std::filesystem::path& file, std::size_t limit);

}  // namespace qfcsync::project
