#include "base/digest.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

namespace qfcsync::base {

std::string to_hex(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

namespace {

const EVP_MD* algorithm_of(DigestKind kind) {
  switch (kind) {
    case DigestKind::Md5:
      return EVP_md5();
    case DigestKind::Sha1:
      return EVP_sha1();
    case DigestKind::Sha256:
      return EVP_sha256();
  }
  return nullptr;
}

}  // namespace

struct Digest::Context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(handle); }
};

Digest::Digest(DigestKind kind) : kind_(kind), context_(std::make_unique<Context>()) { start(); }
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::start() {
  if (EVP_DigestInit_ex(context_->handle, algorithm_of(kind_), nullptr) != 1) {
    throw Error(ErrorCode::Internal, "OpenSSL does not offer a message digest we need",
                ErrorOrigin::Crypto);
  }
}

void Digest::update(std::string_view bytes) {
  EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size());
}

std::string Digest::finish_raw() {
  std::string raw(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  EVP_DigestFinal_ex(context_->handle, reinterpret_cast<unsigned char*>(raw.data()), &length);
  raw.resize(length);
  start();
  return raw;
}

std::string Digest::finish_hex() {
  const std::string raw = finish_raw();
  return to_hex({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()});
}

void EtagDigest::update(std::string_view bytes) {
  while (!bytes.empty()) {
    if (part_size_ == kPartBytes) {  // a part ends only when more follows: 8 MiB alone is no part
      part_digests_ += part_.finish_raw();
      ++full_parts_;
      part_size_ = 0;
    }
    const auto take = std::min<std::uint64_t>(bytes.size(), kPartBytes - part_size_);
    part_.update(bytes.substr(0, take));
    part_size_ += take;
    bytes.remove_prefix(take);
  }
}

std::string EtagDigest::finish() {
  if (full_parts_ == 0) return part_.finish_hex();
  part_digests_ += part_.finish_raw();
  Digest outer(DigestKind::Md5);
  outer.update(part_digests_);
  return fmt::format("{}-{}", outer.finish_hex(), full_parts_ + 1);
}

std::string sha256_hex(std::string_view bytes) {
  Digest digest(DigestKind::Sha256);
  digest.update(bytes);
  return digest.finish_hex();
}

FileDigests digest_file(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_errno("cannot open " + path.string());
  FileDigests result;
  Digest sha(DigestKind::Sha256);
  EtagDigest etag;
  std::vector<char> buffer(256 << 10);
  ssize_t got = 0;
  while ((got = ::read(fd, buffer.data(), buffer.size())) > 0) {
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    sha.update(bytes);
    etag.update(bytes);
    result.size += bytes.size();
  }
  if (got < 0) {
    const int saved = errno;
    ::close(fd);
    errno = saved;
    throw_errno("cannot read " + path.string());
  }
  ::close(fd);
  result.sha256 = sha.finish_hex();
  result.etag = etag.finish();
  return result;
}

}  // namespace qfcsync::base
