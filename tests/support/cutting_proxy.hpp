#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace qfcsync::test {

/// Stands before a real server of this machine: notes the requests that pass, and cuts connections.
class CuttingProxy {
 public:
  /// @param port  of the server on 127.0.0.1
  explicit CuttingProxy(int port);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  int port() const { return port_; }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// "GET /path" and so on, since the last call.
  std::vector<std::string> take_requests();
  std::uint64_t bytes_up() const { return up_; }
  std::uint64_t bytes_down() const { return down_; }
  int cuts() const { return cuts_; }

  /// From now on a connection ends when so many bytes have passed in that direction, and so does
  /// each one after it; 0: never.
  void cut_every(std::uint64_t up, std::uint64_t down);

 private:
  void serve();
  void carry(int client);
  bool is_cut(std::uint64_t& left, std::uint64_t every, std::uint64_t count);

  int server_port_;
  int listener_ = -1;
  int end_[2] = {-1, -1};  ///< a pipe: closed when the proxy shall end
  int port_ = 0;
  std::atomic<std::uint64_t> up_{0};
  std::atomic<std::uint64_t> down_{0};
  std::atomic<int> cuts_{0};
  std::mutex mutex_;  // guards what follows
  std::vector<std::string> requests_;
  std::uint64_t cut_up_ = 0;
  std::uint64_t cut_down_ = 0;
  std::uint64_t left_up_ = 0;
  std::uint64_t left_down_ = 0;
  std::thread thread_;
};

}  // namespace qfcsync::test
