#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "project/archive.hpp"
#include "project/area.hpp"
#include "project/package_data.hpp"
#include "project/package_document.hpp"
#include "project/package_files.hpp"
#include "project/package_symbols.hpp"
#include "project/project_impl.hpp"
#include "project/properties.hpp"
#include "project/scratch_folder.hpp"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

namespace qfcsync {
namespace {

namespace fs = std::filesystem;
using namespace project;

constexpr const char* kOfflineData = "data.gpkg";

// Counts bytes that are through against those to be read.
class Meter {
 public:
  Meter(const Progress& progress, const std::vector<PlannedLayer>& plan) : progress_(progress) {
    std::set<std::pair<fs::path, std::string>> counted;
    for (const PlannedLayer& planned : plan) {
      const bool is_read =
          planned.handling == Handling::Offline || planned.handling == Handling::CopyFile;
      const std::string table = planned.handling == Handling::Offline
                                    ? planned.status.layer.source.without_subset()
                                    : std::string();
      std::error_code ignored;
      if (!is_read || !counted.emplace(planned.status.file, table).second) continue;
      const auto size = fs::file_size(planned.status.file, ignored);
      if (!ignored) total_ += size;
    }
  }

  void tick() const {
    if (!progress_) return;
    const double share = total_ == 0 ? 0 : static_cast<double>(done_) / static_cast<double>(total_);
    if (!progress_(std::min(share, 1.0))) {
      throw Error(ErrorCode::Cancelled, "packaging was stopped; nothing was written");
    }
  }
  void add(std::uintmax_t bytes) {
    done_ += bytes;
    tick();
  }

 private:
  const Progress& progress_;
  std::uintmax_t total_ = 0;
  std::uintmax_t done_ = 0;
};

class Packager {
 public:
  Packager(const Project& project, const fs::path& output, const Progress& progress)
      : project_(ProjectAccess::of(project)),
        stem_(project_.file.stem().string()),
        output_(output),
        statuses_(probe_layers(project_)),
        plan_(plan_package(statuses_)),
        meter_(progress, plan_),
        files_(output, [this](std::uintmax_t bytes) { meter_.add(bytes); }) {}

  Package run() {
    meter_.tick();
    files_.reserve(kOfflineData);
    files_.reserve(project_name());
    copy_companions();
    copy_data_dirs();
    copy_layer_files();
    write_offline_data(
        plan_, output_ / kOfflineData, clip_area(project_.document.root()),
        [this] { meter_.tick(); }, [this](std::uintmax_t bytes) { meter_.add(bytes); });
    write_project();
    return describe();
  }

 private:
  std::string project_name() const { return stem_ + "_qfield.qgz"; }

  void copy_companions() {
    for (const auto& [name, file] : project_companions(project_.file)) files_.add_file(file, name);
    const ProjectProperties properties(project_.document.root());
    const fs::path image =
        project_.folder.resolve(properties.text("Image", "ImagePath").value_or(""));
    std::error_code error;
    if (image.empty() || !fs::is_regular_file(image, error)) return;
    const std::string name = image.lexically_relative(project_.folder.folder()).generic_string();
    if (name.rfind("..", 0) != 0) files_.add_file(image, name);
  }

  void copy_data_dirs() {
    const std::vector<std::string> attachments = attachment_dirs(project_.document.root());
    const auto skip = [&](const fs::path& file) {
      const std::string name = project_.folder.name_of(file);
      const std::string extension = base::lower_case(file.extension().string());
      return extension == ".qgs" || extension == ".qgz" ||
             std::any_of(attachments.begin(), attachments.end(), [&](const std::string& folder) {
               return !folder.empty() && name.rfind(folder, 0) == 0;
             });
    };
    for (const std::string& dir : data_dirs(project_.document.root())) {
      const fs::path folder = project_.folder.resolve(dir);
      std::error_code error;
      if (folder.empty() || !fs::is_directory(folder, error)) continue;
      const std::string name = folder.lexically_relative(project_.folder.folder()).generic_string();
      if (name != "." && name.rfind("..", 0) != 0) files_.add_folder(folder, name, skip);
    }
  }

  void copy_layer_files() {
    for (PlannedLayer& planned : plan_) {
      if (planned.handling != Handling::CopyFile) continue;
      const DataSource& source = planned.status.layer.source;
      planned.new_source = source.with_path("./" + files_.add_dataset(planned.status.file));
      planned.new_provider = source.provider;
    }
  }

  void write_project() {
    pugi::xml_document xml;
    xml.reset(project_.document.xml);
    const pugi::xml_node root = xml.document_element();
    std::size_t index = 0;
    for (const pugi::xml_node layer : root.child("projectlayers").children("maplayer")) {
      const PlannedLayer& planned = plan_[index++];
      rewrite_layer(layer, planned);
      if (planned.handling != Handling::Remove) rewrite_symbols(layer, project_.folder, output_);
    }
    rewrite_references(root, plan_);
    remove_layers(root, plan_);
    prune_empty_groups(root);
    rewrite_settings(root, project_.file, fs::exists(output_ / kOfflineData));
    std::vector<ArchiveEntry> entries = {{stem_ + "_qfield.qgs", serialize(xml)}};
    add_stored_entries(entries);
    write_archive(output_ / project_name(), entries);
  }

  // What lies in the archive of the original, or beside a plain .qgs and belongs into one.
  void add_stored_entries(std::vector<ArchiveEntry>& entries) const {
    std::vector<ArchiveEntry> stored;
    const bool is_archive = base::lower_case(project_.file.extension().string()) == ".qgz";
    const fs::path attachments = project_.file.parent_path() / (stem_ + "_attachments.zip");
    const fs::path storage = project_.file.parent_path() / (stem_ + ".qgd");
    if (is_archive)
      stored = read_archive(project_.file, kMaxProjectXmlBytes);
    else if (fs::is_regular_file(fs::symlink_status(attachments))) {
      stored = read_archive(attachments, kMaxProjectXmlBytes);
    }
    if (!is_archive && fs::is_regular_file(fs::symlink_status(storage))) {
      stored.push_back({stem_ + ".qgd", read_file(storage, kMaxProjectXmlBytes)});
    }
    std::set<std::string> names = {entries.front().name};
    for (ArchiveEntry& entry : stored) {
      const std::string extension = base::lower_case(fs::path(entry.name).extension().string());
      if (extension == ".qgs") continue;
      if (entry.name == stem_ + ".qgd") entry.name = stem_ + "_qfield.qgd";
      if (names.insert(entry.name).second) entries.push_back(std::move(entry));
    }
  }

  Package describe() const {
    Package package;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(output_)) {
      if (!entry.is_regular_file()) continue;
      package.files.push_back(entry.path().lexically_relative(output_).generic_string());
    }
    std::sort(package.files.begin(), package.files.end());
    package.layers_json = to_text(layers_by_id(statuses_));
    package.packaged_layers_json = Project::open(output_ / project_name()).layers_json();
    return package;
  }

  const ProjectAccess::Impl& project_;
  std::string stem_;
  fs::path output_;
  std::vector<LayerStatus> statuses_;
  std::vector<PlannedLayer> plan_;
  Meter meter_;
  PackageFiles files_;
};

// A package inside the project's folder would be a second project in it from then on.
void require_outside(const ProjectFolder& folder, const fs::path& output) {
  if (output.empty()) throw Error(ErrorCode::InvalidArgument, "name a folder for the package");
  if (folder.contains(fs::weakly_canonical(fs::absolute(output)))) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("{} lies in the project's own folder {}; name one outside",
                            output.string(), folder.root().string()));
  }
}

}  // namespace

Package package_project(const Project& project, const fs::path& output, const Progress& progress) {
  try {
    require_outside(ProjectAccess::of(project).folder, output);
    ScratchFolder scratch(output);
    Package package = Packager(project, scratch.path(), progress).run();
    scratch.publish();
    return package;
  } catch (const fs::filesystem_error& error) {
    const fs::path& path = error.path1().empty() ? output : error.path1();
    throw Error(ErrorCode::Io, fmt::format("{}: {}", path.string(), error.code().message()),
                ErrorOrigin::Os, error.code().value());
  }
}

}  // namespace qfcsync
