#include "remote/dav_server.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "remote/base64.hpp"
#include "remote/credentials.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

/// Longest answer to PROPFIND: a collection of some 60,000 files as Apache describes them.
constexpr std::size_t kMaxListingBytes = 32u << 20;
/// No more than what is used: servers compute some properties at a cost.
constexpr std::string_view kPropfind =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><propfind xmlns=\"DAV:\"><prop><resourcetype/>"
    "<getcontentlength/><getlastmodified/></prop></propfind>";

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

/// A collection's own entry is among those of its members. A server behind a proxy may know it by
/// another path, but members lie below it there, too.
bool is_itself(const DavResource& shortest, const std::vector<DavResource>& all,
               std::string_view own) {
  if (shortest.path == own) return true;
  return shortest.is_collection && std::all_of(all.begin(), all.end(), [&](const auto& resource) {
           return &resource == &shortest || resource.path.starts_with(shortest.path + "/");
         });
}

/// Members of a collection, by the last part of their paths.
std::vector<DavResource> without_itself(std::vector<DavResource> all, std::string_view own) {
  const auto shortest = std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.path.size() < b.path.size();
  });
  if (shortest != all.end() && is_itself(*shortest, all, own)) all.erase(shortest);
  for (auto& resource : all) resource.path.erase(0, resource.path.rfind('/') + 1);
  return all;
}

}  // namespace

DavServer::DavServer(const WebdavOptions& options)
    : server_(parse_url(options.url, "WebDAV address")),
      credentials_(webdav_credentials(options)),
      sender_(server_, options.network, fmt::format("webdav at {}{}", server_.host, server_.path),
              [this](const HttpRequest&) { return authorize(); }) {}

Headers DavServer::authorize() const {
  if (!credentials_) return {};
  const std::string proof = credentials_->user + ":" + credentials_->password;
  return {{"authorization", "Basic " + to_base64(proof)}};
}

std::string DavServer::server_path(std::string_view path) const {
  std::string whole = server_.path;
  if (!path.empty()) whole += "/" + encode_path(path);
  return whole.empty() ? "/" : whole;
}

std::string DavServer::destination(std::string_view path) const {
  return server_.origin() + server_path(path);
}

HttpRequest DavServer::request_at(std::string method, std::string_view server_path) const {
  HttpRequest made;
  made.method = std::move(method);
  made.path = std::string(server_path);
  return made;
}

HttpRequest DavServer::request(std::string method, std::string_view path) const {
  return request_at(std::move(method), server_path(path));
}

Answer DavServer::propfind(std::string_view path, char depth) {
  HttpRequest made = request("PROPFIND", path);
  made.headers = {{"depth", std::string(1, depth)}, {"content-type", "application/xml"}};
  made.body = HttpBody(kPropfind);
  return sender_.send(made, kMaxListingBytes);
}

/// Apache finds fault with the request when a file is taken for a folder.
bool DavServer::is_below_file(std::string_view path) {
  const std::string_view parent = parent_of(path);
  if (parent.empty()) return false;
  const auto found = look(parent);
  return !found || !found->is_collection;
}

std::optional<DavResource> DavServer::look(std::string_view path) {
  const Answer answer = propfind(path, '0');
  if (answer.status == 404 || answer.status == 410) return std::nullopt;
  if (answer.status == 400 && is_below_file(path)) return std::nullopt;
  if (answer.status != 207) sender_.refuse(answer, fmt::format("cannot look at '{}'", path));
  auto resources = parse_multistatus(answer.body);
  if (resources.empty()) return std::nullopt;
  return std::move(resources.front());
}

std::optional<std::vector<DavResource>> DavServer::list(std::string_view path) {
  const Answer answer = propfind(path, '1');
  if (answer.status == 404 || answer.status == 410) return std::nullopt;
  if (answer.status != 207) sender_.refuse(answer, fmt::format("cannot list '{}'", path));
  std::string own = base::percent_decode_leniently(server_.path);
  if (!path.empty()) own += "/" + std::string(path);
  return without_itself(parse_multistatus(answer.body), own);
}

HttpRequest DavServer::get_request(std::string_view path) const { return request("GET", path); }

Answer DavServer::put(std::string_view path, const HttpBody& body) {
  HttpRequest made = request("PUT", path);
  made.headers = {{"content-type", "application/octet-stream"}};
  made.body = body;
  return sender_.send(made);
}

Answer DavServer::move(std::string_view from, std::string_view to) {
  HttpRequest made = request("MOVE", from);
  made.headers = {{"destination", destination(to)}, {"overwrite", "F"}};
  return sender_.send(made);
}

void DavServer::remove(std::string_view path) {
  const Answer answer = sender_.send(request("DELETE", path));
  if (answer.is_success() || answer.status == 404 || answer.status == 410) return;
  sender_.refuse(answer, fmt::format("cannot remove {}", path));
}

void DavServer::make_collection(std::string_view path) {
  const Answer answer = sender_.send(request("MKCOL", path));
  if (answer.is_success()) return;
  // Depending on the server and on who else makes it, 405 or 403 say that something is there.
  const auto there = look(path);
  if (!there) sender_.refuse(answer, fmt::format("cannot make the collection {}", path));
  if (there->is_collection) return;
  throw Error(ErrorCode::InvalidArgument,
              fmt::format("{} is a blob; it cannot be the folder of another", path));
}

void DavServer::make_parents(std::string_view path) {
  const std::string parent(parent_of(path));
  if (parent.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    if (made_.contains(parent)) return;
  }
  const auto there = look(parent);  // most often it is, and that is one request
  if (!there || !there->is_collection) {
    make_parents(parent);
    make_collection(parent);
  }
  const std::lock_guard lock(mutex_);
  made_.insert(parent);
}

void DavServer::make_root() {
  std::vector<std::string> missing;
  std::string path = server_.path;
  const auto is_there = [&] {
    HttpRequest made = request_at("PROPFIND", path.empty() ? "/" : path);
    made.headers = {{"depth", "0"}, {"content-type", "application/xml"}};
    made.body = HttpBody(kPropfind);
    const Answer answer = sender_.send(made);
    if (answer.status == 207) return true;
    if (answer.status == 404 && !path.empty()) return false;
    sender_.refuse(answer, "no WebDAV collection");
  };
  while (!is_there()) {
    missing.push_back(path);
    path.erase(path.rfind('/'));
  }
  for (auto next = missing.rbegin(); next != missing.rend(); ++next) {
    const Answer answer = sender_.send(request_at("MKCOL", *next));
    const bool is_made_by_others = answer.status == 405 || answer.status == 403;
    if (!answer.is_success() && !is_made_by_others) {
      sender_.refuse(answer, "cannot make the store's collection");
    }
  }
}

}  // namespace qfcsync::remote
