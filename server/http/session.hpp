#pragma once

#include "http/message.hpp"
#include "http/net.hpp"

#include <functional>
#include <set>

namespace qfcsync::server {

class Session;

/// What all sessions share. Lives on the network thread; only `pool` and `dispatcher` are used
/// from elsewhere.
struct SessionHub {
  asio::thread_pool& pool;
  Dispatcher dispatcher;
  std::set<Session*> sessions;
  bool stopping = false;
  std::function<void()> on_empty;

  /// Ends idle connections now and the others after their running request.
  void stop();
};

/// Serves one connection until it ends. The hub must outlive it.
void start_session(tcp::socket socket, SessionHub& hub);

}  // namespace qfcsync::server
