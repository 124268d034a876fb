#include <qfcsync/error.hpp>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace qfcsync {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
#define X(name, number, text) \
  case ErrorCode::name:       \
    return #name;
#include <qfcsync/error_codes.def>
#undef X
  }
  return "Internal";
}

void throw_errno(std::string_view what) {
  const int number = errno;
  ErrorCode code = ErrorCode::Io;
  if (number == ENOENT) code = ErrorCode::NotFound;
  if (number == EACCES || number == EPERM) code = ErrorCode::Denied;
  throw Error(code, fmt::format("{}: {}", what, std::generic_category().message(number)),
              ErrorOrigin::Os, number);
}

}  // namespace qfcsync
