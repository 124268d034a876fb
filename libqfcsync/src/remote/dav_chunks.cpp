#include "remote/dav_chunks.hpp"

#include <qfcsync/error.hpp>

#include "remote/parallel_parts.hpp"
#include "remote/random_name.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

constexpr std::string_view kFiles = "/remote.php/dav/files/";
constexpr std::string_view kUploads = "/remote.php/dav/uploads/";
/// Chunks are named by number, 10,000 at most.
constexpr std::uint64_t kMaxDavChunks = 10'000;

class ChunkedUpload {
 public:
  ChunkedUpload(DavServer& server, std::string folder, std::string_view path, const HttpBody& body)
      : server_(server), folder_(std::move(folder)), path_(path), body_(body) {}

  /// @return false: the server does not offer it
  bool begin() {
    const Answer answer = send("MKCOL", folder_, HttpBody());
    // A repeated MKCOL finds the folder of the try before.
    return answer.is_success() || (answer.status == 405 && answer.is_repeated);
  }

  void send_chunks() {
    const std::uint64_t size = std::max(kDavChunkBytes, body_.size() / kMaxDavChunks + 1);
    int number = 0;
    ParallelParts parallel;
    for (std::uint64_t offset = 0; offset < body_.size(); offset += size) {
      parallel.wait_for_room();
      const auto bytes = std::make_shared<std::string>(read(offset, size));
      parallel.run([this, bytes, name = fmt::format("{}/{:05}", folder_, ++number)] {
        const Answer answer = send("PUT", name, HttpBody(*bytes));
        if (!answer.is_success()) server_.sender().refuse(answer, "cannot upload a chunk");
      });
    }
    parallel.finish();
  }

  void assemble() {
    const Answer answer = send("MOVE", folder_ + "/.file", HttpBody());
    if (answer.is_success()) return;
    const auto made = server_.look(path_);
    if (answer.is_repeated && made && made->size == body_.size()) return;
    server_.sender().refuse(answer, "cannot put the chunks together");
  }

  void give_up() noexcept {
    try {
      send("DELETE", folder_, HttpBody());
    } catch (const std::exception&) {
      // Nextcloud removes it after a day.
    }
  }

 private:
  /// Scratch memory is read by one thread at a time.
  std::string read(std::uint64_t offset, std::uint64_t size) const {
    const HttpBody part = body_.part(offset, std::min(size, body_.size() - offset));
    std::string bytes(static_cast<std::size_t>(part.size()), '\0');
    for (std::size_t at = 0; at < bytes.size();) {
      at += part.read(at, bytes.data() + at, bytes.size() - at);
    }
    return bytes;
  }

  Answer send(std::string method, const std::string& server_path, const HttpBody& body) {
    HttpRequest made = server_.request_at(std::move(method), server_path);
    made.headers = {{"destination", server_.destination(path_)},
                    {"oc-total-length", std::to_string(body_.size())}};
    made.body = body;
    return server_.sender().send(made);
  }

  DavServer& server_;
  std::string folder_;
  std::string_view path_;
  const HttpBody& body_;
};

}  // namespace

std::string uploads_path_of(std::string_view server_path) {
  const std::size_t place = server_path.find(kFiles);
  if (place == std::string_view::npos) return {};
  std::string_view user = server_path.substr(place + kFiles.size());
  user = user.substr(0, user.find('/'));
  if (user.empty()) return {};
  return std::string(server_path.substr(0, place)) + std::string(kUploads) + std::string(user);
}

bool send_in_chunks(DavServer& server, std::string_view path, const HttpBody& body) {
  if (body.size() <= kDavChunkBytes) return false;
  const std::string uploads = uploads_path_of(server.server_path(""));
  if (uploads.empty()) return false;
  ChunkedUpload upload(server, uploads + "/qfcsync-" + random_name(), path, body);
  if (!upload.begin()) return false;
  try {
    upload.send_chunks();
    upload.assemble();
  } catch (...) {
    upload.give_up();
    throw;
  }
  return true;
}

}  // namespace qfcsync::remote
