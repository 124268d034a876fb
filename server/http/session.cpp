#include "http/session.hpp"

#include "http/api_error.hpp"
#include "http/server.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace qfcsync::server {
namespace {

using Parser = http::request_parser<http::buffer_body>;

/// Larger answers are written piece by piece, each with its own time to arrive.
constexpr std::size_t kSendWholeBytes = 32u << 10;

/// An idle connection holds no more memory than this.
constexpr std::size_t kFirstReadBytes = 2048;

/// Runs work on a worker thread and comes back to the network thread with its result.
template <class Work>
auto on_worker(asio::thread_pool& pool, Work work) -> asio::awaitable<std::invoke_result_t<Work>> {
  using Result = std::invoke_result_t<Work>;
  co_return co_await asio::co_spawn(
      pool, [work = std::move(work)]() mutable -> asio::awaitable<Result> { co_return work(); },
      asio::use_awaitable);
}

/// Tells a slow network from somebody who only keeps a connection busy.
class Pace {
 public:
  bool keeps_up(std::size_t bytes) {
    bytes_ += bytes;
    const auto taken =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start_);
    return taken < kProgressTimeout ||
           bytes_ >= kMinBytesPerSecond * static_cast<std::uint64_t>(taken.count());
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::uint64_t bytes_ = 0;
};

/// A text from outside as the log may show it: no control characters, no other alphabet.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f) {
      result += c;
    } else {
      result += fmt::format("\\x{:02x}", byte);
    }
  }
  return result;
}

Response internal_error() { return Response::json(500, errors::unknown_error().body()); }

Response refusal(unsigned status) {
  return Response::json(status, errors::api_error(status).body());
}

unsigned status_of(const beast::error_code& error) {
  if (error == http::error::header_limit) return 431;
  return error == http::error::body_limit ? 413 : 400;
}

/// True when the client sent what is no HTTP; false when it just went away or was too slow.
bool is_malformed(const beast::error_code& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

/// The last net: whatever escapes from our code becomes an answer, never a lost connection.
template <class Work>
Dispatch answered(Work&& work) {
  try {
    return work();
  } catch (const ApiError& error) {
    return {Response::json(error.status(), error.body()), nullptr};
  } catch (const Error& error) {
    spdlog::error("{}: {}", to_string(error.code()), error.what());
    const ApiError answer = api_error_of(error);
    return {Response::json(answer.status(), answer.body()), nullptr};
  } catch (const std::exception& error) {
    spdlog::error("unexpected: {}", error.what());
    return {internal_error(), nullptr};
  }
}

Request request_of(const http::request_header<>& head, const tcp::socket& socket) {
  Request request;
  request.method = std::string(head.method_string());
  request.target = std::string(head.target());
  const auto question = request.target.find('?');
  // A path with a broken escape stays empty and so names nothing.
  request.path = percent_decode(std::string_view(request.target).substr(0, question)).value_or("");
  if (question != std::string::npos) {
    request.query = Query::parse(std::string_view(request.target).substr(question + 1));
  }
  for (const auto& field : head) {
    request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  boost::system::error_code ignored;
  request.remote_address = socket.remote_endpoint(ignored).address().to_string();
  return request;
}

}  // namespace

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, SessionHub& hub) : stream_(std::move(socket)), hub_(hub) {
    hub_.sessions.insert(this);
  }

  ~Session() {
    hub_.sessions.erase(this);
    if (hub_.sessions.empty() && hub_.on_empty) hub_.on_empty();
  }

  void end_if_idle() {
    if (!busy_) stream_.socket().close();
  }

  asio::awaitable<void> run() {
    beast::error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
    while (!hub_.stopping) {
      const bool again = co_await serve_one();
      busy_ = false;
      if (!again) break;
    }
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

 private:
  /// One request and its answer. @return whether the connection can serve another one
  asio::awaitable<bool> serve_one() {
    Parser parser;
    parser.header_limit(kMaxHeaderBytes);
    parser.body_limit(kMaxUploadBytes);
    const bool has_head = co_await read_head(parser);
    if (!has_head) co_return false;
    started_ = std::chrono::steady_clock::now();
    pace_ = Pace();
    const Request request = request_of(parser.get(), stream_.socket());
    Dispatch dispatch = co_await on_worker(
        hub_.pool, [&] { return answered([&] { return hub_.dispatcher(request); }); });
    if (!dispatch.response) {
      const bool arrived = co_await read_body(parser, dispatch);
      if (!arrived) co_return false;
    }
    const bool complete = parser.is_done();
    const bool keep_alive = parser.get().keep_alive() && complete && !hub_.stopping;
    const bool sent = co_await send(request, std::move(*dispatch.response), keep_alive);
    if (!sent) co_return false;
    if (!complete) co_await discard_rest();
    co_return keep_alive;
  }

  asio::awaitable<bool> read_head(Parser& parser) {
    beast::error_code error;
    if (buffer_.size() == 0) {
      stream_.expires_after(kIdleTimeout);
      const std::size_t got = co_await stream_.async_read_some(
          buffer_.prepare(kFirstReadBytes), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return false;
      buffer_.commit(got);
    }
    busy_ = true;
    stream_.expires_after(kHeaderTimeout);
    co_await http::async_read_header(stream_, buffer_, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (!error) co_return true;
    if (is_malformed(error)) co_await refuse(status_of(error));
    co_return false;
  }

  /// Answers what cannot be parsed as a request.
  asio::awaitable<void> refuse(unsigned status) {
    Request unknown;
    unknown.method = "?";
    unknown.target = "(unreadable request)";
    const bool sent = co_await send(unknown, refusal(status), false);
    if (sent) co_await discard_rest();
  }

  /// Streams the body to its handler; afterwards `dispatch.response` is set.
  ///
  /// @return false when the client went away
  asio::awaitable<bool> read_body(Parser& parser, Dispatch& dispatch) {
    BodyHandler& handler = *dispatch.body;
    if (parser.content_length().value_or(0) > handler.limit()) {
      dispatch.response = refusal(413);
      co_return true;
    }
    const bool welcome = co_await invite_body(parser);
    if (!welcome) co_return false;
    // A small body gets a small buffer: a hundred devices may push at once.
    std::vector<char> chunk(std::clamp<std::uint64_t>(
        parser.content_length().value_or(kBodyChunkBytes), 1, kBodyChunkBytes));
    std::uint64_t total = 0;
    while (!parser.is_done() && !dispatch.response) {
      const Chunk got = co_await read_chunk(parser, chunk);
      if (got.is_gone) co_return false;
      total += got.size;
      if (got.refusal != 0) dispatch.response = refusal(got.refusal);
      if (total > handler.limit()) dispatch.response = refusal(413);
      if (dispatch.response || got.size == 0) continue;
      Dispatch failed = co_await on_worker(hub_.pool, [&] {
        return answered([&] {
          handler.feed({chunk.data(), got.size});
          return Dispatch{};
        });
      });
      dispatch.response = std::move(failed.response);
    }
    if (dispatch.response) co_return true;
    Dispatch done = co_await on_worker(hub_.pool, [&] {
      return answered([&] { return Dispatch{handler.finish(), nullptr}; });
    });
    dispatch.response = std::move(done.response);
    co_return true;
  }

  /// Says "go on" to a client that asked before sending.
  asio::awaitable<bool> invite_body(Parser& parser) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!beast::iequals(parser.get()[http::field::expect], "100-continue")) co_return true;
    beast::error_code error;
    stream_.expires_after(kProgressTimeout);
    co_await asio::async_write(stream_, asio::buffer(kContinue),
                               asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }

  struct Chunk {
    std::size_t size = 0;
    bool is_gone = false;
    unsigned refusal = 0;  ///< status of the answer when the body cannot be taken
  };

  /// Fills the buffer or takes what is left of the body.
  asio::awaitable<Chunk> read_chunk(Parser& parser, std::vector<char>& buffer) {
    auto& body = parser.get().body();
    body.data = buffer.data();
    body.size = buffer.size();
    beast::error_code error;
    while (!error && body.size > 0 && !parser.is_done()) {
      stream_.expires_after(kProgressTimeout);
      const std::size_t got = co_await http::async_read_some(
          stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
      if (!error && !pace_.keeps_up(got)) error = beast::error::timeout;
    }
    Chunk chunk;
    chunk.size = buffer.size() - body.size;
    if (!error || error == http::error::need_buffer) co_return chunk;
    chunk.refusal = is_malformed(error) ? status_of(error) : 0;
    chunk.is_gone = chunk.refusal == 0;
    co_return chunk;
  }

  asio::awaitable<bool> send(const Request& request, Response response, bool keep_alive) {
    const bool streams = response.content != nullptr;
    const bool head_only = request.method == "HEAD" || response.status == 304;
    const std::uint64_t length = streams ? response.content_length : response.body.size();
    http::response<http::string_body> head;
    head.version(11);
    head.result(response.status);
    if (!response.content_type.empty()) head.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) head.insert(name, value);
    if (response.status == 401) head.set(http::field::www_authenticate, "Token");
    head.set("X-Content-Type-Options", "nosniff");
    head.keep_alive(keep_alive);
    if (response.status != 204 && response.status != 304) head.content_length(length);
    std::string body;
    if (!head_only && !streams) body = std::move(response.body);
    const bool is_one_piece = body.size() <= kSendWholeBytes;
    if (is_one_piece) head.body() = std::move(body);
    beast::error_code error;
    stream_.expires_after(kProgressTimeout);
    http::response_serializer<http::string_body> serializer(head);
    if (streams || head_only || !is_one_piece) {
      co_await http::async_write_header(stream_, serializer,
                                        asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await http::async_write(stream_, serializer,
                                 asio::redirect_error(asio::use_awaitable, error));
    }
    bool sent = !error;
    if (sent && streams && !head_only) sent = co_await send_content(response);
    if (sent && !is_one_piece) sent = co_await write(body);
    log(request, response.status, length, sent);
    co_return sent;
  }

  asio::awaitable<bool> send_content(const Response& response) {
    std::uint64_t offset = response.content_offset;
    std::uint64_t left = response.content_length;
    std::vector<char> chunk(std::min<std::uint64_t>(left, kSendChunkBytes));
    while (left > 0) {
      const std::size_t want = std::min<std::uint64_t>(left, chunk.size());
      const std::size_t got = co_await on_worker(hub_.pool, [&]() -> std::size_t {
        try {
          return response.content->read_at(offset, {chunk.data(), want});
        } catch (const Error& error) {
          spdlog::error("download broken off: {}", error.what());
          return 0;
        }
      });
      if (got != want) co_return false;
      const bool written = co_await write(std::string_view(chunk.data(), got));
      if (!written) co_return false;
      offset += got;
      left -= got;
    }
    co_return true;
  }

  /// Writes all of it, as slowly as a bad mobile network takes it.
  asio::awaitable<bool> write(std::string_view bytes) {
    while (!bytes.empty()) {
      beast::error_code error;
      stream_.expires_after(kProgressTimeout);
      const std::size_t done =
          co_await stream_.async_write_some(asio::buffer(bytes.data(), bytes.size()),
                                            asio::redirect_error(asio::use_awaitable, error));
      if (error || !pace_.keeps_up(done)) co_return false;
      bytes.remove_prefix(done);
    }
    co_return true;
  }

  /// Reads what the client still sends after an early answer: closing at once would reset the
  /// connection before the client has read the answer.
  asio::awaitable<void> discard_rest() {
    beast::error_code error;
    stream_.socket().shutdown(tcp::socket::shutdown_send, error);
    std::vector<char> chunk(kBodyChunkBytes);
    std::uint64_t discarded = 0;
    while (discarded < kMaxDiscardedBytes && !hub_.stopping) {
      stream_.expires_after(kHeaderTimeout);
      const std::size_t got = co_await stream_.async_read_some(
          asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      discarded += got;
    }
  }

  void log(const Request& request, unsigned status, std::uint64_t bytes, bool sent) const {
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - started_);
    spdlog::info("{} {} {} {} B {:.1f} ms{}", printable(request.method), printable(request.target),
                 status, bytes, static_cast<double>(taken.count()) / 1000.0,
                 sent ? "" : " (client went away)");
  }

  beast::tcp_stream stream_;
  SessionHub& hub_;
  beast::flat_buffer buffer_;
  std::chrono::steady_clock::time_point started_;
  Pace pace_;
  bool busy_ = false;
};

void SessionHub::stop() {
  stopping = true;
  const std::vector<Session*> open(sessions.begin(), sessions.end());
  for (Session* session : open) session->end_if_idle();
}

void start_session(tcp::socket socket, SessionHub& hub) {
  const auto executor = socket.get_executor();
  auto session = std::make_shared<Session>(std::move(socket), hub);
  asio::co_spawn(
      executor, [session]() -> asio::awaitable<void> { co_await session->run(); },
      [](const std::exception_ptr& failure) {
        if (!failure) return;
        try {
          std::rethrow_exception(failure);
        } catch (const std::exception& error) {
          spdlog::debug("connection ended: {}", error.what());
        }
      });
}

}  // namespace qfcsync::server
