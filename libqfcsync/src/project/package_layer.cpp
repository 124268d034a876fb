#include "project/document.hpp"
#include "project/package_document.hpp"
#include "project/properties.hpp"

#include <set>

namespace qfcsync::project {
namespace {

constexpr int kNotNullConstraint = 1;

void set_source(pugi::xml_node layer, const PlannedLayer& planned) {
  ensure_child(layer, "datasource").text().set(planned.new_source.c_str());
  if (planned.new_provider == planned.status.layer.source.provider) return;
  pugi::xml_node provider = ensure_child(layer, "provider");
  set_attribute(provider, "encoding", "UTF-8");
  provider.text().set(planned.new_provider.c_str());
}

void mark(pugi::xml_node layer, const PlannedLayer& planned) {
  set_layer_property(layer, "QFieldSync/cloud_action", planned.action);
  set_layer_property(layer, "QFieldSync/remoteLayerId", planned.status.layer.id);
  if (planned.is_locked) {
    set_attribute(layer, "readOnly", "1");
    set_layer_property(layer, "QFieldSync/unsupported_source_pk", "1");
  } else if (!planned.status.key.empty()) {
    set_layer_property(layer, "QFieldSync/sourceDataPrimaryKeys", planned.status.key);
  }
}

void mark_offline(pugi::xml_node layer, const PlannedLayer& planned) {
  const LayerNode& original = planned.status.layer;
  set_layer_property(layer, "isOfflineEditable", "true", "bool");
  set_layer_property(layer, "remoteSource", without_passwords(original.source.text));
  set_layer_property(layer, "remoteProvider", original.source.provider);
  set_layer_property(layer, "remoteLayerId", original.id);
  set_layer_property(layer, "layerNameSuffix", "");
}

// The new key is nothing a person fills in.
void hide_field(pugi::xml_node layer, const std::string& field) {
  pugi::xml_node fields = ensure_child(layer, "fieldConfiguration");
  pugi::xml_node node = fields.find_child_by_attribute("field", "name", field.c_str());
  if (!node) node = fields.append_child("field");
  set_attribute(node, "name", field);
  node.remove_child("editWidget");
  pugi::xml_node widget = node.append_child("editWidget");
  set_attribute(widget, "type", "Hidden");
  widget.append_child("config").append_child("Option");
}

// The source fills its key and its defaults; in the package these columns have to take NULL.
void allow_null(pugi::xml_node layer, const gpkg::TableInfo& table, const std::string& key) {
  std::set<std::string> filled = {key};
  for (const gpkg::ColumnInfo& column : table.columns) {
    if (column.has_default) filled.insert(column.name);
  }
  for (pugi::xml_node node : layer.child("constraints").children("constraint")) {
    const int bits = node.attribute("constraints").as_int();
    if (filled.count(node.attribute("field").value()) == 0 || (bits & kNotNullConstraint) == 0) {
      continue;
    }
    set_attribute(node, "constraints", std::to_string(bits & ~kNotNullConstraint));
    set_attribute(node, "notnull_strength", "0");
  }
}

}  // namespace

void rewrite_layer(pugi::xml_node layer, const PlannedLayer& planned) {
  if (planned.handling == Handling::Untouched || planned.handling == Handling::Remove) return;
  if (!planned.new_source.empty()) set_source(layer, planned);
  mark(layer, planned);
  if (planned.handling != Handling::Offline) return;
  mark_offline(layer, planned);
  hide_field(layer, planned.new_key);
  allow_null(layer, *planned.status.table, planned.status.key);
}

}  // namespace qfcsync::project
