#include "project/layer_status.hpp"
#include "project/properties.hpp"

#include <nlohmann/json.hpp>

namespace qfcsync::project {
namespace {

using nlohmann::json;

// Longer ones are no sources anybody could use, and cost time to clean.
constexpr std::size_t kMaxReportedSource = 64u << 10;

constexpr const char* kGeometryNames[] = {"Point", "Line", "Polygon", "Unknown", "Null"};

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

std::string reported_source(const LayerStatus& status) {
  const DataSource& source = status.layer.source;
  if (source.text.size() > kMaxReportedSource) return {};
  if (source.kind == SourceKind::File && !status.file.empty()) {
    return without_passwords(source.with_path(status.filename));
  }
  return without_passwords(source.text);
}

void add_geometry(const LayerStatus& status, json& entry) {
  entry["wkb_type"] = nullptr;
  entry["wkb_type_name"] = "";
  entry["geom_type"] = nullptr;
  entry["geom_type_name"] = "";
  if (!status.layer.is_vector()) return;
  const int code = status.wkb_type.value_or(0);
  const int geometry = geometry_class(code);
  entry["wkb_type"] = code;
  entry["wkb_type_name"] = wkb_name(code);
  entry["geom_type"] = geometry;
  entry["geom_type_name"] = kGeometryNames[geometry];
}

void add_settings(const LayerNode& layer, json& entry) {
  for (const char* name :
       {"action", "cloud_action", "is_geometry_locked", "photo_naming", "unsupported_source_pk"}) {
    entry[std::string("qfs_") + name] =
        layer_property(layer.node, std::string("QFieldSync/") + name);
  }
}

void add_validity(const LayerStatus& status, json& entry) {
  entry["is_valid"] = status.is_valid;
  entry["error_code"] = status.error_code;
  entry["error_summary"] = status.error_summary;
  entry["error_message"] = status.error_summary;
  entry["provider_error_summary"] = nullptr;
  entry["provider_error_message"] = nullptr;
  if (status.provider_error) {
    entry["provider_error_summary"] = *status.provider_error;
    entry["provider_error_message"] = *status.provider_error;
  }
  // Fields are told only where nothing else tells what the layer should have been.
  if (!status.layer.is_vector())
    entry["fields"] = nullptr;
  else if (!status.is_valid)
    entry["fields"] = json::array();
}

}  // namespace

json status_json(const LayerStatus& status) {
  const LayerNode& layer = status.layer;
  const bool is_localized = layer.source.kind == SourceKind::Localized;
  json entry = {
      {"id", layer.id},
      {"name", layer.name},
      {"type", static_cast<int>(layer.type)},
      {"type_name", to_string(layer.type)},
      {"crs", text_or_null(layer.authority)},
      {"qfc_source_data_pk_name", status.key},
      {"is_localized", is_localized},
      {"datasource", text_or_null(reported_source(status))},
      {"filename", status.filename},
      {"provider_name", is_localized ? json(nullptr) : text_or_null(layer.source.provider)}};
  add_geometry(status, entry);
  add_settings(layer, entry);
  add_validity(status, entry);
  return entry;
}

}  // namespace qfcsync::project
