#include "project/package_plan.hpp"

#include "project/properties.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace qfcsync::project {
namespace {

constexpr std::array<std::string_view, 5> kActions = {"offline", "no_action", "copy",
                                                      "keep_existent", "remove"};

std::string default_action(const LayerNode& layer) {
  const bool is_offline = layer.is_vector() && layer.source.kind != SourceKind::Virtual &&
                          layer.source.kind != SourceKind::Localized;
  return is_offline ? "offline" : "no_action";
}

std::string wanted_action(const LayerNode& layer) {
  const std::string stored = layer_property_text(layer.node, "QFieldSync/cloud_action");
  const bool is_known = std::find(kActions.begin(), kActions.end(), stored) != kActions.end();
  return is_known ? stored : default_action(layer);
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Handling invalid_handling(const LayerNode& layer) {
  if (layer.is_embedded || layer.source.kind == SourceKind::Localized) return Handling::Untouched;
  return layer.source.provider == "wms" ? Handling::Untouched : Handling::Remove;
}

void lock(PlannedLayer& planned) {
  planned.is_locked = true;
  planned.action = "no_action";
}

// Without a key an edit cannot find its row; from other sources than GeoPackage tables we cannot
// take it back either. Such layers are shown, not edited.
void decide_vector(PlannedLayer& planned) {
  const SourceKind kind = planned.status.layer.source.kind;
  const bool is_file = kind == SourceKind::File;
  planned.handling = is_file ? Handling::CopyFile : Handling::KeepSource;
  if (planned.action == "offline") {
    if (planned.status.is_editable_table())
      planned.handling = Handling::Offline;
    else
      lock(planned);
  } else if (planned.status.key.empty() && kind != SourceKind::Service) {
    lock(planned);  // rows of a service are edited there, by the device itself
  }
}

void decide(PlannedLayer& planned) {
  const LayerNode& layer = planned.status.layer;
  if (ends_with(layer.source.text, "ecw")) {
    planned.handling = Handling::Remove;
    return;
  }
  if (!planned.status.is_valid) {
    planned.handling = invalid_handling(layer);
    return;
  }
  planned.action = wanted_action(layer);
  if (planned.action == "remove") {
    planned.handling = Handling::Remove;
  } else if (layer.is_vector()) {
    decide_vector(planned);
  } else {
    const bool is_copied = layer.source.kind == SourceKind::File && planned.action != "offline";
    planned.handling = is_copied ? Handling::CopyFile : Handling::KeepSource;
  }
}

}  // namespace

std::vector<PlannedLayer> plan_package(std::vector<LayerStatus> layers) {
  std::vector<PlannedLayer> plan;
  for (LayerStatus& status : layers) {
    PlannedLayer planned;
    planned.status = std::move(status);
    decide(planned);
    plan.push_back(std::move(planned));
  }
  return plan;
}

}  // namespace qfcsync::project
