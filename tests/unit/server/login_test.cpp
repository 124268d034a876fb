#include "domain/accounts.hpp"
#include "temporary_database.hpp"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>
#include <sodium.h>

using namespace qfcsync;
using namespace qfcsync::server;
using qfcsync::tests::TemporaryDatabase;

namespace {

constexpr const char* kQField = "qfield|4.1.0|v4.1.0|abc| QGIS/34400/Android 15";
constexpr const char* kQFieldSync = "Mozilla/5.0 QGIS/32203";
constexpr const char* kSdk = "sdk|py|0.10.0 python-requests|2.32.3";

struct Fixture {
  TemporaryDatabase data;
  Accounts accounts{data.db, 720};
  User ada = accounts.create({"Ada", "secret", "Ada@example.org", "Ada", "Byron", false});

  LoginResult login(const std::string& username, const std::string& password = "secret",
                    const std::string& user_agent = kSdk, const std::string& address = "::1") {
    return accounts.login({username, "", password, user_agent, address});
  }
  std::string token(const std::string& user_agent = kSdk) {
    const LoginResult result = login("Ada", "secret", user_agent);
    REQUIRE(result.session);
    return result.session->token;
  }
  /// Fails a number of times. @return the last answer
  LoginFailure fail(int times, const std::string& address = "::1") {
    LoginFailure last = LoginFailure::None;
    for (; times > 0; --times) last = login("Ada", "wrong", kSdk, address).failure;
    return last;
  }
};

}  // namespace

TEST_SUITE("server/login") {
  TEST_CASE_FIXTURE(Fixture, "username and e-mail log in, whatever their case") {
    for (const char* name : {"Ada", "ada", "ADA", "ada@example.org", "ADA@Example.org"}) {
      CAPTURE(name);
      const LoginResult result = login(name);
      REQUIRE(result.session);
      CHECK(result.session->user.username == "Ada");
      CHECK(result.session->user.full_name() == "Ada Byron");
      CHECK(result.session->token.size() == 100);
    }
    CHECK(accounts.login({"", "ada@EXAMPLE.org", "secret", kSdk, "::1"}).session);
    CHECK(accounts.login({"nobody", "ada@example.org", "secret", kSdk, "::1"}).session);
    CHECK_FALSE(accounts.login({"Ada", "other@example.org", "secret", kSdk, "::1"}).session);
  }

  TEST_CASE_FIXTURE(Fixture, "wrong words do not log in and leave no token") {
    for (const auto& [name, password] :
         {std::pair{"Ada", "wrong"}, std::pair{"Ada", ""}, std::pair{"Ada", "SECRET"},
          std::pair{"bob", "secret"}, std::pair{"", "secret"}, std::pair{"  ", "secret"},
          std::pair{"x' OR '1'='1", "secret"}}) {
      CAPTURE(name);
      const LoginResult result = login(name, password);
      CHECK_FALSE(result.session);
      CHECK(result.failure == LoginFailure::WrongCredentials);
    }
    CHECK_FALSE(login(std::string(1 << 20, 'x')).session);
    CHECK_FALSE(login("Ada", std::string(1 << 20, 'x')).session);
    CHECK(data.integer("SELECT count(*) FROM token") == 0);
  }

  TEST_CASE_FIXTURE(Fixture, "organizations, teams and inactive persons cannot log in") {
    const auto set = [&](const char* change) {
      data.run(std::string("UPDATE user SET ") + change);
    };
    for (const char* change : {"type = 2", "type = 3", "type = 1, is_active = 0"}) {
      CAPTURE(change);
      set(change);
      CHECK(login("Ada").failure == LoginFailure::WrongCredentials);
      CHECK(login("ada@example.org").failure == LoginFailure::WrongCredentials);
      data.run("DELETE FROM login_failure");
    }
    CHECK(data.integer("SELECT count(*) FROM token") == 0);
    set("is_active = 1, password_hash = ''");
    CHECK_FALSE(login("Ada", "").session);
  }

  TEST_CASE_FIXTURE(Fixture, "a token lives as long as configured and is not stored in clear") {
    const Timestamp before = now();
    const LoginSession session = *login("Ada").session;
    CHECK(session.expires_at >= before + 720 * 3600 * kSecond);
    CHECK(session.expires_at <= now() + 720 * 3600 * kSecond);
    CHECK(data.integer("SELECT expires_at FROM token") == session.expires_at);
    CHECK(data.integer("SELECT count(*) FROM token WHERE key_sha256 = ?", {session.token}) == 0);
    CHECK(data.integer("SELECT length(key_sha256) FROM token") == 64);
    CHECK(data.integer("SELECT count(*) FROM user WHERE password_hash LIKE '%secret%'") == 0);
  }

  TEST_CASE_FIXTURE(Fixture, "a second login of a single-token client ends the first") {
    for (const char* user_agent : {kQField, kQFieldSync, "curl/8"}) {
      CAPTURE(user_agent);
      const std::string first = token(user_agent);
      CHECK(accounts.authenticate(first));
      const std::string second = token(user_agent);
      CHECK_FALSE(accounts.authenticate(first));
      CHECK(accounts.authenticate(second));
    }
    CHECK(data.integer("SELECT count(*) FROM token") == 6);  // ended ones are kept
  }

  TEST_CASE_FIXTURE(Fixture, "a login ends neither tokens of other clients nor of other persons") {
    const std::string qfield = token(kQField);
    const std::string sdk = token(kSdk);
    const std::string again = token(kSdk);
    accounts.create({"bob", "secret", "", "", "", false});
    REQUIRE(login("bob", "secret", kQField).session);
    for (const std::string& key : {qfield, sdk, again}) CHECK(accounts.authenticate(key));
  }

  TEST_CASE_FIXTURE(Fixture, "a key tells who speaks and with which client") {
    const auto principal = accounts.authenticate(token(kQField));
    REQUIRE(principal);
    CHECK(principal->user_id == ada.id);
    CHECK(principal->username == "Ada");
    CHECK_FALSE(principal->is_staff);
    CHECK(principal->client_type == ClientType::QField);
  }

  TEST_CASE_FIXTURE(Fixture, "unknown, expired and orphaned keys tell nobody") {
    const std::string key = token();
    CHECK_FALSE(accounts.authenticate(""));
    CHECK_FALSE(accounts.authenticate(key.substr(1)));
    CHECK_FALSE(accounts.authenticate(key + "x"));
    CHECK_FALSE(accounts.authenticate(std::string(1 << 20, 'x')));
    data.run("UPDATE user SET is_active = 0");
    CHECK_FALSE(accounts.authenticate(key));
    data.run("UPDATE user SET is_active = 1");
    CHECK(accounts.authenticate(key));
    data.run("UPDATE token SET expires_at = ?", {now()});
    CHECK_FALSE(accounts.authenticate(key));
  }

  TEST_CASE_FIXTURE(Fixture, "logout ends the tokens of all clients of that person") {
    const std::string qfield = token(kQField);
    const std::string sdk = token(kSdk);
    accounts.create({"bob", "secret", "", "", "", false});
    const std::string bobs = login("bob").session->token;
    accounts.logout(ada.id);
    CHECK_FALSE(accounts.authenticate(qfield));
    CHECK_FALSE(accounts.authenticate(sdk));
    CHECK(accounts.authenticate(bobs));
    CHECK(accounts.authenticate(token()));
  }

  TEST_CASE_FIXTURE(Fixture, "a new password ends all tokens and the old password") {
    const std::string key = token();
    accounts.set_password("Ada", "changed");
    CHECK_FALSE(accounts.authenticate(key));
    CHECK_FALSE(login("Ada", "secret").session);
    CHECK(login("Ada", "changed").session);
  }

  TEST_CASE_FIXTURE(Fixture, "the time of last use is written by flush and only grows") {
    const std::string key = token();
    const auto last_use = [&] { return data.integer("SELECT last_used_at FROM token"); };
    CHECK(last_use() == -1);
    accounts.flush();
    CHECK(last_use() == -1);
    accounts.authenticate(key);
    CHECK(last_use() == -1);  // a request costs no write
    accounts.flush();
    const auto first = last_use();
    CHECK(first > 0);
    accounts.authenticate(key);
    accounts.flush();
    CHECK(last_use() > first);
    accounts.authenticate(key);
    data.run("UPDATE token SET last_used_at = ?", {now() + kSecond});
    const auto newer = last_use();
    accounts.flush();
    CHECK(last_use() == newer);
  }

  TEST_CASE_FIXTURE(Fixture, "the fifth failure locks, even for the right password") {
    CHECK(fail(4) == LoginFailure::WrongCredentials);
    CHECK(fail(1) == LoginFailure::LockedOut);
    CHECK(login("Ada").failure == LoginFailure::LockedOut);
    CHECK(login("aDA").failure == LoginFailure::LockedOut);
    CHECK(login("Ada", "secret", kSdk, "10.0.0.7").session);  // another address
    CHECK(data.integer("SELECT count(*) FROM token") == 1);
  }

  TEST_CASE_FIXTURE(Fixture, "an unknown name is locked like a known one") {
    for (int i = 0; i < 4; ++i) CHECK(login("nobody").failure == LoginFailure::WrongCredentials);
    CHECK(login("nobody").failure == LoginFailure::LockedOut);
  }

  TEST_CASE_FIXTURE(Fixture, "a success resets the counter") {
    fail(4);
    CHECK(login("Ada").session);
    CHECK(fail(4) == LoginFailure::WrongCredentials);
    CHECK(login("Ada").session);
  }

  TEST_CASE_FIXTURE(Fixture,
                    "a lock-out ends after half an hour and is not prolonged by attempts") {
    fail(5);
    const auto failed_at = data.integer("SELECT last_failure_at FROM login_failure");
    CHECK(fail(3) == LoginFailure::LockedOut);
    CHECK(data.integer("SELECT last_failure_at FROM login_failure") == failed_at);
    data.run("UPDATE login_failure SET last_failure_at = ?",
             {now() - kLockOutMicroseconds + kSecond});
    CHECK(login("Ada").failure == LoginFailure::LockedOut);
    data.run("UPDATE login_failure SET last_failure_at = ?", {now() - kLockOutMicroseconds});
    CHECK(fail(1) == LoginFailure::WrongCredentials);  // counted from one again
    CHECK(login("Ada").session);
  }

  TEST_CASE_FIXTURE(Fixture, "a lock-out survives a restart and ends with a new password") {
    fail(5);
    Database reopened(data.file());
    Accounts restarted(reopened, 720);
    CHECK(restarted.login({"Ada", "", "secret", kSdk, "::1"}).failure == LoginFailure::LockedOut);
    restarted.set_password("Ada", "changed");
    CHECK(restarted.login({"Ada", "", "changed", kSdk, "::1"}).session);
  }

  TEST_CASE_FIXTURE(Fixture, "guesses made at the same time are counted like those in a row") {
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0;
    for (int i = 0; i < 12; ++i) {
      threads.emplace_back([&] {
        if (login("Ada", "wrong").failure == LoginFailure::WrongCredentials) ++wrong;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == kMaxLoginFailures - 1);
    CHECK(data.integer("SELECT failures FROM login_failure") == kMaxLoginFailures);
  }

  TEST_CASE_FIXTURE(Fixture, "a hash of another cost is replaced at the next login") {
    char cheap[crypto_pwhash_STRBYTES];
    REQUIRE(crypto_pwhash_str(cheap, "secret", 6, crypto_pwhash_OPSLIMIT_MIN,
                              crypto_pwhash_MEMLIMIT_MIN) == 0);
    const char* unchanged = "SELECT count(*) FROM user WHERE password_hash = ?";
    data.run("UPDATE user SET password_hash = ?", {cheap});
    CHECK_FALSE(login("Ada", "wrong").session);
    CHECK(data.integer(unchanged, {cheap}) == 1);
    CHECK(login("Ada").session);
    CHECK(data.integer(unchanged, {cheap}) == 0);
    CHECK(login("Ada").session);
  }
}
