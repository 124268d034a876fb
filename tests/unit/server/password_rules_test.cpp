#include "domain/password_rules.hpp"

#include <doctest/doctest.h>

using namespace qfcsync::server;

namespace {

User person() {
  User user;
  user.username = "ada_byron";
  user.email = "countess@example.org";
  user.first_name = "Ada";
  user.last_name = "Lovelace";
  return user;
}

}  // namespace

TEST_SUITE("server/password_rules") {
  TEST_CASE("a password that nobody guesses is taken") {
    for (const std::string password :
         {"tall trees 7", "ada likes engines", "kb4!xx9pqz", "äöüäöüäö"}) {
      CAPTURE(password);
      CHECK_FALSE(weak_password(password, person()));
    }
  }

  TEST_CASE("a password that is guessed first is refused, in any case") {
    for (const std::string password :
         {"", "short", "äöüäöü", "1234567890", "password", "PassWord1", "qwertyuiop", " padded it",
          "ada_byron", "Ada_Byron1", "countess", "Countess1", "lovelace", "l0velace"}) {
      CAPTURE(password);
      CHECK(weak_password(password, person()));
    }
  }

  TEST_CASE("an account without names and address has nothing to be similar to") {
    CHECK_FALSE(weak_password("tall trees 7", User{}));
  }
}
