#pragma once

#include "http/message.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace qfcsync::server {

/// Limits of the HTTP face.
inline constexpr std::uint32_t kMaxHeaderBytes = 32u << 10;
inline constexpr std::uint64_t kMaxUploadBytes = 10ull << 30;
inline constexpr std::size_t kMaxConnections = 2'000;
inline constexpr std::size_t kBodyChunkBytes = 256u << 10;
inline constexpr std::size_t kSendChunkBytes = 512u << 10;
/// An error may be answered while the client still sends; that much is read and thrown away.
inline constexpr std::uint64_t kMaxDiscardedBytes = 64ull << 20;

inline constexpr std::chrono::seconds kIdleTimeout{75};
inline constexpr std::chrono::seconds kHeaderTimeout{30};
/// Without any progress, either way.
inline constexpr std::chrono::seconds kProgressTimeout{60};
/// On average, after the first kProgressTimeout: less is no network but an attack.
inline constexpr std::uint64_t kMinBytesPerSecond = 256;
inline constexpr std::chrono::milliseconds kShutdownGrace{4'500};

/// Listens, speaks HTTP/1.1 and hands requests to a dispatcher on worker threads.
class HttpServer {
 public:
  /// Binds at once; port 0 takes a free one.
  ///
  /// @errors InvalidArgument: address; Io: port in use or not allowed
  HttpServer(const std::string& host, std::uint16_t port, std::size_t workers,
             Dispatcher dispatcher);
  ~HttpServer();

  /// "http://HOST:PORT" with the real port.
  std::string url() const;

  /// Serves until SIGTERM or SIGINT, then lets running requests end for kShutdownGrace.
  ///
  /// @param tick  called about every second on a worker thread, for housekeeping
  /// @return false when requests were still running at the end of the grace time: their threads
  ///         live on, so the process must exit without destroying what they use
  bool run(std::function<void()> tick);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qfcsync::server
