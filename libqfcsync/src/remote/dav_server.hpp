#pragma once

#include <qfcsync/remote_store.hpp>

#include "remote/dav_answers.hpp"
#include "remote/http_sender.hpp"

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::remote {

/// The requests to a collection of a WebDAV server. Paths are relative to it, without escapes; ""
/// is the collection itself.
class DavServer {
 public:
  /// @errors InvalidArgument
  explicit DavServer(const WebdavOptions& options);

  /// Nothing if absent. @errors Unsupported: the server does not know PROPFIND
  std::optional<DavResource> look(std::string_view path);
  /// What lies directly in a collection, names only as path; nothing if it is absent.
  std::optional<std::vector<DavResource>> list(std::string_view path);
  HttpRequest get_request(std::string_view path) const;
  Answer put(std::string_view path, const HttpBody& body);
  /// Does not replace what is at the target.
  Answer move(std::string_view from, std::string_view to);
  /// A collection goes with all in it; absent is success.
  void remove(std::string_view path);

  /// Makes a collection; success too if there is one. @errors InvalidArgument: a file is there
  void make_collection(std::string_view path);
  /// Makes the collections that lead to a path, once.
  void make_parents(std::string_view path);
  /// Makes the store's own collection and what leads to it.
  void make_root();

  /// Requests beside the collection, e.g. to another tree of the same server.
  HttpRequest request_at(std::string method, std::string_view server_path) const;
  /// A path on the server, for request_at().
  std::string server_path(std::string_view path) const;
  /// As the Destination header wants it.
  std::string destination(std::string_view path) const;

  HttpSender& sender() { return sender_; }

 private:
  HttpRequest request(std::string method, std::string_view path) const;
  bool is_below_file(std::string_view path);
  Answer propfind(std::string_view path, char depth);
  Headers authorize() const;

  Url server_;
  std::optional<Credentials> credentials_;
  HttpSender sender_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> made_;  ///< collections known to be there; guarded by mutex_
};

}  // namespace qfcsync::remote
