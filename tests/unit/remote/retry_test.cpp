#include "remote/retry.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::remote;

TEST_SUITE("remote/retry") {
  TEST_CASE("answers that pass are asked for again, answers that stay are not") {
    for (const int status : {408, 409, 423, 425, 429, 500, 502, 503, 504, 520, 599}) {
      CAPTURE(status);
      CHECK(is_passing(status));
    }
    for (const int status : {100, 200, 204, 206, 301, 304, 400, 401, 403, 404,
                             405, 410, 412, 413, 416, 501, 505, 507, 511, 600}) {
      CAPTURE(status);
      CHECK_FALSE(is_passing(status));
    }
  }

  TEST_CASE("a failing network passes, a failing disk or a bad certificate does not") {
    CHECK(is_passing(Error(ErrorCode::Network, "", ErrorOrigin::Curl, 7)));
    CHECK(is_passing(Error(ErrorCode::Timeout, "", ErrorOrigin::Curl, 28)));
    CHECK_FALSE(is_passing(Error(ErrorCode::Denied, "", ErrorOrigin::Curl, 60)));
    CHECK_FALSE(is_passing(Error(ErrorCode::Io, "")));
    CHECK_FALSE(is_passing(Error(ErrorCode::Network, "")));
  }

  TEST_CASE("the longest pause doubles up to its limit") {
    NetworkOptions options;
    options.first_delay = std::chrono::milliseconds(200);
    options.max_delay = std::chrono::milliseconds(1000);
    const auto longest = [&](int made) { return longest_delay(options, made).count(); };
    CHECK(longest(1) == 200);
    CHECK(longest(2) == 400);
    CHECK(longest(3) == 800);
    CHECK(longest(4) == 1000);
    CHECK(longest(1'000'000) == 1000);
    options.first_delay = std::chrono::milliseconds(5000);
    CHECK(longest(1) == 1000);
  }

  TEST_CASE("tries come to an end") {
    NetworkOptions options;
    options.tries = 3;
    options.first_delay = std::chrono::milliseconds(0);
    Tries tries(options);
    CHECK(tries.again());
    CHECK(tries.again());
    CHECK_FALSE(tries.again());
    CHECK(tries.made() == 3);
    options.tries = 1;
    CHECK_FALSE(Tries(options).again());
  }
}
