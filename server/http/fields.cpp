#include "http/fields.hpp"

#include <qfcsync/error.hpp>

#include "domain/text.hpp"
#include "http/multipart.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

[[noreturn]] void throw_malformed(const std::string& message) {
  throw FieldError(FieldErrorKind::Malformed, message);
}

void set_text(json& fields, const std::string& name, std::string value) {
  if (!is_valid_utf8(name) || !is_valid_utf8(value)) throw_malformed("a form field is no UTF-8");
  if (fields.size() >= kMaxFormFields && !fields.contains(name)) {
    throw_malformed(fmt::format("the form has more than {} fields", kMaxFormFields));
  }
  fields[name] = std::move(value);
}

json parse_json(std::string_view body) {
  const auto check_depth = [](int depth, json::parse_event_t event, json&) {
    const bool opens =
        event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    if (opens && depth >= kMaxJsonDepth) {
      throw_malformed(fmt::format("the JSON body is nested deeper than {}", kMaxJsonDepth));
    }
    return true;
  };
  try {
    json fields = json::parse(body, check_depth);
    if (!fields.is_object()) throw_malformed("the JSON body is no object");
    return fields;
  } catch (const json::exception& error) {
    throw_malformed(fmt::format("the body is no JSON: {}", error.what()));
  }
}

json parse_form(std::string_view body) {
  json fields = json::object();
  // One pass per field, so that the number of fields may exceed that of a query.
  while (!body.empty()) {
    const std::string_view field = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), field.size() + 1));
    const Query parsed = Query::parse(field);
    for (const auto& [name, value] : parsed.parameters()) set_text(fields, name, value);
  }
  return fields;
}

/// Collects the parts that are no files.
class TextParts final : public MultipartSink {
 public:
  void on_part(const PartHeader& header) override {
    header_ = header;
    value_.clear();
  }
  void on_data(std::string_view bytes) override {
    if (!header_.filename) value_ += bytes;
  }
  void on_part_end() override {
    if (!header_.filename && !header_.name.empty()) set_text(fields, header_.name, value_);
  }

  json fields = json::object();

 private:
  PartHeader header_;
  std::string value_;
};

json parse_multipart(const std::string& boundary, std::string_view body) {
  TextParts parts;
  try {
    MultipartParser parser(boundary, parts);
    parser.feed(body);
    parser.finish();
  } catch (const Error& error) {
    throw_malformed(error.what());
  }
  return std::move(parts.fields);
}

/// The field, nullptr if it is absent or null.
const json* find_field(const json& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() || found->is_null() ? nullptr : &*found;
}

std::optional<bool> truth_of(std::string_view word) {
  static constexpr std::array<std::string_view, 6> kTrue = {"1", "true", "t", "yes", "y", "on"};
  static constexpr std::array<std::string_view, 6> kFalse = {"0", "false", "f", "no", "n", "off"};
  const auto is_word = [&](std::string_view known) { return equals_ignoring_case(word, known); };
  if (std::any_of(kTrue.begin(), kTrue.end(), is_word)) return true;
  if (std::any_of(kFalse.begin(), kFalse.end(), is_word)) return false;
  return std::nullopt;
}

}  // namespace

json parse_fields(std::string_view content_type, std::string_view body) {
  if (body.empty()) return json::object();
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  if (equals_ignoring_case(type, "application/json")) return parse_json(body);
  if (equals_ignoring_case(type, "application/x-www-form-urlencoded")) return parse_form(body);
  if (equals_ignoring_case(type, "multipart/form-data")) {
    const auto boundary = multipart_boundary(content_type);
    if (!boundary) throw_malformed("the multipart content type has no usable boundary");
    return parse_multipart(*boundary, body);
  }
  throw FieldError(FieldErrorKind::UnsupportedMediaType,
                   "send application/json, application/x-www-form-urlencoded or "
                   "multipart/form-data");
}

std::optional<std::string> field_string(const json& fields, std::string_view name) {
  const json* field = find_field(fields, name);
  if (!field) return std::nullopt;
  if (field->is_number()) return field->dump();
  if (!field->is_string()) throw_malformed(fmt::format("the field {} is no text", name));
  const auto& text = field->get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) {
    throw_malformed(fmt::format("the field {} contains a NUL", name));
  }
  return std::string(trimmed(text));
}

std::optional<bool> field_bool(const json& fields, std::string_view name) {
  const json* field = find_field(fields, name);
  if (!field) return std::nullopt;
  std::optional<bool> truth;
  if (field->is_boolean()) truth = field->get<bool>();
  if (field->is_number_integer()) truth = truth_of(field->dump());
  if (field->is_string()) truth = truth_of(trimmed(field->get_ref<const std::string&>()));
  if (!truth) throw_malformed(fmt::format("the field {} is neither true nor false", name));
  return truth;
}

}  // namespace qfcsync::server
