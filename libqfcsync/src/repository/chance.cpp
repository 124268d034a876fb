#include "repository/chance.hpp"

#include <qfcsync/error.hpp>

#include <fmt/format.h>
#include <sys/random.h>

namespace qfcsync::repository {

std::uint64_t random_number() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) throw_errno("no random bytes");
  return number;
}

std::string random_name() {
  return fmt::format("{:016x}{:016x}", random_number(), random_number());
}

}  // namespace qfcsync::repository
