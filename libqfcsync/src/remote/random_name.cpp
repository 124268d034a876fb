#include "remote/random_name.hpp"

#include <qfcsync/error.hpp>

#include <cstdint>

#include <fmt/format.h>
#include <sys/random.h>

namespace qfcsync::remote {

std::string random_name() {
  std::uint64_t words[2];
  if (::getrandom(words, sizeof words, 0) != sizeof words) throw_errno("no random bytes");
  return fmt::format("{:016x}{:016x}", words[0], words[1]);
}

}  // namespace qfcsync::remote
