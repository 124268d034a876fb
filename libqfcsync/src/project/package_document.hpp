#pragma once

#include "project/package_plan.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <pugixml.hpp>

namespace qfcsync::project {

/// The changes of a packaged layer: source, marks, fields. `layer` is the element in the copy.
void rewrite_layer(pugi::xml_node layer, const PlannedLayer& planned);

/// Writes new sources where the document repeats those of layers (layer tree, relations, forms,
/// layouts, ...).
void rewrite_references(pugi::xml_node root, const std::vector<PlannedLayer>& plan);

/// Takes a layer out of the document, with every entry that only makes sense with it.
void remove_layers(pugi::xml_node root, const std::vector<PlannedLayer>& plan);

/// Removes groups of the layer tree that hold no layer.
void prune_empty_groups(pugi::xml_node root);

/// Settings of the project itself: transactions off, title, where the offline data is.
void rewrite_settings(pugi::xml_node root, const std::filesystem::path& project_file,
                      bool has_offline_data);

}  // namespace qfcsync::project
