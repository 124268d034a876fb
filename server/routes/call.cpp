#include "routes/call.hpp"

#include "domain/version_places.hpp"
#include "http/conditional.hpp"
#include "http/range.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

/// Larger limits and offsets are cut; sums of them stay far from overflow.
constexpr std::int64_t kMaxPagePosition = 1'000'000'000;

std::optional<std::int64_t> number(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (!text) return std::nullopt;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size()) return std::nullopt;
  return value;
}

std::string page_url(const Request& request, std::int64_t limit,
                     std::optional<std::uint64_t> offset) {
  return fmt::format("{}{}?{}", request.origin(), percent_encode_path(request.path),
                     request.query.with_page(limit, offset));
}

/// A name for Content-Disposition that no header can be broken with.
std::string disposition(const std::string& name) {
  const std::string base = name.substr(name.rfind('/') + 1);
  std::string plain;
  for (const char c : base) {
    const auto byte = static_cast<unsigned char>(c);
    plain += byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\' ? '_' : c;
  }
  std::string value = fmt::format("attachment; filename=\"{}\"", plain);
  if (plain != base) value += "; filename*=UTF-8''" + percent_encode_path(base);
  return value;
}

}  // namespace

Page page_of(const Request& request) {
  Page page;
  const auto limit = number(request.query.get("limit"));
  if (!limit || *limit <= 0) return page;
  page.limit = std::min(*limit, kMaxPagePosition);
  page.offset = std::clamp<std::int64_t>(number(request.query.get("offset")).value_or(0), 0,
                                         kMaxPagePosition);
  return page;
}

Response list_response(const Request& request, const Page& page, std::int64_t total,
                       std::string array) {
  Response response = Response::json(200, std::move(array));
  if (!page.limit) return response;
  response.headers.emplace_back("X-Total-Count", std::to_string(total));
  if (page.offset + *page.limit < total) {
    response.headers.emplace_back(
        "X-Next-Page",
        page_url(request, *page.limit, static_cast<std::uint64_t>(page.offset + *page.limit)));
  }
  if (page.offset > 0) {
    const std::int64_t previous = page.offset - *page.limit;
    const auto offset =
        previous > 0 ? std::optional(static_cast<std::uint64_t>(previous)) : std::nullopt;
    response.headers.emplace_back("X-Previous-Page", page_url(request, *page.limit, offset));
  }
  return response;
}

Response list_response(const Request& request, const nlohmann::json& all) {
  const Page page = page_of(request);
  const auto total = static_cast<std::int64_t>(all.size());
  if (!page.limit) return list_response(request, page, total, all.dump());
  nlohmann::json part = nlohmann::json::array();
  for (std::int64_t i = page.offset; i < std::min(total, page.offset + *page.limit); ++i) {
    part.push_back(all[static_cast<std::size_t>(i)]);
  }
  return list_response(request, page, total, part.dump());
}

Response json_response(unsigned status, const nlohmann::json& document) {
  return Response::json(status, document.dump());
}

Response download_response(const Call& call, const Download& download) {
  const Request& request = call.request;
  Response response;
  response.headers = {{"ETag", '"' + download.etag + '"'},
                      {"Last-Modified", http_date(download.modified)},
                      {"Accept-Ranges", "bytes"}};
  const PreconditionHeaders conditions = {
      request.header("If-Match"), request.header("If-None-Match"),
      request.header("If-Modified-Since"), request.header("If-Unmodified-Since")};
  switch (evaluate_preconditions(conditions, download.etag, download.modified)) {
    case Precondition::NotModified:
      response.status = 304;
      response.content_type.clear();
      return response;
    case Precondition::Failed:
      throw errors::api_error(412);
    case Precondition::Proceed:
      break;
  }
  response.content = call.project ? open_content(call.services, call.project->id, download.sha256)
                                  : call.services.store->open(download.sha256);
  response.content_type = download.content_type;
  if (!download.name.empty()) {
    response.headers.emplace_back("Content-Disposition", disposition(download.name));
  }
  const std::uint64_t size = response.content->size();
  response.content_length = size;
  if (const auto wanted = request.header("Range"); !wanted.empty()) {
    const auto least = static_cast<std::uint64_t>(call.services.config.min_range_bytes);
    const auto range = parse_range(wanted, size, least);
    if (!range) throw errors::invalid_http_range();
    response.status = 206;
    response.content_offset = range->first;
    response.content_length = range->last - range->first + 1;
    response.headers.emplace_back("Content-Range",
                                  fmt::format("bytes {}-{}/{}", range->first, range->last, size));
  }
  return response;
}

}  // namespace qfcsync::server
