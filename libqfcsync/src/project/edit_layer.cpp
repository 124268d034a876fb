#include "project/project_impl.hpp"

#include <algorithm>

namespace qfcsync {
namespace {

constexpr int kUniqueConstraint = 2;
constexpr int kHardStrength = 1;

std::map<std::string, std::string> default_expressions(pugi::xml_node layer) {
  std::map<std::string, std::string> defaults;
  for (const pugi::xml_node node : layer.child("defaults").children("default")) {
    const std::string expression = node.attribute("expression").value();
    if (!expression.empty()) defaults[node.attribute("field").value()] = expression;
  }
  return defaults;
}

std::vector<std::string> unique_fields(pugi::xml_node layer) {
  std::vector<std::string> fields;
  for (const pugi::xml_node node : layer.child("constraints").children("constraint")) {
    const bool is_unique = (node.attribute("constraints").as_int() & kUniqueConstraint) != 0;
    if (is_unique && node.attribute("unique_strength").as_int() == kHardStrength) {
      fields.emplace_back(node.attribute("field").value());
    }
  }
  return fields;
}

}  // namespace

std::optional<EditLayer> Project::edit_layer(std::string_view id) const {
  const auto found = std::find_if(impl_->layers.begin(), impl_->layers.end(),
                                  [&](const project::LayerNode& layer) { return layer.id == id; });
  if (found == impl_->layers.end()) return std::nullopt;
  const project::LayerStatus status = project::probe_layer(impl_->folder, *found);
  EditLayer layer;
  layer.id = found->id;
  layer.name = found->name;
  layer.is_vector = found->is_vector();
  layer.is_valid = status.is_valid;
  const bool is_table =
      status.is_valid && status.table && !status.table->is_view && !status.is_query;
  layer.is_editable = is_table && !found->is_read_only;
  if (is_table) {
    layer.file = status.file;
    layer.table = status.table->name;
    layer.subset = found->source.subset;
  }
  layer.default_expressions = default_expressions(found->node);
  layer.unique_fields = unique_fields(found->node);
  return layer;
}

}  // namespace qfcsync
