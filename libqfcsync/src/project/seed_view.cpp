#include "project/seed_view.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>
#include <qfcsync/project_seed.hpp>

#include "base/text.hpp"
#include "project/archive.hpp"
#include "project/area.hpp"
#include "project/document.hpp"

#include <fmt/format.h>

namespace qfcsync::project {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWgs84 = "EPSG:4326";

ogr::Bounds in_project(pugi::xml_node root, const GeoExtent& extent) {
  const std::string crs = project_crs(root);
  const ogr::Bounds wanted{extent.min_x, extent.min_y, extent.max_x, extent.max_y};
  if (crs == kWgs84) return wanted;
  const auto bounds = ogr::transform_bounds(kWgs84, crs, wanted);
  if (bounds && bounds->is_finite()) return *bounds;
  throw Error(ErrorCode::InvalidArgument,
              fmt::format("the extent cannot be expressed in {}, the reference system of the "
                          "project",
                          crs.empty() ? "an unknown system" : crs));
}

std::string with_view(std::string text, const GeoExtent& extent) {
  ProjectDocument document;
  parse_document(std::move(text), document);
  const pugi::xml_node root = document.root();
  pugi::xml_node canvas = root.find_child_by_attribute("mapcanvas", "name", "theMapCanvas");
  if (!canvas) {
    canvas = document.root().append_child("mapcanvas");
    set_attribute(canvas, "name", "theMapCanvas");
  }
  const ogr::Bounds bounds = in_project(root, extent);
  write_extent(ensure_child(canvas, "extent"), bounds);
  // The canvas may have another system than the project, and a view of its own for new windows.
  canvas.remove_child("destinationsrs");
  if (const pugi::xml_node crs = root.child("projectCrs").child("spatialrefsys")) {
    canvas.append_child("destinationsrs").append_copy(crs);
  }
  root.child("ProjectViewSettings").remove_child("DefaultViewExtent");
  return serialize(document.xml);
}

bool is_document(const std::string& name) {
  return base::lower_case(fs::path(name).extension().string()) == ".qgs";
}

/// The entry that holds the document, by the rule of read_archived_project().
ArchiveEntry& document_in(std::vector<ArchiveEntry>& entries, const std::string& stem) {
  ArchiveEntry* best = nullptr;
  for (ArchiveEntry& entry : entries) {
    if (entry.name == stem + ".qgs") return entry;
    if (is_document(entry.name) && (best == nullptr || entry.name < best->name)) best = &entry;
  }
  if (best == nullptr) throw Error(ErrorCode::Corrupt, "the archive holds no .qgs");
  return *best;
}

}  // namespace

void write_extent(pugi::xml_node extent, const ogr::Bounds& bounds) {
  const auto put = [&](const char* name, double value) {
    ensure_child(extent, name).text().set(fmt::format("{}", value).c_str());
  };
  put("xmin", bounds.min_x);
  put("ymin", bounds.min_y);
  put("xmax", bounds.max_x);
  put("ymax", bounds.max_y);
}

}  // namespace qfcsync::project

namespace qfcsync {

void set_project_view(const std::filesystem::path& content, std::string_view name,
                      const GeoExtent& extent, const std::filesystem::path& output) {
  const std::filesystem::path path(name);
  if (project::is_document(path.filename().string())) {
    FileSink sink(output);
    sink.write(project::with_view(project::read_project_text(content, name), extent));
    sink.publish();
    return;
  }
  auto entries = project::read_archive(content, kMaxProjectXmlBytes);
  project::ArchiveEntry& entry = project::document_in(entries, path.stem().string());
  entry.bytes = project::with_view(std::move(entry.bytes), extent);
  project::write_archive(output, entries);
}

}  // namespace qfcsync
