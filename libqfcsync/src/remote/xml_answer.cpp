#include "remote/xml_answer.hpp"

#include <qfcsync/error.hpp>

#include <charconv>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

XmlAnswer::XmlAnswer(std::string_view text) {
  // Without parse_doctype a document type is skipped, so that it can declare nothing.
  const auto parsed = document_.load_buffer(text.data(), text.size(), pugi::parse_default);
  if (parsed) return;
  throw Error(ErrorCode::Corrupt,
              fmt::format("the server's answer is no XML: {}", parsed.description()),
              ErrorOrigin::Xml, static_cast<int>(parsed.status));
}

pugi::xml_node XmlAnswer::root(std::string_view name) const {
  const pugi::xml_node found = document_.document_element();
  if (is_element(found, name)) return found;
  throw Error(ErrorCode::Corrupt, fmt::format("the server's answer is no {}", name),
              ErrorOrigin::Xml);
}

bool is_element(const pugi::xml_node& node, std::string_view name) {
  return node.type() == pugi::node_element && local_name(node) == name;
}

pugi::xml_node child_of(const pugi::xml_node& node, std::string_view name) {
  for (const auto& child : node.children()) {
    if (is_element(child, name)) return child;
  }
  return {};
}

std::string_view text_of(const pugi::xml_node& node, std::string_view name) {
  return child_of(node, name).text().get();
}

std::uint64_t number_of(const pugi::xml_node& node, std::string_view name) {
  const std::string_view text = text_of(node, name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return number;
  throw Error(ErrorCode::Corrupt, fmt::format("the server's answer has no number as {}", name),
              ErrorOrigin::Xml);
}

}  // namespace qfcsync::remote
