#include "domain/passwords.hpp"

#include <qfcsync/error.hpp>

#include "domain/text.hpp"

#include <semaphore>

#include <fmt/format.h>
#include <sodium.h>

namespace qfcsync::server {
namespace {

static_assert(kPasswordPasses == crypto_pwhash_OPSLIMIT_INTERACTIVE);
static_assert(kPasswordMemoryBytes == crypto_pwhash_MEMLIMIT_INTERACTIVE);

constexpr std::string_view kAlphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A hash of the same cost that no known password has.
const std::string kDummyHash =
    "$argon2id$v=19$m=65536,t=2,p=1$bm8gcGFzc3dvcmQgZml0cw$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

std::counting_semaphore<kMaxConcurrentHashes> hash_slots(kMaxConcurrentHashes);

class HashSlot {
 public:
  HashSlot() { hash_slots.acquire(); }
  ~HashSlot() { hash_slots.release(); }
  HashSlot(const HashSlot&) = delete;
  HashSlot& operator=(const HashSlot&) = delete;
};

/// libsodium picks its fastest code once; without it everything works, but slowly.
void initialise_sodium() {
  static const int result = sodium_init();
  if (result < 0) {
    throw Error(ErrorCode::Internal, "libsodium cannot be initialised", ErrorOrigin::Crypto,
                result);
  }
}

/// Characters picked evenly from an alphabet by the system's secure generator.
std::string random_text(std::string_view alphabet, std::size_t length) {
  initialise_sodium();
  std::string text(length, '\0');
  for (char& c : text) {
    c = alphabet[randombytes_uniform(static_cast<std::uint32_t>(alphabet.size()))];
  }
  return text;
}

}  // namespace

std::optional<std::string> invalid_password(std::string_view password) {
  if (password.empty()) return "a password is not empty";
  if (password.size() > kMaxPasswordBytes) return "a password has at most 1024 bytes";
  if (trimmed(password).size() != password.size()) {
    return "a password neither begins nor ends with a blank";
  }
  return std::nullopt;
}

std::string hash_password(const std::string& password) {
  initialise_sodium();
  const HashSlot slot;
  char hash[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str(hash, password.data(), password.size(), kPasswordPasses,
                        kPasswordMemoryBytes) != 0) {
    throw Error(ErrorCode::LimitExceeded,
                fmt::format("a password cannot be hashed: {} MiB of memory are needed",
                            kPasswordMemoryBytes >> 20),
                ErrorOrigin::Crypto);
  }
  return hash;
}

bool verify_password(const std::string& hash, const std::string& password) {
  initialise_sodium();
  const HashSlot slot;
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool verify_dummy_password(const std::string& password) {
  return verify_password(kDummyHash, password);
}

bool needs_rehash(const std::string& hash) {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), kPasswordPasses, kPasswordMemoryBytes) != 0;
}

std::string new_token_key() { return random_text(kAlphanumeric, kTokenKeyLength); }

std::string new_cookie_key() { return random_text(kAlphanumeric, kCookieKeyLength); }

bool is_same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string one_time_password() {
  static constexpr std::string_view kReadable = "abcdefghjkmnpqrstuvwxyz23456789";
  std::string password;
  for (std::size_t group = 0; group < kOneTimePasswordGroups; ++group) {
    if (group > 0) password.push_back('-');
    password += random_text(kReadable, 4);
  }
  return password;
}

}  // namespace qfcsync::server
