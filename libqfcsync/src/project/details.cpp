#include <qfcsync/error.hpp>

#include "project/area.hpp"
#include "project/project_impl.hpp"
#include "project/properties.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace qfcsync {
namespace {

using nlohmann::json;

constexpr const char* kWgs84 = "EPSG:4326";

std::string background_color(const project::ProjectProperties& properties) {
  const auto part = [&](const char* key) {
    return std::clamp(properties.number("Gui", key, 255), 0, 255);
  };
  return fmt::format("#{:02x}{:02x}{:02x}", part("CanvasColorRedPart"),
                     part("CanvasColorGreenPart"), part("CanvasColorBluePart"));
}

std::string world_polygon(const std::optional<ogr::Bounds>& bounds, const std::string& crs) {
  if (!bounds) return {};
  const std::optional<ogr::Bounds> world = ogr::transform_bounds(crs, kWgs84, *bounds);
  const bool is_on_earth = world && world->min_x >= -180 && world->max_x <= 180 &&
                           world->min_y >= -90 && world->max_y <= 90;
  return is_on_earth ? project::polygon_wkt(*world) : std::string();
}

std::string canvas_extent(pugi::xml_node root) {
  const pugi::xml_node canvas = root.find_child_by_attribute("mapcanvas", "name", "theMapCanvas");
  std::string crs = project::crs_definition(canvas.child("destinationsrs").child("spatialrefsys"));
  if (crs.empty()) crs = project::project_crs(root);
  return world_polygon(project::read_extent(canvas.child("extent")), crs);
}

std::string area_polygon(pugi::xml_node root) {
  try {
    const auto area = project::area_of_interest(root);
    return area ? world_polygon(area->bounds, area->crs) : std::string();
  } catch (const Error&) {
    return {};  // only packaging has to refuse it
  }
}

std::string title_of(pugi::xml_node root) {
  const std::string title = project::child_text(root, "title");
  return title.empty() ? root.attribute("projectname").value() : title;
}

std::string authority_of(pugi::xml_node root) {
  return project::child_text(root.child("projectCrs").child("spatialrefsys"), "authid");
}

}  // namespace

std::string Project::details_json() const {
  const pugi::xml_node root = impl_->document.root();
  const project::ProjectProperties properties(root);
  const json layers = project::layers_by_id(project::probe_layers(*impl_));
  json ids = json::array();
  for (const auto& [id, layer] : layers.items()) ids.push_back(id);
  return project::to_text({{"background_color", background_color(properties)},
                           {"extent", canvas_extent(root)},
                           {"area_of_interest", area_polygon(root)},
                           {"crs", authority_of(root)},
                           {"project_name", title_of(root)},
                           {"layers_by_id", layers},
                           {"ordered_layer_ids", ids},
                           {"attachment_dirs", attachment_dirs()},
                           {"data_dirs", data_dirs()},
                           {"qgis_version", qgis_version()}});
}

}  // namespace qfcsync
