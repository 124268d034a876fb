#pragma once

#include <qfcsync/stream.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qfcsync::remote {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What a request carries; can be read again for another try. Owns nothing.
class HttpBody {
 public:
  HttpBody() = default;
  explicit HttpBody(std::string_view bytes) : bytes_(bytes), size_(bytes.size()) {}
  explicit HttpBody(const ByteStore& store) : store_(&store), size_(store.size()) {}

  /// Bytes [offset, offset + size).
  HttpBody part(std::uint64_t offset, std::uint64_t size) const {
    HttpBody part = *this;
    part.offset_ = offset_ + offset;
    part.size_ = size;
    return part;
  }
  std::uint64_t size() const { return size_; }
  /// Copies up to size bytes at a place, fewer only at the end. @errors Io
  std::size_t read(std::uint64_t place, char* buffer, std::size_t size) const;

 private:
  std::string_view bytes_;
  const ByteStore* store_ = nullptr;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
};

struct HttpRequest {
  std::string method;
  /// Path with its escapes, and the query without "?".
  std::string path;
  std::string query;
  Headers headers;
  HttpBody body;
};

struct HttpResponse {
  int status = 0;
  Headers headers;   ///< names in lower case
  std::string body;  ///< what no sink took
  /// How often the request went out: libcurl sends it once more, of its own accord, when a kept
  /// connection turns out to be dead.
  int times_sent = 0;

  /// The first header of that name; nullptr if there is none.
  const std::string* find(std::string_view name) const;
  /// The same, or "".
  std::string_view header(std::string_view name) const;
  bool is_success() const { return status >= 200 && status < 300; }
};

/// Asked when status and headers are there: where the body goes; nullptr: into response.body.
using ChooseSink = std::function<ByteSink*(const HttpResponse& head)>;

/// Longest body that is kept in memory, if a request says nothing else. Errors and the answers of
/// S3 are far below.
inline constexpr std::size_t kMaxAnswerBytes = 8u << 20;
inline constexpr std::size_t kMaxHeaderBytes = 256u << 10;

}  // namespace qfcsync::remote
