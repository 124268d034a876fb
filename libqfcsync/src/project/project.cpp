#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "project/project_impl.hpp"
#include "project/properties.hpp"
#include "project/source_text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace qfcsync {
namespace {

namespace fs = std::filesystem;

bool is_project_file(const fs::path& file) {
  const std::string extension = base::lower_case(file.extension().string());
  return extension == ".qgs" || extension == ".qgz";
}

bool is_hidden(const fs::path& path) { return path.filename().string().rfind('.', 0) == 0; }

std::vector<fs::path> project_files_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, error);
  if (error) {
    throw Error(ErrorCode::NotFound,
                fmt::format("cannot read folder {}: {}", folder.string(), error.message()),
                ErrorOrigin::Os, error.value());
  }
  for (auto entry = entries; entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_directory() && is_hidden(entry->path())) entry.disable_recursion_pending();
    if (entry->is_regular_file() && is_project_file(entry->path())) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool embeds_source(const project::DataSource& source) {
  return project::url_parameter(source.text, "layer").size > 0;
}

bool is_online(const project::LayerNode& layer) {
  if (!layer.is_vector() || layer.is_embedded) return false;
  if (layer.source.kind == project::SourceKind::Virtual) return embeds_source(layer.source);
  return layer.source.kind == project::SourceKind::Service;
}

}  // namespace

Project::Impl::Impl(fs::path path, const fs::path& root)
    : file(std::move(path)), folder(file.parent_path(), root) {}

Project::Project(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Project::Project(Project&&) noexcept = default;
Project& Project::operator=(Project&&) noexcept = default;
Project::~Project() = default;

Project Project::open(const fs::path& file, const fs::path& root) {
  if (!fs::is_regular_file(file)) {
    throw Error(ErrorCode::NotFound, fmt::format("project file {} does not exist", file.string()));
  }
  auto impl = std::make_unique<Impl>(fs::absolute(file),
                                     root.empty() ? fs::absolute(file).parent_path() : root);
  const std::string name = file.filename().string();
  std::string text = project::read_project_text(file, name);
  try {
    project::parse_document(std::move(text), impl->document);
    impl->layers = project::read_layers(impl->document.root());
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", name, error.what()), error.origin(),
                error.native());
  }
  return Project(std::move(impl));
}

fs::path Project::find_in(const fs::path& folder) {
  const std::vector<fs::path> found = project_files_in(folder);
  if (found.empty()) {
    throw Error(ErrorCode::NotFound,
                fmt::format("{} holds no QGIS project (.qgs or .qgz)", folder.string()));
  }
  if (found.size() == 1) return found.front();
  std::string list;
  for (const fs::path& file : found) list += " " + file.lexically_relative(folder).string();
  throw Error(
      ErrorCode::InvalidArgument,
      fmt::format("{} holds more than one QGIS project, name one of:{}", folder.string(), list));
}

const fs::path& Project::file() const { return impl_->file; }

std::string Project::qgis_version() const { return project::version_of(impl_->document.root()); }

std::vector<std::string> Project::attachment_dirs() const {
  return project::attachment_dirs(impl_->document.root());
}

std::vector<std::string> Project::data_dirs() const {
  return project::data_dirs(impl_->document.root());
}

bool Project::has_online_vector_layers() const {
  return std::any_of(impl_->layers.begin(), impl_->layers.end(), is_online);
}

std::string Project::layers_json() const {
  return project::to_text(project::layers_by_id(project::probe_layers(*impl_)));
}

namespace project {

std::vector<LayerStatus> probe_layers(const ProjectAccess::Impl& project) {
  std::vector<LayerStatus> statuses;
  for (const LayerNode& layer : project.layers) {
    statuses.push_back(probe_layer(project.folder, layer));
  }
  return statuses;
}

nlohmann::json layers_by_id(const std::vector<LayerStatus>& layers) {
  nlohmann::json result = nlohmann::json::object();
  for (const LayerStatus& layer : layers) result[layer.layer.id] = status_json(layer);
  return result;
}

std::string to_text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::string> attachment_dirs(pugi::xml_node root) {
  return ProjectProperties(root)
      .list("QFieldSync", "attachmentDirs")
      .value_or(std::vector<std::string>{"DCIM"});
}

std::vector<std::string> data_dirs(pugi::xml_node root) {
  return ProjectProperties(root)
      .list("QFieldSync", "dataDirs")
      .value_or(std::vector<std::string>{});
}

}  // namespace project
}  // namespace qfcsync
