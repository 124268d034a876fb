#include "remote/http_client.hpp"

#include <qfcsync/error.hpp>

#include "remote/http_transfer.hpp"

#include <algorithm>

#include <curl/curl.h>
#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

/// More connections than that are not worth keeping.
constexpr std::size_t kMaxIdleHandles = 8;

void start_curl() {
  static const CURLcode kStarted = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kStarted != CURLE_OK) throw Error(ErrorCode::Internal, "libcurl does not start");
}

}  // namespace

struct HttpClient::Handle {
  Handle() : curl(::curl_easy_init()) {
    if (curl == nullptr) throw std::bad_alloc();
  }
  ~Handle() { ::curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  CURL* curl;
};

/// A handle for the time of one request.
class HttpClient::Lease {
 public:
  explicit Lease(HttpClient& client) : client_(client) {
    const std::lock_guard lock(client_.mutex_);
    if (client_.idle_.empty()) return;
    handle_ = std::move(client_.idle_.back());
    client_.idle_.pop_back();
  }
  ~Lease() {
    if (!handle_) return;
    ::curl_easy_reset(handle_->curl);  // keeps the connection, forgets pointers into this request
    const std::lock_guard lock(client_.mutex_);
    if (client_.idle_.size() < kMaxIdleHandles) client_.idle_.push_back(std::move(handle_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  CURL* get() {
    if (!handle_) handle_ = std::make_unique<Handle>();
    return handle_->curl;
  }

 private:
  HttpClient& client_;
  std::unique_ptr<Handle> handle_;
};

HttpClient::HttpClient(const Url& server, const NetworkOptions& options)
    : origin_(server.origin()), host_(server.host), options_(options) {
  start_curl();
  // Room for every idle handle, so that giving one back cannot fail.
  idle_.reserve(kMaxIdleHandles);
}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send(const HttpRequest& request, const Headers& extra,
                              const ChooseSink& choose, std::size_t max_answer_bytes) {
  Lease lease(*this);
  HttpTransfer transfer(lease.get(), request, choose, max_answer_bytes);
  transfer.set_url(origin_ + (request.path.empty() ? "/" : request.path) +
                   (request.query.empty() ? "" : "?" + request.query));
  transfer.set_headers(extra);
  transfer.set_patience(options_);
  return transfer.run(fmt::format("{} {}", request.method, host_));
}

}  // namespace qfcsync::remote
