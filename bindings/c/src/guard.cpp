#include "guard.hpp"

namespace qfcsync::c {
namespace {

struct LastError {
  qfcsync_error view{QFCSYNC_OK, "", QFCSYNC_ORIGIN_NONE, 0};
  std::string message;
};

thread_local LastError last_error;

}  // namespace

void clear_error() noexcept { last_error.view = {QFCSYNC_OK, "", QFCSYNC_ORIGIN_NONE, 0}; }

int set_error(ErrorCode code, const char* message, ErrorOrigin origin, int native) noexcept {
  const int number = -static_cast<int>(code);
  last_error.view = {number, message, static_cast<int>(origin), native};
  try {
    last_error.message = message;
    last_error.view.message = last_error.message.c_str();
  } catch (const std::bad_alloc&) {
    last_error.view.message = "out of memory";
  }
  return number;
}

}  // namespace qfcsync::c

const qfcsync_error* qfcsync_last_error(void) { return &qfcsync::c::last_error.view; }

const char* qfcsync_error_name(int code) {
  switch (code) {
    case QFCSYNC_OK:
      return "OK";
#define X(name, number, text) \
  case -(number):             \
    return #name;
#include <qfcsync/error_codes.def>
#undef X
    default:
      return "";
  }
}

const char* qfcsync_error_text(int code) {
  switch (code) {
#define X(name, number, text) \
  case -(number):             \
    return text;
#include <qfcsync/error_codes.def>
#undef X
    default:
      return "";
  }
}
