#include "support/scripted_server.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace qfcsync::test {
namespace {

constexpr int kNoTimeout = -1;

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(::tolower(c)); });
  return text;
}

/// Bytes of a connection; ends when the server shall end.
class Connection {
 public:
  Connection(int fd, int end) : fd_(fd), end_(end) {}

  std::optional<std::string> read_until(std::string_view mark) {
    for (;;) {
      const std::size_t place = buffer_.find(mark);
      if (place != std::string::npos) {
        std::string text = buffer_.substr(0, place);
        buffer_.erase(0, place + mark.size());
        return text;
      }
      if (!fill()) return std::nullopt;
    }
  }

  std::optional<std::string> read_bytes(std::size_t size) {
    while (buffer_.size() < size) {
      if (!fill()) return std::nullopt;
    }
    std::string bytes = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return bytes;
  }

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

 private:
  bool fill() {
    pollfd watched[2] = {{fd_, POLLIN, 0}, {end_, POLLIN, 0}};
    if (::poll(watched, 2, kNoTimeout) <= 0 || watched[1].revents != 0) return false;
    char bytes[65536];
    const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  int fd_;
  int end_;
  std::string buffer_;
};

std::optional<SeenRequest> read_request(Connection& connection) {
  auto head = connection.read_until("\r\n\r\n");
  if (!head) return std::nullopt;
  SeenRequest request;
  const std::string line = head->substr(0, head->find("\r\n"));
  request.method = line.substr(0, line.find(' '));
  request.target = line.substr(line.find(' ') + 1, line.rfind(' ') - line.find(' ') - 1);
  for (std::size_t start = line.size() + 2; start < head->size();) {
    const std::size_t end = std::min(head->find("\r\n", start), head->size());
    const std::string header = head->substr(start, end - start);
    const std::size_t colon = header.find(':');
    request.headers[lower_case(header.substr(0, colon))] =
        header.substr(std::min(header.find_first_not_of(": ", colon), header.size()));
    start = end + 2;
  }
  if (request.headers.contains("expect")) connection.write("HTTP/1.1 100 Continue\r\n\r\n");
  const std::string length = request.headers["content-length"];
  auto body = connection.read_bytes(length.empty() ? 0 : std::stoul(length));
  if (!body) return std::nullopt;
  request.body = std::move(*body);
  return request;
}

}  // namespace

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, any, size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, any, &size) != 0 || ::pipe(end_) != 0) {
    throw std::runtime_error("the scripted server cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
  ::close(end_[1]);
  thread_.join();
  ::close(end_[0]);
  ::close(listener_);
}

std::vector<SeenRequest> ScriptedServer::seen() {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void ScriptedServer::serve() {
  std::vector<std::jthread> connections;
  for (;;) {
    pollfd watched[2] = {{listener_, POLLIN, 0}, {end_[0], POLLIN, 0}};
    if (::poll(watched, 2, kNoTimeout) <= 0 || watched[1].revents != 0) return;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    connections.emplace_back([this, connection] {
      serve_connection(connection);
      ::close(connection);
    });
  }
}

void ScriptedServer::serve_connection(int fd) {
  Connection connection(fd, end_[0]);
  while (auto request = read_request(connection)) {
    if (!answer(fd, *request)) return;
  }
}

bool ScriptedServer::answer(int fd, const SeenRequest& request) {
  ScriptedReply reply;
  {
    const std::lock_guard lock(mutex_);
    seen_.push_back(request);
    reply = script_(request, seen_.size() - 1);
  }
  if (reply.hangs_up) return false;
  if (reply.stalls) {
    pollfd end{end_[0], POLLIN, 0};
    ::poll(&end, 1, kNoTimeout);
    return false;
  }
  std::string head = fmt::format("HTTP/1.1 {} Scripted\r\n", reply.status);
  for (const auto& line : reply.headers) head += line + "\r\n";
  const bool has_length = std::any_of(
      reply.headers.begin(), reply.headers.end(),
      [](const std::string& line) { return lower_case(line).starts_with("content-length"); });
  if (!has_length && reply.status != 204) {
    head += fmt::format("Content-Length: {}\r\n", reply.body.size());
  }
  const bool is_cut = reply.cut_after != std::string::npos;
  const Connection connection(fd, end_[0]);
  connection.write(head + "\r\n");
  if (request.method != "HEAD") connection.write(reply.body.substr(0, reply.cut_after));
  return !is_cut;
}

}  // namespace qfcsync::test
