#include "domain/accounts.hpp"

#include <qfcsync/error.hpp>

#include "temporary_database.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::server;
using qfcsync::tests::TemporaryDatabase;

namespace {

NewUser person(const std::string& username, const std::string& email = "") {
  return {username, "secret", email, "", "", false};
}

/// The code with which an attempt fails; nullopt if it does not.
template <class Attempt>
std::optional<ErrorCode> failure_of(Attempt attempt) {
  try {
    attempt();
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

}  // namespace

TEST_SUITE("server/accounts") {
  TEST_CASE("a created person is found by the exact name, with all values") {
    TemporaryDatabase data;
    Accounts accounts(data.db, 720);
    CHECK(accounts.is_empty());
    const User ada = accounts.create({"Ada", "secret", "Ada@example.org", "Ada", "Byron", true});
    CHECK_FALSE(accounts.is_empty());
    const auto found = accounts.find("Ada");
    REQUIRE(found);
    CHECK(found->id == ada.id);
    CHECK(found->type == 1);
    CHECK(found->email == "Ada@example.org");
    CHECK(found->full_name() == "Ada Byron");
    CHECK(found->is_active);
    CHECK(found->is_staff);
    CHECK_FALSE(accounts.find("ada"));
    CHECK_FALSE(accounts.find("Ada' OR 1=1 --"));
    CHECK_FALSE(accounts.find(""));
  }

  TEST_CASE("a name or e-mail that differs in case only is taken") {
    TemporaryDatabase data;
    Accounts accounts(data.db, 720);
    accounts.create(person("user1", "one@example.org"));
    CHECK(failure_of([&] { accounts.create(person("USER1")); }) == ErrorCode::AlreadyExists);
    CHECK(failure_of([&] { accounts.create(person("user2", "ONE@example.org")); }) ==
          ErrorCode::AlreadyExists);
    CHECK(accounts.list().size() == 1);
    accounts.create(person("user2"));  // persons without e-mail do not collide
    accounts.create(person("user3"));
    CHECK(accounts.list().size() == 3);
  }

  TEST_CASE("an organization may have the e-mail of a person") {
    TemporaryDatabase data;
    Accounts accounts(data.db, 720);
    data.run("INSERT INTO user (username, type, email, created_at) VALUES ('acme', 2, 'a@b', 0)");
    CHECK_FALSE(failure_of([&] { accounts.create(person("ada", "A@b")); }));
    CHECK(accounts.find("acme")->type == 2);
  }

  TEST_CASE("values that break a rule create nobody") {
    TemporaryDatabase data;
    Accounts accounts(data.db, 720);
    NewUser no_password = person("ada");
    no_password.password.clear();
    NewUser bad_name = person("ada");
    bad_name.first_name = "A\nda";
    NewUser long_name = person("ada");
    long_name.last_name = std::string(151, 'x');
    for (const NewUser& wanted :
         {person("a b"), person("ab"), person("1ada"), person("ada!"), person("projects"),
          person("ada", "no-address"), no_password, bad_name, long_name}) {
      CAPTURE(wanted.username);
      CHECK(failure_of([&] { accounts.create(wanted); }) == ErrorCode::InvalidArgument);
    }
    CHECK(accounts.is_empty());
  }

  TEST_CASE("accounts are listed by name") {
    TemporaryDatabase data;
    Accounts accounts(data.db, 720);
    for (const char* name : {"bob", "Ada", "carol"}) accounts.create(person(name));
    const auto users = accounts.list();
    REQUIRE(users.size() == 3);
    CHECK(users[0].username == "Ada");
    CHECK(users[2].username == "carol");
  }

  TEST_CASE("an update changes what is mentioned and nothing else") {
    TemporaryDatabase data;
    Accounts accounts(data.db, 720);
    const User ada = accounts.create({"ada", "secret", "a@b", "Ada", "Byron", false});
    const User changed = accounts.update(
        ada.id,
        {.username = std::nullopt, .email = "c@d", .first_name = "", .last_name = std::nullopt});
    CHECK(changed.username == "ada");
    CHECK(changed.email == "c@d");
    CHECK(changed.full_name() == "Byron");
    CHECK(accounts.update(ada.id, {"ADA", {}, {}, {}}).username == "ADA");
  }

  TEST_CASE("a refused update changes nothing") {
    TemporaryDatabase data;
    Accounts accounts(data.db, 720);
    const User ada = accounts.create(person("ada", "a@b"));
    accounts.create(person("bob", "b@b"));
    CHECK(failure_of([&] {
            accounts.update(ada.id, {"BOB", {}, {}, {}});
          }) == ErrorCode::AlreadyExists);
    CHECK(failure_of([&] {
            accounts.update(ada.id, {{}, "B@B", {}, {}});
          }) == ErrorCode::AlreadyExists);
    CHECK(failure_of([&] {
            accounts.update(ada.id, {"x", {}, {}, {}});
          }) == ErrorCode::InvalidArgument);
    CHECK(failure_of([&] {
            accounts.update(ada.id + 99, {{}, "x@y", {}, {}});
          }) == ErrorCode::NotFound);
    CHECK(accounts.find("ada")->email == "a@b");
  }

  TEST_CASE("a password can be set for persons that exist") {
    TemporaryDatabase data;
    Accounts accounts(data.db, 720);
    accounts.create(person("ada"));
    data.run("INSERT INTO user (username, type, created_at) VALUES ('acme', 2, 0)");
    CHECK(failure_of([&] { accounts.set_password("bob", "x"); }) == ErrorCode::NotFound);
    CHECK(failure_of([&] { accounts.set_password("acme", "x"); }) == ErrorCode::InvalidArgument);
    CHECK(failure_of([&] { accounts.set_password("ada", ""); }) == ErrorCode::InvalidArgument);
    CHECK_FALSE(failure_of([&] { accounts.set_password("ada", "x"); }));
  }
}
