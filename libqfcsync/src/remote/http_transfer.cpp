#include "remote/http_transfer.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

/// libcurl's own answers to callbacks that fail.
constexpr std::size_t kStopReceiving = 0;
/// Of each direction; libcurl's own are 16 and 64 KiB.
constexpr long kBufferBytes = 256L << 10;
/// From there on it pays to ask whether the body is wanted at all. A server that is slow to say so
/// costs a second.
constexpr std::uint64_t kExpectBytes = 1u << 20;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool is_timeout(CURLcode code) { return code == CURLE_OPERATION_TIMEDOUT; }

}  // namespace

HttpTransfer::HttpTransfer(CURL* curl, const HttpRequest& request, const ChooseSink& choose,
                           std::size_t max_answer_bytes)
    : curl_(curl), request_(request), choose_(choose), max_answer_bytes_(max_answer_bytes) {
  set_method();
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, message_.data());
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_BUFFERSIZE, kBufferBytes);
  set(CURLOPT_UPLOAD_BUFFERSIZE, kBufferBytes);
  set(CURLOPT_PATH_AS_IS, 1L);  // what is signed is what is sent
  set(CURLOPT_PREREQFUNCTION, &HttpTransfer::on_request);
  set(CURLOPT_PREREQDATA, this);
  set(CURLOPT_HEADERFUNCTION, &HttpTransfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &HttpTransfer::on_body);
  set(CURLOPT_WRITEDATA, this);
}

template <typename Value>
void HttpTransfer::set(CURLoption option, Value value) {
  const CURLcode code = ::curl_easy_setopt(curl_, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) {
    throw Error(ErrorCode::Internal,
                fmt::format("libcurl refuses option {}", static_cast<int>(option)),
                ErrorOrigin::Curl, code);
  }
}

void HttpTransfer::set_method() {
  const bool has_body = request_.body.size() > 0 || request_.method == "PUT";
  if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (has_body || request_.method == "POST") {
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_READFUNCTION, &HttpTransfer::on_read);
    set(CURLOPT_READDATA, this);
    set(CURLOPT_SEEKFUNCTION, &HttpTransfer::on_seek);
    set(CURLOPT_SEEKDATA, this);
  }
  set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void HttpTransfer::set_url(const std::string& url) { set(CURLOPT_URL, url.c_str()); }

void HttpTransfer::add_header(const std::string& name, const std::string& value) {
  // A semicolon is how libcurl is told to send a header without a value.
  add_line(value.empty() ? name + ";" : name + ": " + value);
}

void HttpTransfer::add_line(const std::string& line) {
  curl_slist* longer = ::curl_slist_append(headers_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(headers_.release());
  headers_.reset(longer);
}

void HttpTransfer::set_headers(const Headers& extra) {
  for (const auto& [name, value] : request_.headers) add_header(name, value);
  for (const auto& [name, value] : extra) add_header(name, value);
  if (request_.body.size() < kExpectBytes) add_line("Expect:");  // does not send it
  set(CURLOPT_HTTPHEADER, headers_.get());
}

void HttpTransfer::set_patience(const NetworkOptions& options) {
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
}

HttpResponse HttpTransfer::run(const std::string& what) {
  const CURLcode code = ::curl_easy_perform(curl_);
  if (failure_) std::rethrow_exception(failure_);
  if (code != CURLE_OK) fail(code, what);
  long status = 0;
  ::curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  return std::move(response_);
}

void HttpTransfer::fail(CURLcode code, const std::string& what) const {
  const char* detail = message_[0] != '\0' ? message_.data() : ::curl_easy_strerror(code);
  const bool is_certificate =
      code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
  throw Error(is_timeout(code) ? ErrorCode::Timeout
              : is_certificate ? ErrorCode::Denied
                               : ErrorCode::Network,
              fmt::format("{}: {}", what, detail), ErrorOrigin::Curl, code);
}

std::size_t HttpTransfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  try {
    transfer.take_header(std::string_view(bytes, size * count));
    return size * count;
  } catch (...) {
    transfer.failure_ = std::current_exception();
    return kStopReceiving;
  }
}

void HttpTransfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    throw Error(ErrorCode::LimitExceeded, "the server sends too many headers");
  }
  if (line.starts_with("HTTP/")) {  // also after "100 Continue": the last answer counts
    response_.headers.clear();
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  response_.headers.emplace_back(base::lower_case(trimmed(line.substr(0, colon))),
                                 std::string(trimmed(line.substr(colon + 1))));
}

std::size_t HttpTransfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  if (size * count == 0) return 0;
  try {
    transfer.take_body(std::string_view(bytes, size * count));
    return size * count;
  } catch (...) {
    transfer.failure_ = std::current_exception();
    return kStopReceiving;
  }
}

void HttpTransfer::take_body(std::string_view bytes) {
  if (!has_chosen_) {
    has_chosen_ = true;
    long status = 0;
    ::curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    if (choose_) sink_ = choose_(response_);
  }
  if (sink_ != nullptr) {
    sink_->write(bytes);
    return;
  }
  if (bytes.size() > max_answer_bytes_ - response_.body.size()) {
    throw Error(ErrorCode::LimitExceeded,
                fmt::format("the server's answer is longer than {} bytes", max_answer_bytes_));
  }
  response_.body.append(bytes);
}

std::size_t HttpTransfer::on_read(char* buffer, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  try {
    const std::size_t read = transfer.request_.body.read(transfer.sent_, buffer, size * count);
    transfer.sent_ += read;
    return read;
  } catch (...) {
    transfer.failure_ = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

int HttpTransfer::on_request(void* self, char*, char*, int, int) {
  ++static_cast<HttpTransfer*>(self)->response_.times_sent;
  return CURL_PREREQFUNC_OK;
}

int HttpTransfer::on_seek(void* self, curl_off_t place, int from) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  if (from != SEEK_SET || place < 0) return CURL_SEEKFUNC_CANTSEEK;
  transfer.sent_ = static_cast<std::uint64_t>(place);
  return CURL_SEEKFUNC_OK;
}

}  // namespace qfcsync::remote
