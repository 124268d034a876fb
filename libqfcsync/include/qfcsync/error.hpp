#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace qfcsync {

/// What went wrong, grouped by what the caller does next. The list is error_codes.def.
enum class ErrorCode : int {
#define X(name, number, text) name = number,
#include <qfcsync/error_codes.def>
#undef X
};

/// Name of a code as written in error_codes.def, e.g. "NotFound".
std::string_view to_string(ErrorCode code) noexcept;

/// Which library reported the failure first.
enum class ErrorOrigin { None, Os, Sqlite, Gdal, Git, Asio, Zip, Xml, Crypto, Curl, Http };

/// The one exception type of qfcsync.
///
/// what() is a sentence for people: what failed, where, and what to do about it. native() is the
/// number of the origin (errno, SQLite result code, ...), 0 if there is none.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, ErrorOrigin origin = ErrorOrigin::None,
        int native = 0)
      : std::runtime_error(message), code_(code), origin_(origin), native_(native) {}

  ErrorCode code() const noexcept { return code_; }
  ErrorOrigin origin() const noexcept { return origin_; }
  int native() const noexcept { return native_; }

 private:
  ErrorCode code_;
  ErrorOrigin origin_;
  int native_;
};

/// Throws Error for the current errno: ENOENT gives NotFound, EACCES Denied, everything else Io.
///
/// @param what   what was tried and on which path, e.g. "cannot open trees.gpkg"
[[noreturn]] void throw_errno(std::string_view what);

}  // namespace qfcsync
