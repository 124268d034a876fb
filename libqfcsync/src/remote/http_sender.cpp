#include "remote/http_sender.hpp"

#include <qfcsync/error.hpp>

#include "remote/retry.hpp"

#include <utility>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

constexpr std::size_t kMaxWordBytes = 64;

/// Letters and digits only: what a server says may repeat what it was sent.
std::string harmless_word(std::string_view text) {
  std::string word;
  for (const char c : text.substr(0, kMaxWordBytes)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && !(c >= '0' && c <= '9')) break;
    word += c;
  }
  return word;
}

std::string_view advice_for(ErrorCode code, int status) {
  if (code == ErrorCode::Denied) return "; check the credentials and what they may do";
  if (code == ErrorCode::LimitExceeded) return "; there is no room, or too much was asked for";
  if (status >= 300 && status < 400) return "; it wants to send us elsewhere, check the address";
  if (code == ErrorCode::Busy || code == ErrorCode::Network) return "; try again later";
  return "";
}

}  // namespace

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
    case 407:
    case 511:
      return ErrorCode::Denied;
    case 404:
    case 410:
      return ErrorCode::NotFound;
    case 408:
    case 504:
      return ErrorCode::Timeout;
    case 409:
    case 423:
    case 429:
      return ErrorCode::Busy;
    case 413:
    case 507:
      return ErrorCode::LimitExceeded;
    case 405:
    case 501:
    case 505:
      return ErrorCode::Unsupported;
    default:
      return ErrorCode::Network;
  }
}

HttpSender::HttpSender(const Url& server, const NetworkOptions& options, std::string store,
                       Authorize authorize)
    : options_(options),
      client_(server, options),
      store_(std::move(store)),
      authorize_(std::move(authorize)) {}

Answer HttpSender::send(const HttpRequest& request, std::size_t max_answer_bytes) {
  return send_until_answered(
      [&] { return client_.send(request, authorize_(request), {}, max_answer_bytes); },
      [] { return false; }, request.method);
}

Answer HttpSender::receive(const MakeRequest& make, const ChooseSink& choose,
                           const std::function<std::uint64_t()>& arrived) {
  std::uint64_t before = 0;
  const auto has_moved_on = [&] {
    const std::uint64_t now = arrived();
    return now - std::exchange(before, now) >= kProgressBytes;
  };
  return send_until_answered(
      [&] {
        const HttpRequest request = make();
        return client_.send(request, authorize_(request), choose, kMaxAnswerBytes);
      },
      has_moved_on, "GET");
}

Answer HttpSender::send_until_answered(const std::function<HttpResponse()>& try_once,
                                       const std::function<bool()>& has_moved_on,
                                       std::string_view method) {
  Tries tries(options_);
  for (;;) {
    try {
      Answer answer{try_once(), false};
      answer.is_repeated = tries.made() > 1 || answer.times_sent > 1;
      if (!is_passing(answer.status)) return answer;
      if (!tries.again()) refuse(answer, fmt::format("{} failed {} times", method, tries.made()));
    } catch (const Error& error) {
      if (!is_passing(error)) throw;
      if (has_moved_on()) tries.renew();
      if (tries.again()) continue;
      throw Error(error.code(),
                  fmt::format("{}: {} (tried {} times)", store_, error.what(), tries.made()),
                  ErrorOrigin::Curl, error.native());
    }
  }
}

void HttpSender::refuse(const HttpResponse& answer, std::string_view about,
                        std::string_view code) const {
  const ErrorCode meaning = code_of_status(answer.status);
  const std::string word = harmless_word(code);
  throw Error(meaning,
              fmt::format("{}: {}: the server answers {}{}{}{}", store_, about, answer.status,
                          word.empty() ? "" : " ", word, advice_for(meaning, answer.status)),
              ErrorOrigin::Http, answer.status);
}

}  // namespace qfcsync::remote
