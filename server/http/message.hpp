#pragma once

#include <qfcsync/store.hpp>

#include "http/url.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qfcsync::server {

/// The head of a request, free of any HTTP library.
struct Request {
  std::string method;  ///< upper case
  std::string target;  ///< as sent
  std::string path;    ///< decoded, without query
  Query query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string remote_address;

  /// Value of a header, name compared without case; "" when absent.
  std::string_view header(std::string_view name) const;
  /// "http://host" for absolute URLs in answers.
  std::string origin() const;
};

/// An answer: a text, or a stored content (whole or a range of it).
struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::unique_ptr<ObjectReader> content;  ///< sent instead of `body` when set
  std::uint64_t content_offset = 0;
  std::uint64_t content_length = 0;

  static Response json(unsigned status, std::string body);
  static Response empty(unsigned status);
  static Response html(unsigned status, std::string_view title);
};

/// Takes the body of a request in pieces, then gives the answer. Runs on a worker thread.
class BodyHandler {
 public:
  virtual ~BodyHandler() = default;
  /// Most bytes this body may have.
  virtual std::uint64_t limit() const = 0;
  virtual void feed(std::string_view bytes) = 0;
  virtual Response finish() = 0;
};

/// What is known after the head was read: the answer, or somebody who takes the body.
struct Dispatch {
  std::optional<Response> response;
  std::unique_ptr<BodyHandler> body;
};

/// Turns a request head into a Dispatch. Called on worker threads, concurrently; never throws
/// anything but what becomes a 500.
using Dispatcher = std::function<Dispatch(const Request&)>;

}  // namespace qfcsync::server
