#pragma once

#include <qfcsync/project.hpp>

#include <filesystem>

/// Opens a project given as file, or as folder that holds one. Nothing outside the folder is read.
inline qfcsync::Project open_project(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return qfcsync::Project::open(path);
  return qfcsync::Project::open(qfcsync::Project::find_in(path), path);
}
