#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "terminal.hpp"

#include <csignal>
#include <filesystem>
#include <string>

#include <fmt/format.h>

namespace {

using qfcsync::ErrorCode;

/// What the user has to change is 2, what the computer could not do is 1.
int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::SchemaMismatch:
    case ErrorCode::Unsupported:
    case ErrorCode::FormatTooNew:
    case ErrorCode::Corrupt:
    case ErrorCode::LimitExceeded:
      return kExitUsage;
    default:
      return kExitIncomplete;
  }
}

int complain(const std::string& message, int status) {
  fmt::print(stderr, "error: {}\n", printable(message));
  return status;
}

}  // namespace

int explain(const std::exception& error) {
  // head has read enough: nothing went wrong.
  if (interrupt_signal() == SIGPIPE) return kExitIncomplete;
  if (const auto* own = dynamic_cast<const qfcsync::Error*>(&error)) {
    return complain(own->what(), exit_status(own->code()));
  }
  if (const auto* files = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) {
    const std::string path = files->path1().empty() ? "a path" : files->path1().string();
    return complain(fmt::format("{}: {}", path, files->code().message()), kExitIncomplete);
  }
  return complain(error.what(), kExitIncomplete);
}
