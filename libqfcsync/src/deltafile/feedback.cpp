#include <qfcsync/deltafile.hpp>

#include <charconv>

#include <nlohmann/json.hpp>

namespace qfcsync {
namespace {

using Json = nlohmann::ordered_json;

const char* status_name(DeltaStatus status) {
  switch (status) {
    case DeltaStatus::Applied:
      return "status_applied";
    case DeltaStatus::Conflict:
      return "status_conflict";
    case DeltaStatus::NotApplied:
      return "status_apply_failed";
    case DeltaStatus::Error:
      break;
  }
  return "status_unknown_error";
}

const char* method_name(DeltaMethod method) {
  switch (method) {
    case DeltaMethod::Create:
      return "create";
    case DeltaMethod::Patch:
      return "patch";
    case DeltaMethod::Delete:
      break;
  }
  return "delete";
}

struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(const JsonText& json) const { return Json::parse(json.text, nullptr, false); }
  template <typename T>
  Json operator()(const T& value) const {
    return value;
  }
};

Json list_or_null(const std::vector<std::string>& texts) {
  return texts.empty() ? Json(nullptr) : Json(texts);
}

struct ToText {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
  }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const JsonText& value) const { return value.text; }
};

}  // namespace

std::string client_key(const Delta& delta) {
  return delta.client_id + "__" + delta.local_layer_id + "__" + delta.local_pk;
}

std::string key_text(const AttributeValue& value) { return std::visit(ToText{}, value); }

std::string feedback_json(const DeltaOutcome& outcome, std::string_view delta_file_id) {
  Json json;
  json["msg"] = outcome.message;
  json["status"] = status_name(outcome.status);
  json["e_type"] = outcome.error_type.empty() ? Json(nullptr) : Json(outcome.error_type);
  json["delta_file_id"] = delta_file_id;
  json["layer_id"] = outcome.layer_id;
  json["delta_index"] = outcome.index;
  json["delta_id"] = outcome.delta_id;
  json["feature_pk"] = outcome.feature_pk;
  json["modified_pk"] = std::visit(ToJson{}, outcome.modified_pk);
  json["conflicts"] = list_or_null(outcome.conflicts);
  json["provider_errors"] = list_or_null(outcome.provider_errors);
  json["method"] = method_name(outcome.method);
  // Messages of a provider may quote bytes of a file: never fail over them.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace qfcsync
