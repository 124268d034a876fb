#pragma once

#include <qfcsync/remote_store.hpp>

#include "remote/http_message.hpp"
#include "remote/url.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::remote {

/// Sends requests to one host and keeps connections for the next ones.
///
/// Redirects are not followed: the request may carry credentials. Certificates are verified.
/// Thread-safe; every request in progress has a connection of its own.
class HttpClient {
 public:
  HttpClient(const Url& server, const NetworkOptions& options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// One try.
  ///
  /// @param extra   headers beside the request's own: what authorizes it
  /// @param choose  may be empty
  /// @errors        Network, Timeout (origin Curl); LimitExceeded: the answer is too long; what the
  ///                sink or the body's store throw
  HttpResponse send(const HttpRequest& request, const Headers& extra, const ChooseSink& choose,
                    std::size_t max_answer_bytes);

 private:
  class Lease;
  struct Handle;

  std::string origin_;
  std::string host_;
  NetworkOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Handle>> idle_;  // guarded by mutex_
};

}  // namespace qfcsync::remote
