#pragma once

#include <qfcsync/repository.hpp>

#include "watched_blobs.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

/// What `.qfcsync/config` of a working folder says.
struct FolderConfig {
  std::string store;             ///< address, or a folder relative to `.qfcsync`
  std::string credentials_file;  ///< relative to `.qfcsync`; empty: from the environment
  std::string profile;           ///< section of it; empty: "default"
  std::string ca_file;           ///< relative to `.qfcsync`; empty: the system's authorities
  std::string author;            ///< empty: the user of this computer
  std::string device;            ///< empty: the name of this computer
};

/// A folder whose files have versions: its `.qfcsync` and the repository that this names.
///
/// The base is the version that the files were taken from or put into last; what differs from it is
/// the user's own work. It is kept in `.qfcsync/base`.
class WorkingFolder {
 public:
  /// @param start  the folder to look in, and in all above it; paths are relative to it
  /// @errors       NotFound: no folder there has a `.qfcsync`; InvalidArgument: what config says
  static WorkingFolder find(const std::string& start);

  /// Makes `.qfcsync` in a folder, and the store where it has none yet.
  ///
  /// @param joined  becomes true when the store had a repository
  /// @errors        AlreadyExists: the folder has versions
  static WorkingFolder create(const std::string& folder, const FolderConfig& config, bool& joined);

  const std::filesystem::path& root() const { return root_; }
  const FolderConfig& config() const { return config_; }
  qfcsync::Repository& repository() { return *repository_; }

  /// The path that a file which the user named is versioned under; "" for the whole folder.
  ///
  /// @errors InvalidArgument: it is not in the folder
  std::string path_of(const std::string& given) const;
  /// Empty when one of them is the whole folder.
  std::vector<std::string> paths_of(const std::vector<std::string>& given) const;
  std::filesystem::path file_of(const std::string& path) const { return root_ / path; }

  std::string base() const;  ///< "" before the first commit
  void set_base(const std::string& version) const;

  /// Opens another store with this folder's credentials.
  std::shared_ptr<qfcsync::BlobStore> open_other(const std::string& address) const;

 private:
  WorkingFolder(std::filesystem::path root, std::filesystem::path start, FolderConfig config);
  std::filesystem::path kept() const;
  qfcsync::OpenBlobsOptions blob_options() const;
  std::shared_ptr<qfcsync::BlobStore> open_store();

  std::filesystem::path root_;
  std::filesystem::path start_;
  FolderConfig config_;
  std::unique_ptr<qfcsync::Repository> repository_;
};

/// Whether this folder or one above it has versions.
bool is_in_working_folder();

/// Adds -C, and puts the command among those that work on versions.
void add_folder_option(CLI::App& command, std::string& folder);
