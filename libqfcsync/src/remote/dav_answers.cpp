#include "remote/dav_answers.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "remote/xml_answer.hpp"

#include <optional>

namespace qfcsync::remote {
namespace {

/// "/a/b" of "https://host/a/b/" or "/a/b".
std::string path_of(std::string_view href) {
  const std::size_t scheme = href.find("://");
  if (scheme != std::string_view::npos && scheme < href.find('/')) {
    href.remove_prefix(scheme + 3);
    href.remove_prefix(std::min(href.find('/'), href.size()));
  }
  std::string path = base::percent_decode_leniently(href);
  while (path.ends_with('/')) path.pop_back();
  return path;
}

/// "HTTP/1.1 200 OK"
bool is_ok(std::string_view status) { return status.find(" 200") != std::string_view::npos; }

void read_properties(const pugi::xml_node& properties, DavResource& resource) {
  resource.is_collection = !child_of(child_of(properties, "resourcetype"), "collection").empty();
  const bool has_size = !text_of(properties, "getcontentlength").empty();
  if (!resource.is_collection && has_size)
    resource.size = number_of(properties, "getcontentlength");
  if (const auto time = parse_http_date(text_of(properties, "getlastmodified"))) {
    resource.modified = *time;
  }
  if (!resource.is_collection && !has_size) {
    throw Error(ErrorCode::Corrupt, "the server does not tell the size of a file",
                ErrorOrigin::Xml);
  }
}

std::optional<DavResource> parse_response(const pugi::xml_node& response) {
  const std::string_view href = text_of(response, "href");
  if (href.empty())
    throw Error(ErrorCode::Corrupt, "the server names no resource", ErrorOrigin::Xml);
  for (const auto& part : response.children()) {
    if (!is_element(part, "propstat") || !is_ok(text_of(part, "status"))) continue;
    DavResource resource;
    resource.path = path_of(href);
    read_properties(child_of(part, "prop"), resource);
    return resource;
  }
  return std::nullopt;
}

}  // namespace

std::vector<DavResource> parse_multistatus(std::string_view xml) {
  const XmlAnswer answer(xml);
  std::vector<DavResource> resources;
  for (const auto& node : answer.root("multistatus").children()) {
    if (!is_element(node, "response")) continue;
    if (auto resource = parse_response(node)) resources.push_back(std::move(*resource));
  }
  return resources;
}

}  // namespace qfcsync::remote
