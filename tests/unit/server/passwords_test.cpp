#include "domain/passwords.hpp"

#include <set>

#include <doctest/doctest.h>
#include <sodium.h>

using namespace qfcsync::server;

TEST_SUITE("server/passwords") {
  TEST_CASE("a hash fits its password only, and every hash has its own salt") {
    const std::string hash = hash_password("correct horse");
    CHECK(hash.starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
    CHECK(verify_password(hash, "correct horse"));
    CHECK_FALSE(verify_password(hash, "correct horsf"));
    CHECK_FALSE(verify_password(hash, ""));
    CHECK(hash_password("correct horse") != hash);
    CHECK_FALSE(needs_rehash(hash));
  }

  TEST_CASE("no password fits an empty or foreign hash") {
    for (const char* hash : {"", "secret", "$argon2id$", "pbkdf2_sha256$260000$x$y"}) {
      CAPTURE(hash);
      CHECK_FALSE(verify_password(hash, "secret"));
      CHECK_FALSE(verify_password(hash, ""));
    }
  }

  TEST_CASE("a password of an unknown account is wrong") {
    CHECK_FALSE(verify_dummy_password("secret"));
    CHECK_FALSE(verify_dummy_password(""));
  }

  TEST_CASE("a hash of another cost is recognised") {
    char cheap[crypto_pwhash_STRBYTES];
    REQUIRE(crypto_pwhash_str(cheap, "x", 1, crypto_pwhash_OPSLIMIT_MIN,
                              crypto_pwhash_MEMLIMIT_MIN) == 0);
    CHECK(needs_rehash(cheap));
    CHECK(verify_password(cheap, "x"));
  }

  TEST_CASE("passwords are anything that arrives as it was typed") {
    CHECK_FALSE(invalid_password("x"));
    CHECK_FALSE(invalid_password("two words \xC3\xBC"));
    CHECK_FALSE(invalid_password(std::string(kMaxPasswordBytes, 'x')));
    for (const std::string& password :
         {std::string(), std::string(" x"), std::string("x\n"), std::string(" "),
          std::string(kMaxPasswordBytes + 1, 'x')}) {
      CAPTURE(password);
      CHECK(invalid_password(password));
    }
  }

  TEST_CASE("token keys are 100 letters and digits, all of which occur") {
    std::set<std::string> keys;
    std::set<char> characters;
    for (int i = 0; i < 100; ++i) {
      const std::string key = new_token_key();
      CHECK(key.size() == 100);
      characters.insert(key.begin(), key.end());
      CHECK(keys.insert(key).second);
    }
    CHECK(characters.size() == 62);
    for (const char c : characters) CHECK(std::isalnum(static_cast<unsigned char>(c)));
  }

  TEST_CASE("one-time passwords are readable and usable") {
    const std::string password = one_time_password();
    CHECK(password.size() == 24);
    CHECK(password.find_first_of("01oilOIL") == std::string::npos);
    CHECK_FALSE(invalid_password(password));
    CHECK(one_time_password() != password);
  }
}
