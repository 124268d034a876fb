#include "project/document.hpp"
#include "project/package_document.hpp"

#include <cstring>
#include <map>
#include <set>

namespace qfcsync::project {
namespace {

struct NewSource {
  std::string source;
  std::string provider;
};
using NewSources = std::map<std::string, NewSource>;

// Attributes that repeat id, source and provider of a layer on one element.
struct AttributeNames {
  const char* id;
  const char* source;
  const char* provider;
};
constexpr AttributeNames kRepeating[] = {
    {"layerId", "dataSource", "providerKey"},
    {"coverageLayer", "coverageLayerSource", "coverageLayerProvider"},
    {"vectorLayer", "vectorLayerSource", "vectorLayerProvider"},
    {"destinationLayer", "destinationLayerSource", "destinationLayerProvider"},
    {"layer", "layerSource", "layerProvider"},
};
// The same as named options of a form widget.
constexpr AttributeNames kRepeatingOptions[] = {
    {"Layer", "LayerSource", "LayerProviderName"},
    {"ReferencedLayerId", "ReferencedLayerDataSource", "ReferencedLayerProviderKey"},
};

bool is_named(pugi::xml_node node, const char* name) { return std::strcmp(node.name(), name) == 0; }

void set_existing(pugi::xml_node node, const char* name, const std::string& value) {
  if (pugi::xml_attribute attribute = node.attribute(name)) attribute.set_value(value.c_str());
}

void rewrite_attributes(pugi::xml_node node, const AttributeNames& names,
                        const NewSources& sources) {
  const auto found = sources.find(node.attribute(names.id).value());
  if (found == sources.end()) return;
  set_existing(node, names.source, found->second.source);
  set_existing(node, names.provider, found->second.provider);
}

void rewrite_options(pugi::xml_node map, const NewSources& sources) {
  const auto option = [&](const char* name) {
    return map.find_child_by_attribute("Option", "name", name);
  };
  for (const AttributeNames& names : kRepeatingOptions) {
    const auto found = sources.find(option(names.id).attribute("value").value());
    if (found == sources.end()) continue;
    set_existing(option(names.source), "value", found->second.source);
    set_existing(option(names.provider), "value", found->second.provider);
  }
}

void rewrite_node(pugi::xml_node node, const NewSources& sources) {
  for (const AttributeNames& names : kRepeating) {
    if (node.attribute(names.source)) rewrite_attributes(node, names, sources);
  }
  if (is_named(node, "layer-tree-layer")) {
    rewrite_attributes(node, {"id", "source", "providerKey"}, sources);
  } else if (is_named(node, "Option") && node.child("Option")) {
    rewrite_options(node, sources);
  } else if (is_named(node, "Layer") && node.attribute("source")) {
    // Layers of a layout's map: the id is the text.
    const auto found = sources.find(node.text().get());
    if (found == sources.end()) return;
    set_existing(node, "source", found->second.source);
    set_existing(node, "provider", found->second.provider);
  }
}

bool names_one_of(pugi::xml_node node, const char* attribute, const std::set<std::string>& ids) {
  return ids.count(node.attribute(attribute).value()) != 0;
}

// Elements that stand for one layer and have to go with it.
bool is_entry_of(pugi::xml_node node, const std::set<std::string>& ids) {
  const char* parent = node.parent().name();
  if (is_named(node, "layer-tree-layer")) return names_one_of(node, "id", ids);
  if (is_named(node, "item") && std::strcmp(parent, "custom-order") == 0) {
    return ids.count(node.text().get()) != 0;
  }
  if (is_named(node, "layer")) {
    const bool is_listed =
        std::strcmp(parent, "layerorder") == 0 || std::strcmp(parent, "visibility-preset") == 0;
    return is_listed && names_one_of(node, "id", ids);
  }
  if (is_named(node, "layer-setting")) return names_one_of(node, "id", ids);
  if (is_named(node, "relation") && std::strcmp(parent, "relations") == 0) {
    return names_one_of(node, "referencingLayer", ids) ||
           names_one_of(node, "referencedLayer", ids);
  }
  if (is_named(node, "legendlayer")) {
    return names_one_of(node.child("filegroup").child("legendlayerfile"), "layerid", ids);
  }
  return false;
}

bool holds_layer(pugi::xml_node group) {
  for (pugi::xml_node node = next_node(group, group); node; node = next_node(node, group)) {
    if (is_named(node, "layer-tree-layer")) return true;
  }
  return false;
}

}  // namespace

void rewrite_references(pugi::xml_node root, const std::vector<PlannedLayer>& plan) {
  NewSources sources;
  for (const PlannedLayer& planned : plan) {
    if (planned.new_source.empty()) continue;
    sources[planned.status.layer.id] = {planned.new_source, planned.new_provider};
  }
  if (sources.empty()) return;
  for (pugi::xml_node node = root; node; node = next_node(node, root)) rewrite_node(node, sources);
}

void remove_layers(pugi::xml_node root, const std::vector<PlannedLayer>& plan) {
  std::set<std::string> ids;
  for (const PlannedLayer& planned : plan) {
    if (planned.handling == Handling::Remove) ids.insert(planned.status.layer.id);
  }
  if (ids.empty()) return;
  std::vector<pugi::xml_node> entries;
  for (pugi::xml_node node = root; node; node = next_node(node, root)) {
    if (is_entry_of(node, ids)) entries.push_back(node);
  }
  for (pugi::xml_node layer : root.child("projectlayers").children("maplayer")) {
    if (ids.count(child_text(layer, "id")) != 0) entries.push_back(layer);
  }
  // Children come after their parents: removed first, no entry is removed twice.
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    entry->parent().remove_child(*entry);
  }
}

void prune_empty_groups(pugi::xml_node root) {
  const pugi::xml_node tree = root.child("layer-tree-group");
  std::vector<pugi::xml_node> empty;
  for (pugi::xml_node node = tree; node; node = next_node(node, tree)) {
    const bool is_inner = is_named(node, "layer-tree-group") && node != tree;
    if (is_inner && !holds_layer(node)) empty.push_back(node);
  }
  for (auto group = empty.rbegin(); group != empty.rend(); ++group) {
    group->parent().remove_child(*group);
  }
}

}  // namespace qfcsync::project
