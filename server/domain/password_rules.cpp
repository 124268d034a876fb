#include "domain/password_rules.hpp"

#include "domain/passwords.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace qfcsync::server {
namespace {

/// What is tried first, of eight characters and more; sorted, lower case.
constexpr std::string_view kCommon[] = {
    "00000000a",  "00001111a",     "1111aaaa",   "11223344a",  "123456789a",   "12345678a",
    "1234567a",   "1234abcd",      "123abc123",  "123qwe123",  "12qwaszx",     "1a2b3c4d",
    "1password",  "1q2w3e4r",      "1q2w3e4r5t", "1qaz2wsx",   "1qaz2wsx3edc", "1qazxsw2",
    "a1234567",   "a12345678",     "a123456789", "aa123456",   "aaaaaaaa",     "abc12345",
    "abcd1234",   "abcdefgh",      "abcdefghi",  "access14",   "adgjmptw",     "admin123",
    "admin1234",  "administrator", "alexander",  "asdasdasd",  "asdf1234",     "asdfasdf",
    "asdfghjk",   "asdfghjkl",     "azerty123",  "azertyuiop", "baseball",     "basketball",
    "bismillah",  "butterfly",     "changeme",   "changeme1",  "chocolate",    "computer",
    "corvette",   "creative",      "danielle",   "december",   "default1",     "dragon123",
    "elizabeth",  "facebook",      "football",   "football1",  "geheim123",    "google123",
    "hallo123",   "hello123",      "iloveyou",   "iloveyou1",  "internet",     "jennifer",
    "letmein1",   "letmein123",    "liverpool",  "manchester", "marlboro",     "maverick",
    "mercedes",   "michelle",      "midnight",   "minecraft",  "password",     "password1",
    "password12", "password123",   "passwort",   "passwort1",  "princess",     "q1w2e3r4",
    "qwer1234",   "qwerasdf",      "qwerty123",  "qwertyui",   "qwertyuiop",   "samantha",
    "starwars",   "sunshine",      "superman",   "test1234",   "testtest",     "trustno1",
    "welcome1",   "welcome123",    "whatever",   "zaq12wsx"};
static_assert(std::is_sorted(std::begin(kCommon), std::end(kCommon)));

/// Two texts of which so much is the same are nearly one.
constexpr double kSimilar = 0.7;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

/// Length of the longest text that both contain, in order but not in one piece.
std::size_t common_length(std::string_view a, std::string_view b) {
  std::vector<std::size_t> lengths(b.size() + 1, 0);
  for (const char c : a) {
    std::size_t diagonal = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
      const std::size_t above = lengths[i + 1];
      lengths[i + 1] = c == b[i] ? diagonal + 1 : std::max(above, lengths[i]);
      diagonal = above;
    }
  }
  return lengths.back();
}

bool is_similar(std::string_view password, std::string_view word) {
  if (word.empty()) return false;
  const auto both = static_cast<double>(password.size() + word.size());
  return 2.0 * static_cast<double>(common_length(password, word)) >= kSimilar * both;
}

}  // namespace

std::optional<std::string> weak_password(std::string_view password, const User& user) {
  if (auto reason = invalid_password(password)) return reason;
  if (characters(password) < kMinPasswordCharacters) return "a password has at least 8 characters";
  if (std::all_of(password.begin(), password.end(), is_digit)) {
    return "a password is not made of digits alone";
  }
  const std::string lower = lower_case(password);
  if (std::binary_search(std::begin(kCommon), std::end(kCommon), lower)) {
    return "this password is one of those that are tried first";
  }
  const std::string mailbox = user.email.substr(0, user.email.find('@'));
  for (const std::string& word :
       {user.username, user.email, mailbox, user.first_name, user.last_name}) {
    if (is_similar(lower, lower_case(word))) return "this password is too similar to your name";
  }
  return std::nullopt;
}

}  // namespace qfcsync::server
