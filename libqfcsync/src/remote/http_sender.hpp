#pragma once

#include <qfcsync/error.hpp>

#include "remote/http_client.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace qfcsync::remote {

/// An answer that is not going to change by asking again.
struct Answer : HttpResponse {
  /// The request was sent more than once, and an earlier try may have done its work: "exists
  /// already" may mean our own, "not there" may mean already moved.
  bool is_repeated = false;
};

/// Sends requests until there is an answer, in a store's name.
class HttpSender {
 public:
  /// Headers that make a request ours; called for every try.
  using Authorize = std::function<Headers(const HttpRequest& request)>;

  /// @param store  names the store in messages; has no secrets
  HttpSender(const Url& server, const NetworkOptions& options, std::string store,
             Authorize authorize);

  /// Also answers that say no are given back, except those of the kind that passes.
  ///
  /// @errors Network, Timeout, Busy: also the last try failed; LimitExceeded
  Answer send(const HttpRequest& request, std::size_t max_answer_bytes = kMaxAnswerBytes);

  /// The same for a body that goes to a sink. Both are asked anew at every try, since a try may end
  /// in the middle: a request can then ask for the rest.
  ///
  /// @param arrived  bytes of the body so far: tries that bring kProgressBytes do not count
  using MakeRequest = std::function<HttpRequest()>;
  Answer receive(const MakeRequest& make, const ChooseSink& choose,
                 const std::function<std::uint64_t()>& arrived);

  /// Says what an answer that cannot be used means.
  ///
  /// @param about  what was wanted, e.g. "cannot read packs/one"
  /// @param code   the server's own word for it; letters and digits of it are shown
  [[noreturn]] void refuse(const HttpResponse& answer, std::string_view about,
                           std::string_view code = {}) const;

  const NetworkOptions& options() const { return options_; }
  const std::string& store() const { return store_; }

 private:
  Answer send_until_answered(const std::function<HttpResponse()>& try_once,
                             const std::function<bool()>& has_moved_on, std::string_view method);

  NetworkOptions options_;
  HttpClient client_;
  std::string store_;
  Authorize authorize_;
};

/// A connection that breaks now and then brings a large blob in the end, if it brings so much.
inline constexpr std::uint64_t kProgressBytes = 1u << 20;

/// What an unusable answer means to a caller.
ErrorCode code_of_status(int status);

}  // namespace qfcsync::remote
