#include "domain/image.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <pugixml.hpp>

namespace qfcsync::server {
namespace {

using Reason = std::optional<std::string>;

constexpr int kMaxDepth = 100;

/// Elements that draw, group or describe. What drawing programs add for themselves is inert.
constexpr std::array<std::string_view, 36> kElements = {
    "svg",     "g",        "defs",           "symbol",         "use",       "title",
    "desc",    "metadata", "path",           "rect",           "circle",    "ellipse",
    "line",    "polyline", "polygon",        "text",           "tspan",     "clipPath",
    "mask",    "pattern",  "linearGradient", "radialGradient", "stop",      "filter",
    "feBlend", "feFlood",  "feGaussianBlur", "feOffset",       "feMerge",   "feMergeNode",
    "RDF",     "Work",     "format",         "type",           "namedview", "feColorMatrix"};

std::string_view local_name(std::string_view name) { return name.substr(name.rfind(':') + 1); }

/// Text without blanks and control characters, lower case: what a browser makes of it.
std::string condensed(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > 0x20) result += to_lower(c);
  }
  return result;
}

/// Whether a style, or an attribute that is one, could load something from elsewhere.
bool loads_something(const std::string& style) {
  for (std::size_t at = style.find("url("); at != std::string::npos;
       at = style.find("url(", at + 1)) {
    std::size_t target = at + 4;
    if (target < style.size() && (style[target] == '"' || style[target] == '\'')) ++target;
    if (target >= style.size() || style[target] != '#') return true;
  }
  // A backslash could hide one of these words.
  return style.find("@import") != std::string::npos || style.find('\\') != std::string::npos ||
         style.find("expression(") != std::string::npos ||
         style.find("image(") != std::string::npos || style.find("image-set(") != std::string::npos;
}

Reason unsafe_attribute(std::string_view name, std::string_view value) {
  const std::string lower = lower_case(local_name(name));
  const std::string text = condensed(value);
  if (lower.starts_with("on")) return fmt::format("the attribute {} runs a script", name);
  const bool is_link = lower == "href" || lower == "src";
  if (is_link && !text.starts_with('#')) {
    return fmt::format("the attribute {} leads out of the drawing", name);
  }
  if (text.find("javascript:") != std::string::npos || loads_something(text)) {
    return fmt::format("the attribute {} loads something", name);
  }
  return std::nullopt;
}

Reason unsafe_element(const pugi::xml_node& node) {
  const std::string_view name = local_name(node.name());
  if (std::find(kElements.begin(), kElements.end(), name) == kElements.end()) {
    return fmt::format("the element {} is not allowed in a drawing", node.name());
  }
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    if (auto reason = unsafe_attribute(attribute.name(), attribute.value())) return reason;
  }
  return std::nullopt;
}

Reason unsafe_node(const pugi::xml_node& node, int depth) {
  if (depth > kMaxDepth) return "the drawing is nested too deeply";
  switch (node.type()) {
    case pugi::node_doctype:
    case pugi::node_pi:
      return "a drawing has no document type and no processing instructions";
    case pugi::node_element:
      if (auto reason = unsafe_element(node)) return reason;
      break;
    default:
      break;
  }
  for (const pugi::xml_node& child : node.children()) {
    if (auto reason = unsafe_node(child, depth + 1)) return reason;
  }
  return std::nullopt;
}

}  // namespace

Reason unsafe_svg(std::string_view bytes) {
  // In another encoding a browser could see what this does not.
  if (!is_valid_utf8(bytes)) return "the drawing is no UTF-8";
  pugi::xml_document document;
  const auto result =
      document.load_buffer(bytes.data(), bytes.size(), pugi::parse_full, pugi::encoding_utf8);
  if (!result) return fmt::format("the drawing is no XML: {}", result.description());
  const std::string encoding =
      lower_case(document.first_child().attribute("encoding").as_string("utf-8"));
  if (encoding != "utf-8") return "the drawing is no UTF-8";
  if (std::string_view(document.document_element().name()) != "svg") {
    return "the root element is not svg";
  }
  return unsafe_node(document, 0);
}

}  // namespace qfcsync::server
