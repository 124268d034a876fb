#include "domain/uuid.hpp"

#include <set>

#include <doctest/doctest.h>

using qfcsync::server::new_uuid;

TEST_SUITE("server/uuid") {
  TEST_CASE("every UUID is version 4, of the RFC variant, lower-case and new") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
      const std::string uuid = new_uuid();
      REQUIRE(uuid.size() == 36);
      CHECK(uuid.find_first_not_of("0123456789abcdef-") == std::string::npos);
      for (const std::size_t hyphen : {8, 13, 18, 23}) CHECK(uuid[hyphen] == '-');
      CHECK(uuid[14] == '4');
      CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
      CHECK(seen.insert(uuid).second);
    }
  }
}
