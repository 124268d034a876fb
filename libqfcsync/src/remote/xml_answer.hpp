#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

namespace qfcsync::remote {

/// An answer in XML. Names of elements are compared without their namespace's prefix, which every
/// server chooses for itself. Entities other than XML's five are not expanded, and nothing outside
/// the text is ever read.
class XmlAnswer {
 public:
  /// @errors Corrupt: no XML
  explicit XmlAnswer(std::string_view text);
  /// The outermost element. @errors Corrupt: it has another name
  pugi::xml_node root(std::string_view name) const;
  pugi::xml_node root() const { return document_.document_element(); }

 private:
  pugi::xml_document document_;
};

bool is_element(const pugi::xml_node& node, std::string_view name);
/// The first element of that name inside another; empty if there is none.
pugi::xml_node child_of(const pugi::xml_node& node, std::string_view name);
/// Its text, or "".
std::string_view text_of(const pugi::xml_node& node, std::string_view name);
/// Digits only. @errors Corrupt
std::uint64_t number_of(const pugi::xml_node& node, std::string_view name);

}  // namespace qfcsync::remote
