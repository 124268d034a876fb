#include "project/document.hpp"
#include "project/package_document.hpp"
#include "project/properties.hpp"

namespace qfcsync::project {
namespace {

constexpr const char* kServerDefaults = "EvaluateDefaultValuesOnProviderSide";

// Packaged tables are written by the app row by row, never in a shared transaction.
void disable_transactions(pugi::xml_node root) {
  const bool is_old = root.child("autotransaction") && !root.child("transaction");
  if (is_old) return set_attribute(root.child("autotransaction"), "active", "0");
  set_attribute(ensure_child(root, "transaction"), "mode", "Disabled");
}

std::string without_flag(const std::string& flags, std::string_view flag) {
  std::string result;
  for (std::size_t at = 0; at <= flags.size();) {
    const std::size_t end = std::min(flags.find('|', at), flags.size());
    const std::string_view word = std::string_view(flags).substr(at, end - at);
    if (word != flag && !word.empty()) {
      if (!result.empty()) result += '|';
      result += word;
    }
    at = end + 1;
  }
  return result;
}

void disable_provider_defaults(pugi::xml_node root) {
  if (pugi::xml_node old = root.child("evaluateDefaultValues")) set_attribute(old, "active", "0");
  if (pugi::xml_attribute flags = root.child("projectFlags").attribute("set")) {
    flags.set_value(without_flag(flags.value(), kServerDefaults).c_str());
  }
}

void ensure_title(pugi::xml_node root, const std::string& name) {
  pugi::xml_node title = ensure_child(root, "title");
  if (title.text().get()[0] != '\0') return;
  title.text().set(name.c_str());
  set_attribute(root, "projectname", name);
}

}  // namespace

void rewrite_settings(pugi::xml_node root, const std::filesystem::path& project_file,
                      bool has_offline_data) {
  disable_transactions(root);
  disable_provider_defaults(root);
  ensure_title(root, project_file.stem().string());
  ProjectProperties properties(root);
  properties.set_text("qfieldsync", "originalProjectPath", project_file.filename().string());
  if (has_offline_data) {
    properties.set_text("OfflineEditingPlugin", "OfflineDbPath", "./data.gpkg");
  }
}

}  // namespace qfcsync::project
