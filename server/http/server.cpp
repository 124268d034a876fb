#include "http/server.hpp"

#include <qfcsync/error.hpp>

#include "http/net.hpp"
#include "http/session.hpp"

#include <csignal>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace qfcsync::server {

struct HttpServer::Impl {
  Impl(std::size_t workers, Dispatcher dispatcher)
      : pool(workers),
        hub{pool, std::move(dispatcher), {}, false, {}},
        acceptor(context),
        signals(context, SIGTERM, SIGINT) {}

  // Sessions end with the context and speak to the hub while they do: it is declared first.
  asio::thread_pool pool;
  SessionHub hub;
  asio::io_context context{1};
  tcp::acceptor acceptor;
  asio::signal_set signals;
};

HttpServer::HttpServer(const std::string& host, std::uint16_t port, std::size_t workers,
                       Dispatcher dispatcher)
    : impl_(std::make_unique<Impl>(workers, std::move(dispatcher))) {
  try {
    const auto resolved =
        tcp::resolver(impl_->context).resolve(host, std::to_string(port), tcp::resolver::passive);
    const tcp::endpoint endpoint = *resolved.begin();
    impl_->acceptor.open(endpoint.protocol());
    impl_->acceptor.set_option(asio::socket_base::reuse_address(true));
    impl_->acceptor.bind(endpoint);
    impl_->acceptor.listen();
  } catch (const boost::system::system_error& error) {
    throw Error(ErrorCode::Io,
                fmt::format("cannot listen on {}:{}: {}", host, port, error.code().message()),
                ErrorOrigin::Asio, error.code().value());
  }
}

HttpServer::~HttpServer() = default;

std::string HttpServer::url() const {
  const tcp::endpoint endpoint = impl_->acceptor.local_endpoint();
  const std::string address = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("http://[{}]:{}", address, endpoint.port())
                                    : fmt::format("http://{}:{}", address, endpoint.port());
}

namespace {

asio::awaitable<void> accept_loop(tcp::acceptor& acceptor, SessionHub& hub) {
  for (;;) {
    beast::error_code error;
    tcp::socket socket =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted || !acceptor.is_open()) co_return;
    if (error) {  // out of file descriptors: wait until some session ends
      asio::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(50));
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    if (hub.sessions.size() >= kMaxConnections) continue;  // the socket closes at once
    start_session(std::move(socket), hub);
  }
}

asio::awaitable<void> tick_loop(asio::thread_pool& pool, std::function<void()> tick) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(std::chrono::seconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    asio::post(pool, tick);
  }
}

}  // namespace

bool HttpServer::run(std::function<void()> tick) {
  Impl& self = *impl_;
  asio::steady_timer grace(self.context);
  asio::co_spawn(self.context, accept_loop(self.acceptor, self.hub), asio::detached);
  asio::co_spawn(self.context, tick_loop(self.pool, std::move(tick)), asio::detached);
  self.hub.on_empty = [&] {
    if (self.hub.stopping) self.context.stop();
  };
  self.signals.async_wait([&](beast::error_code error, int) {
    if (error) return;
    spdlog::info("stopping: {} connections open", self.hub.sessions.size());
    self.acceptor.close();
    self.hub.stop();
    grace.expires_after(kShutdownGrace);
    grace.async_wait([&](beast::error_code) { self.context.stop(); });
    if (self.hub.sessions.empty()) self.context.stop();
  });
  self.context.run();
  self.hub.on_empty = nullptr;
  if (!self.hub.sessions.empty()) return false;
  self.pool.join();
  return true;
}

}  // namespace qfcsync::server
