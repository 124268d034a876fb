#pragma once

#include "project/paths.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace qfcsync::project {

/// Puts files of a project into the folder of a package. Names are taken once: what comes later and
/// clashes, also by case only (devices have file systems that ignore it), gets another name.
class PackageFiles {
 public:
  /// Called after each file with its size; throwing stops the work.
  using Copied = std::function<void(std::uintmax_t bytes)>;

  PackageFiles(std::filesystem::path output, Copied copied);

  /// Keeps a name for something else.
  void reserve(const std::string& name);

  /// Copies a data set and its sidecars flat into the root; the same file is copied once.
  ///
  /// @return  base name it has in the package
  /// @errors  Io, Corrupt
  std::string add_dataset(const std::filesystem::path& file);

  /// Copies one file to a path of the package; nothing happens when the name is taken.
  void add_file(const std::filesystem::path& file, const std::string& name);

  /// Copies everything below a folder; links and what `skip` names are left out.
  ///
  /// @param name  the folder's path in the package
  void add_folder(const std::filesystem::path& folder, const std::string& name,
                  const std::function<bool(const std::filesystem::path&)>& skip);

 private:
  bool is_free(const std::string& name, const std::filesystem::path& source) const;
  std::string free_name(const std::filesystem::path& file,
                        const std::vector<std::filesystem::path>& sidecars) const;
  void copy(const std::filesystem::path& file, const std::string& name);

  std::filesystem::path output_;
  Copied copied_;
  std::map<std::string, std::filesystem::path> taken_;  // lower-case name -> source
  std::map<std::filesystem::path, std::string> datasets_;
};

/// The companions of a project file: what it is called in the package, by source.
std::map<std::string, std::filesystem::path> project_companions(
    const std::filesystem::path& project_file);

}  // namespace qfcsync::project
