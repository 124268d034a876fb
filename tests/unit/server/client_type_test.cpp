#include "domain/client_type.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace qfcsync::server;

TEST_SUITE("server/client_type") {
  TEST_CASE("the user agents of real clients are recognised") {
    struct Case {
      const char* user_agent;
      ClientType type;
    };
    for (const auto& [user_agent, type] : {
             Case{"", ClientType::Unknown},
             Case{"Mozilla/5.0 QGIS/32203", ClientType::QFieldSync},
             Case{"Mozilla/5.0 QGIS/32400/Ubuntu 20.04.4 LTS", ClientType::QFieldSync},
             Case{"Mozilla/5.0 QGIS/34400/Ubuntu 24.04", ClientType::QFieldSync},
             Case{"Mozilla/5.0 QGIS/40000/Windows 11", ClientType::QFieldSync},
             Case{"sdk|py|dev python-requests|2.26.0", ClientType::Sdk},
             Case{"sdk|py|0.10.0 python-requests|2.32.3", ClientType::Sdk},
             Case{"cli|py|1", ClientType::Cli},
             Case{"qfield|dev", ClientType::QField},
             Case{"qfield|1.0.0|local - dev|3515ce8cfed7ef1ab3f5d36dd4c9e7d2| QGIS/31900",
                  ClientType::QField},
             Case{"qfield|4.1.0|v4.1.0 - Zurich|abc123| QGIS/34400/Android 15", ClientType::QField},
             Case{"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
                  ClientType::Browser},
             Case{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
                  "Gecko) Chrome/120.0.0.0 Safari/537.36",
                  ClientType::Browser},
             Case{"\xE4\xBD\xA0\xE5\xA5\xBD \xC3\xA9", ClientType::Unknown},
             Case{"curl/8.0", ClientType::Unknown},
         }) {
      CAPTURE(user_agent);
      CHECK(to_string(client_type_of(user_agent)) == to_string(type));
    }
  }

  TEST_CASE("near misses are unknown") {
    for (const char* user_agent :
         {"QField|1", " qfield|1", "qfield", "sdk", "QGIS/32203", "Mozilla/5.0QGIS/32203",
          "Mozilla/5.0 QGIS/3220", "Mozilla/5.0 QGIS/322033", "Mozilla/5.0 QGIS/22203",
          "Mozilla/5.0 QGIS/32203 x", "Mozilla/5.0 QGIS/3220x", "Mozilla/5.0 qgis/32203",
          "Mozilla/5.0 Firefox/", "Mozilla/4.0 Firefox/115", "Firefox/115",
          "Mozilla/5.0 AppleWebKit/537 (KHTML, like Gecko)", "Mozilla/5.0 AppleWebKit/537.36"}) {
      CAPTURE(user_agent);
      CHECK(to_string(client_type_of(user_agent)) == "unknown");
    }
  }

  TEST_CASE("a later occurrence counts when the first is none") {
    CHECK(client_type_of("x QGIS/1 QGIS/34400") == ClientType::QFieldSync);
    CHECK(client_type_of("Mozilla/5.0 Firefox/x Firefox/1") == ClientType::Browser);
  }

  TEST_CASE("QField, QFieldSync and unknown clients hold one token, the others many") {
    for (const ClientType type :
         {ClientType::QField, ClientType::QFieldSync, ClientType::Unknown}) {
      CHECK(is_single_token(type));
    }
    for (const ClientType type :
         {ClientType::Browser, ClientType::Cli, ClientType::Sdk, ClientType::Worker}) {
      CHECK_FALSE(is_single_token(type));
    }
  }

  TEST_CASE("names and types are one to one") {
    for (const char* name :
         {"unknown", "qfield", "qfieldsync", "sdk", "cli", "browser", "worker"}) {
      const auto type = client_type_named(name);
      REQUIRE(type);
      CHECK(to_string(*type) == name);
    }
    CHECK_FALSE(client_type_named("QField"));
    CHECK_FALSE(client_type_named(""));
  }
}
