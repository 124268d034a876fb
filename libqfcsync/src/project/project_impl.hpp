#pragma once

#include <qfcsync/project.hpp>

#include "project/document.hpp"
#include "project/layer_node.hpp"
#include "project/layer_status.hpp"
#include "project/paths.hpp"

#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync {

struct Project::Impl {
  Impl(std::filesystem::path path, const std::filesystem::path& root);

  std::filesystem::path file;
  project::ProjectFolder folder;
  project::ProjectDocument document;
  std::vector<project::LayerNode> layers;
};

/// How the parts of the module reach what a Project holds.
struct ProjectAccess {
  using Impl = Project::Impl;
  static const Project::Impl& of(const Project& project) { return *project.impl_; }
};

namespace project {

std::vector<LayerStatus> probe_layers(const ProjectAccess::Impl& project);
nlohmann::json layers_by_id(const std::vector<LayerStatus>& layers);
/// JSON as compact text; bytes that are no UTF-8 become replacement characters.
std::string to_text(const nlohmann::json& json);

/// Folders whose files are attachments and folders that are packaged whole.
std::vector<std::string> attachment_dirs(pugi::xml_node root);
std::vector<std::string> data_dirs(pugi::xml_node root);

}  // namespace project
}  // namespace qfcsync
