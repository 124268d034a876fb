#pragma once

#include "domain/projects.hpp"
#include "domain/services.hpp"
#include "http/api_error.hpp"
#include "http/message.hpp"
#include "routes/form_files.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace qfcsync::server {

/// The part named `file` of an upload.
struct UploadedFile {
  int parts = 0;                          ///< how many parts of that name there were
  std::unique_ptr<ObjectWriter> content;  ///< the first one, when it goes to the store
  std::string text;                       ///< the first one, when it goes to memory
};

/// One request with everything that was found out about it; the argument of every route.
struct Call {
  Services& services;
  const Request& request;
  std::map<std::string, std::string, std::less<>> params;  ///< from the path
  std::optional<Principal> principal;                      ///< set on routes that need a user
  std::optional<ProjectRecord> project;                    ///< set on routes of a project
  nlohmann::json fields = nlohmann::json::object();
  UploadedFile upload;
  FormFiles files;

  const std::string& param(std::string_view name) const { return params.find(name)->second; }
  std::int64_t user_id() const { return principal->user_id; }
};

using Handler = Response (*)(Call&);

/// `limit` and `offset` of a list; no limit means the whole list, without page headers.
struct Page {
  std::optional<std::int64_t> limit;
  std::int64_t offset = 0;
};
Page page_of(const Request& request);

/// An array as answer, with the page headers when a limit was asked for.
Response list_response(const Request& request, const Page& page, std::int64_t total,
                       std::string array);

/// Cuts a complete list to the page asked for and answers with it.
Response list_response(const Request& request, const nlohmann::json& all);

Response json_response(unsigned status, const nlohmann::json& document);

/// A stored content as download, with conditions and ranges as the request asks.
struct Download {
  std::string sha256;
  std::string etag;
  std::string name;  ///< for saving it; "" = to be shown
  Timestamp modified = 0;
  std::string content_type = "application/octet-stream";
};
Response download_response(const Call& call, const Download& download);

}  // namespace qfcsync::server
