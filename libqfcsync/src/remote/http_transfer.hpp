#pragma once

#include <qfcsync/remote_store.hpp>

#include "remote/http_message.hpp"

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <curl/curl.h>

namespace qfcsync::remote {

/// One request and its answer on a handle of libcurl.
class HttpTransfer {
 public:
  HttpTransfer(CURL* curl, const HttpRequest& request, const ChooseSink& choose,
               std::size_t max_answer_bytes);
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  void set_url(const std::string& url);
  void set_headers(const Headers& extra);
  void set_patience(const NetworkOptions& options);

  /// @param what  names the request in messages; has no secrets
  HttpResponse run(const std::string& what);

 private:
  struct FreeList {
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
  };

  template <typename Value>
  void set(CURLoption option, Value value);
  void set_method();
  void add_header(const std::string& name, const std::string& value);
  void add_line(const std::string& line);

  // Called by libcurl: nothing may be thrown through it, so that failures wait in failure_.
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self);
  static int on_request(void* self, char*, char*, int, int);
  static int on_seek(void* self, curl_off_t place, int from);

  void take_header(std::string_view line);
  void take_body(std::string_view bytes);
  [[noreturn]] void fail(CURLcode code, const std::string& what) const;

  CURL* curl_;
  const HttpRequest& request_;
  const ChooseSink& choose_;
  std::size_t max_answer_bytes_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::array<char, CURL_ERROR_SIZE> message_{};
  HttpResponse response_;
  std::size_t header_bytes_ = 0;
  bool has_chosen_ = false;
  ByteSink* sink_ = nullptr;
  std::uint64_t sent_ = 0;
  std::exception_ptr failure_;
};

}  // namespace qfcsync::remote
