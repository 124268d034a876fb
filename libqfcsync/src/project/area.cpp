#include "project/area.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "project/document.hpp"
#include "project/properties.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace qfcsync::project {
namespace {

constexpr const char* kWgs84 = "EPSG:4326";
constexpr int kMinRingPoints = 4;

// One coordinate tuple: at least x and y; returns the place behind it, nullptr when it is none.
const char* read_tuple(const char* at, double& x, double& y) {
  char* end = nullptr;
  x = std::strtod(at, &end);
  if (end == at) return nullptr;
  at = end;
  y = std::strtod(at, &end);
  if (end == at) return nullptr;
  double ignored = 0;
  for (at = end;; at = end) {
    ignored = std::strtod(at, &end);
    if (end == at) break;
  }
  (void)ignored;
  return at;
}

void extend(ogr::Bounds& bounds, double x, double y) {
  bounds.min_x = std::min(bounds.min_x, x);
  bounds.max_x = std::max(bounds.max_x, x);
  bounds.min_y = std::min(bounds.min_y, y);
  bounds.max_y = std::max(bounds.max_y, y);
}

bool is_known_crs(const std::string& crs) {
  return ogr::transform_bounds(crs, kWgs84, {0, 0, 0, 0}).has_value() ||
         ogr::transform_bounds(kWgs84, crs, {0, 0, 0, 0}).has_value() || crs == kWgs84;
}

}  // namespace

std::optional<ogr::Bounds> polygon_bounds(const std::string& wkt) {
  const std::string lower = base::lower_case(wkt);
  const std::size_t start = lower.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return std::nullopt;
  const bool is_polygon =
      lower.compare(start, 7, "polygon") == 0 || lower.compare(start, 12, "multipolygon") == 0;
  if (!is_polygon) return std::nullopt;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  ogr::Bounds bounds{kInfinity, kInfinity, -kInfinity, -kInfinity};
  int points = 0;
  int depth = 0;
  for (const char* at = wkt.c_str() + std::min(wkt.find('('), wkt.size()); *at != '\0';) {
    if (*at == '(') ++depth;
    if (*at == ')' && --depth < 0) return std::nullopt;
    if (std::string_view("() ,\t\r\n").find(*at) != std::string_view::npos) {
      ++at;
      continue;
    }
    double x = 0;
    double y = 0;
    at = read_tuple(at, x, y);
    if (at == nullptr) return std::nullopt;
    extend(bounds, x, y);
    ++points;
  }
  if (depth != 0 || points < kMinRingPoints || !bounds.is_finite()) return std::nullopt;
  if (bounds.min_x == bounds.max_x || bounds.min_y == bounds.max_y) return std::nullopt;
  return bounds;
}

std::string polygon_wkt(const ogr::Bounds& b) {
  return fmt::format("POLYGON(({0} {1}, {2} {1}, {2} {3}, {0} {3}, {0} {1}))", b.min_x, b.min_y,
                     b.max_x, b.max_y);
}

std::string crs_definition(pugi::xml_node spatialrefsys) {
  const std::string authority = child_text(spatialrefsys, "authid");
  const bool is_own = authority.empty() || authority.rfind("USER:", 0) == 0;
  return is_own ? child_text(spatialrefsys, "wkt") : authority;
}

std::string project_crs(pugi::xml_node root) {
  const pugi::xml_node projects = root.child("projectCrs").child("spatialrefsys");
  if (projects) return crs_definition(projects);
  const pugi::xml_node canvas = root.find_child_by_attribute("mapcanvas", "name", "theMapCanvas");
  return crs_definition(canvas.child("destinationsrs").child("spatialrefsys"));
}

std::optional<ogr::Bounds> read_extent(pugi::xml_node extent) {
  ogr::Bounds bounds;
  for (const auto& [name, value] : {std::pair<const char*, double*>{"xmin", &bounds.min_x},
                                    {"ymin", &bounds.min_y},
                                    {"xmax", &bounds.max_x},
                                    {"ymax", &bounds.max_y}}) {
    const pugi::xml_text text = extent.child(name).text();
    if (text.empty()) return std::nullopt;
    *value = text.as_double(std::numeric_limits<double>::quiet_NaN());
  }
  return bounds.is_finite() ? std::optional(bounds) : std::nullopt;
}

std::optional<AreaOfInterest> area_of_interest(pugi::xml_node root) {
  const ProjectProperties properties(root);
  const std::string wkt = properties.text("qfieldsync", "areaOfInterest").value_or("");
  const std::string crs = properties.text("qfieldsync", "areaOfInterestCrs").value_or("");
  if (wkt.empty() || crs.empty()) return std::nullopt;
  const std::optional<ogr::Bounds> bounds = polygon_bounds(wkt);
  if (!bounds || !is_known_crs(crs)) {
    throw Error(ErrorCode::InvalidArgument,
                "the project's area of interest is no valid polygon, or its reference system is "
                "unknown; set it again in the project properties, page QField");
  }
  return AreaOfInterest{*bounds, crs};
}

std::optional<AreaOfInterest> clip_area(pugi::xml_node root) {
  const ProjectProperties properties(root);
  const bool clips = properties.flag("qfieldsync", "offlineCopyOnlyAoi");
  if (!clips && !properties.flag("qfieldsync", "createBaseMap")) return std::nullopt;
  std::optional<AreaOfInterest> area = area_of_interest(root);
  // Without a set area the reference takes the extent of all layers, which leaves nothing out.
  return clips ? area : std::nullopt;
}

}  // namespace qfcsync::project
