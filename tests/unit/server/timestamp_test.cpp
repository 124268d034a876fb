#include "domain/timestamp.hpp"

#include <doctest/doctest.h>

namespace server = qfcsync::server;

TEST_SUITE("server/timestamp") {
  constexpr server::Timestamp kExample = 1772352000123456;  // 2026-03-01T08:00:00.123456Z

  TEST_CASE("a time has one spelling per use") {
    CHECK(server::to_iso(kExample) == "2026-03-01T08:00:00.123456+00:00");
    CHECK(server::to_iso_seconds(kExample) == "2026-03-01T08:00:00Z");
    CHECK(server::to_dotted(kExample) == "01.03.2026 08:00:00 UTC");
    CHECK(server::to_version_display(1770107399000000) == "v20260203082959");
  }

  TEST_CASE("six fractional digits are written even when they are zero") {
    CHECK(server::to_iso(0) == "1970-01-01T00:00:00.000000+00:00");
    CHECK(server::to_iso(1) == "1970-01-01T00:00:00.000001+00:00");
  }

  TEST_CASE("times before 1970 and leap days are right") {
    CHECK(server::to_iso(-1) == "1969-12-31T23:59:59.999999+00:00");
    CHECK(server::to_iso_seconds(1709164800 * server::kSecond) == "2024-02-29T00:00:00Z");
  }

  TEST_CASE("the clock runs in microseconds") {
    CHECK(server::now() > kExample - 366LL * 86400 * server::kSecond);
    CHECK(server::now() < 253402300800 * server::kSecond);  // the year 10000
  }
}
