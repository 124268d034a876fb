#pragma once

#include <qfcsync/layer.hpp>
#include <qfcsync/stream.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync {

/// Limits for project files from outside.
inline constexpr std::size_t kMaxProjectXmlBytes = 512u << 20;
inline constexpr std::size_t kMaxProjectArchiveEntries = 10'000;

/// Reads only the head of a .qgs or .qgz to see whether it is a QGIS project.
///
/// @return  the version "x.y.z" of QGIS that wrote it
/// @errors  Corrupt: no QGIS project (message says what is wrong); LimitExceeded; NotFound, Io
/// @param   name  file name with extension, which decides between .qgs and .qgz (content may lie
///                under another name, e.g. in an object store)
std::string probe_project_file(const std::filesystem::path& content, std::string_view name);

/// A QGIS project document (.qgs or .qgz) and the folder it lies in. No QGIS is needed.
///
/// Reading never changes a file. Const methods may run concurrently.
class Project {
 public:
  /// @param file  the .qgs or .qgz; relative sources are relative to its folder
  /// @param root  no file outside is ever read, whatever the document says; the folder of the file
  ///              when empty
  /// @errors      Corrupt: not XML, not a QGIS project, or a bad archive; LimitExceeded; NotFound,
  /// Io;
  ///              InvalidArgument: file is not below root
  static Project open(const std::filesystem::path& file, const std::filesystem::path& root = {});

  /// The project file in a folder (searched at any depth, hidden folders left out).
  ///
  /// @errors  NotFound: none; InvalidArgument: more than one (message lists them)
  static std::filesystem::path find_in(const std::filesystem::path& folder);

  Project(Project&&) noexcept;
  Project& operator=(Project&&) noexcept;
  ~Project();

  const std::filesystem::path& file() const;
  std::string qgis_version() const;

  /// Folders whose files are attachments, e.g. {"DCIM"}.
  std::vector<std::string> attachment_dirs() const;
  /// Folders that are packaged whole.
  std::vector<std::string> data_dirs() const;
  /// True when a vector layer's rows are not in a file (PostGIS, WFS, ...).
  bool has_online_vector_layers() const;

  /// The document `project_details` of a `process_projectfile` job, compact JSON.
  std::string details_json() const;
  /// The document `layers_by_id`, compact JSON.
  std::string layers_json() const;

  /// A vector layer as the target of deltas; nullopt when there is no layer of that id.
  std::optional<EditLayer> edit_layer(std::string_view id) const;

 private:
  friend struct ProjectAccess;
  struct Impl;
  explicit Project(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What a package consists of.
struct Package {
  std::vector<std::string> files;    ///< relative to the output folder, sorted
  std::string layers_json;           ///< layers_by_id of the original project
  std::string packaged_layers_json;  ///< layers_by_id of the packaged project
};

/// Prepares a project for QField: data.gpkg with the offline layers, copied files, rewritten
/// project `<stem>_qfield.qgz`. The same input gives the same bytes.
///
/// @param output  empty or missing folder outside the project's root; written whole or not at all
/// @errors  InvalidArgument: output is not empty or lies in the project's root;
///          NotFound, Io, Corrupt: a source cannot be read; Cancelled; whatever progress throws
/// @threads safe with different output folders
Package package_project(const Project& project, const std::filesystem::path& output,
                        const Progress& progress = {});

}  // namespace qfcsync
