#pragma once

#include <qfcsync/error.hpp>

#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <type_traits>

#include <qfcsync.h>

/// The border between C and C++: nothing thrown passes it, every failure becomes a code.
namespace qfcsync::c {

/// What qfcsync_last_error() tells from now on, on this thread.
void clear_error() noexcept;
/// @return the negative code
int set_error(ErrorCode code, const char* message, ErrorOrigin origin = ErrorOrigin::None,
              int native = 0) noexcept;

/// Runs the body of a C function; the one place where exceptions become codes.
template <typename Body>
int guarded(Body&& body) noexcept {
  clear_error();
  try {
    body();
    return QFCSYNC_OK;
  } catch (const Error& error) {
    return set_error(error.code(), error.what(), error.origin(), error.native());
  } catch (const std::bad_alloc&) {
    return set_error(ErrorCode::Internal, "out of memory");
  } catch (const std::exception& error) {
    return set_error(ErrorCode::Internal, error.what());
  } catch (...) {
    return set_error(ErrorCode::Internal, "unknown exception");
  }
}

/// @errors InvalidArgument: the pointer is NULL
template <typename Type>
Type& require(Type* pointer, const char* name) {
  if (pointer == nullptr) {
    throw Error(ErrorCode::InvalidArgument, std::string(name) + " must not be NULL");
  }
  return *pointer;
}

/// What a caller's options say, and the defaults for members that its header did not have.
///
/// @errors InvalidArgument: no initialiser was used; Unsupported: they are of a newer header
template <typename Options>
Options read_options(const Options* given, Options options) {
  static_assert(std::is_trivially_copyable_v<Options>);
  if (given == nullptr) return options;
  if (given->struct_size <= sizeof given->struct_size) {
    throw Error(
        ErrorCode::InvalidArgument,
        "options without struct_size: start from the QFCSYNC_..._OPTIONS_INIT of their type");
  }
  if (given->struct_size > sizeof options) {
    throw Error(ErrorCode::Unsupported,
                "options of a newer qfcsync.h than this library: install the newer library");
  }
  std::memcpy(&options, given, given->struct_size);
  return options;
}

/// A number of C as enumerator; C and C++ number alike, see numbers.cpp.
///
/// @errors InvalidArgument: larger than last
template <typename Enum>
Enum to_enum(int number, Enum last, const char* name) {
  if (number < 0 || number > static_cast<int>(last)) {
    throw Error(ErrorCode::InvalidArgument,
                std::string(name) + " has no value " + std::to_string(number));
  }
  return static_cast<Enum>(number);
}

/// @errors InvalidArgument: there are items, but no memory
inline void require_array(const void* items, std::size_t count, const char* name) {
  if (count != 0) require(static_cast<const char*>(items), name);
}

}  // namespace qfcsync::c
