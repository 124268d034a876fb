#include "project/package_data.hpp"

#include "base/digest.hpp"
#include "gpkg/table_package.hpp"

#include <map>

namespace qfcsync::project {
namespace {

namespace fs = std::filesystem;

struct Group {
  std::string uri;
  std::vector<PlannedLayer*> layers;
};

// In the order of the document, so that equal projects give equal files.
std::vector<Group> group_by_source(std::vector<PlannedLayer>& plan) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> known;
  for (PlannedLayer& planned : plan) {
    if (planned.handling != Handling::Offline) continue;
    const std::string uri = planned.status.layer.source.without_subset();
    const auto [at, is_new] = known.emplace(uri, groups.size());
    if (is_new) groups.push_back({uri, {}});
    groups[at->second].layers.push_back(&planned);
  }
  return groups;
}

// A row is needed when one of the layers shows it.
std::string any_condition(const Group& group) {
  std::string condition;
  for (const PlannedLayer* planned : group.layers) {
    const std::string& subset = planned->status.layer.source.subset;
    if (subset.empty()) return {};
    condition += (condition.empty() ? "(" : " OR (") + subset + "\n)";
  }
  return condition;
}

std::vector<std::string> aliases(const Group& group) {
  std::vector<std::string> names;
  for (const PlannedLayer* planned : group.layers) {
    for (const pugi::xml_node alias :
         planned->status.layer.node.child("aliases").children("alias")) {
      names.emplace_back(alias.attribute("name").value());
    }
  }
  return names;
}

std::optional<gpkg::Envelope> clip_box(const Group& group,
                                       const std::optional<AreaOfInterest>& area) {
  if (!area) return std::nullopt;
  const LayerStatus& status = group.layers.front()->status;
  std::string crs = crs_definition(status.layer.node.child("srs").child("spatialrefsys"));
  if (crs.empty()) crs = status.table->authority;
  const auto bounds = ogr::transform_bounds(area->crs, crs, area->bounds);
  if (!bounds) return std::nullopt;  // copied completely
  return gpkg::Envelope{bounds->min_x, bounds->max_x, bounds->min_y, bounds->max_y};
}

void set_new_source(PlannedLayer& planned, const gpkg::PackagedTable& table) {
  planned.new_source = "./data.gpkg|layername=" + table.name;
  const std::string& subset = planned.status.layer.source.subset;
  if (!subset.empty()) planned.new_source += "|subset=" + subset;
  planned.new_provider = "ogr";
  planned.new_key = table.key;
}

}  // namespace

void write_offline_data(std::vector<PlannedLayer>& plan, const fs::path& file,
                        const std::optional<AreaOfInterest>& area,
                        const std::function<void()>& tick,
                        const std::function<void(std::uintmax_t bytes)>& done) {
  const std::vector<Group> groups = group_by_source(plan);
  if (groups.empty()) return;
  gpkg::PackageFile package(file, tick);
  for (const Group& group : groups) {
    const LayerStatus& status = group.layers.front()->status;
    gpkg::TableCopy copy;
    copy.file = status.file;
    copy.source_table = status.table->name;
    copy.target_table = base::sha256_hex(group.uri);
    copy.condition = any_condition(group);
    copy.box = clip_box(group, area);
    copy.taken_names = aliases(group);
    const gpkg::PackagedTable table = package.add(copy);
    for (PlannedLayer* planned : group.layers) set_new_source(*planned, table);
    done(fs::file_size(status.file));
  }
  package.finish();
}

}  // namespace qfcsync::project
