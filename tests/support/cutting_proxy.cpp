#include "support/cutting_proxy.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace qfcsync::test {
namespace {

constexpr int kNoTimeout = -1;
constexpr std::size_t kPieceBytes = 64u << 10;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Finds the heads of requests in what a client sends; bodies have a length.
class RequestScanner {
 public:
  /// @return first lines of the requests whose heads ended in these bytes
  std::vector<std::string> add(std::string_view bytes) {
    std::vector<std::string> lines;
    while (!bytes.empty()) {
      const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(body_, bytes.size()));
      body_ -= skipped;
      bytes.remove_prefix(skipped);
      if (bytes.empty()) break;
      head_ += bytes.front();
      bytes.remove_prefix(1);
      if (!head_.ends_with("\r\n\r\n")) continue;
      lines.push_back(head_.substr(0, head_.find(" HTTP/")));
      body_ = length();
      head_.clear();
    }
    return lines;
  }

 private:
  std::uint64_t length() const {
    std::string head = head_;
    std::ranges::transform(head, head.begin(), [](unsigned char c) { return std::tolower(c); });
    constexpr std::string_view kName = "\r\ncontent-length:";
    const std::size_t at = head.find(kName);
    return at == std::string::npos ? 0 : std::stoull(head.substr(at + kName.size()));
  }

  std::string head_;
  std::uint64_t body_ = 0;
};

}  // namespace

CuttingProxy::CuttingProxy(int port) : server_port_(port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, any, size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, any, &size) != 0 || ::pipe(end_) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

CuttingProxy::~CuttingProxy() {
  ::close(end_[1]);
  thread_.join();
  ::close(end_[0]);
  ::close(listener_);
}

std::vector<std::string> CuttingProxy::take_requests() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requests_, {});
}

void CuttingProxy::cut_every(std::uint64_t up, std::uint64_t down) {
  const std::lock_guard lock(mutex_);
  cut_up_ = left_up_ = up;
  cut_down_ = left_down_ = down;
}

void CuttingProxy::serve() {
  std::vector<std::jthread> connections;
  for (;;) {
    pollfd watched[2] = {{listener_, POLLIN, 0}, {end_[0], POLLIN, 0}};
    if (::poll(watched, 2, kNoTimeout) <= 0 || watched[1].revents != 0) return;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    connections.emplace_back([this, client] {
      carry(client);
      ::close(client);
    });
  }
}

bool CuttingProxy::is_cut(std::uint64_t& left, std::uint64_t every, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  if (every == 0) return false;
  if (left > count) {
    left -= count;
    return false;
  }
  left = every;
  ++cuts_;
  return true;
}

void CuttingProxy::carry(int client) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(server_port_);
  bool goes_on = ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  RequestScanner scanner;
  std::string piece(kPieceBytes, '\0');
  while (goes_on) {
    pollfd watched[3] = {{client, POLLIN, 0}, {server, POLLIN, 0}, {end_[0], POLLIN, 0}};
    if (::poll(watched, 3, kNoTimeout) <= 0 || watched[2].revents != 0) break;
    for (const bool is_up : {true, false}) {
      if (!goes_on || watched[is_up ? 0 : 1].revents == 0) continue;
      const ssize_t count = ::recv(is_up ? client : server, piece.data(), piece.size(), 0);
      if (count <= 0) {
        goes_on = false;
        break;
      }
      const std::string_view bytes(piece.data(), static_cast<std::size_t>(count));
      if (is_up) {
        for (std::string& line : scanner.add(bytes)) {
          const std::lock_guard lock(mutex_);
          requests_.push_back(std::move(line));
        }
      }
      (is_up ? up_ : down_) += bytes.size();
      goes_on = !(is_up ? is_cut(left_up_, cut_up_, bytes.size())
                        : is_cut(left_down_, cut_down_, bytes.size())) &&
                send_all(is_up ? server : client, bytes);
    }
  }
  ::close(server);
}

}  // namespace qfcsync::test
