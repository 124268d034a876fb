#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// The parts of JSON (RFC 8259) that readers front to back have in common. They are given byte by
/// byte, so that it does not matter where the bytes come from; -1 is the end of the text.
namespace qfcsync::base {

enum class JsonKind { Null, Bool, Number, String, Array, Object };

/// Kind of the value that begins with a byte; nullopt if none does.
std::optional<JsonKind> json_kind(int first_byte) noexcept;

/// What follows a backslash in a string, to the end of a pair of surrogates.
class JsonEscape {
 public:
  /// @return what is wrong; nullptr when nothing is
  const char* take(int c) noexcept;
  bool is_done() const { return next_ == Next::Nothing; }
  unsigned code_point() const { return code_point_; }

 private:
  enum class Next : std::uint8_t { Letter, Hex, Backslash, U, LowHex, Nothing };

  const char* take_letter(int c) noexcept;
  const char* take_hex(int c) noexcept;
  const char* end_hex() noexcept;

  Next next_ = Next::Letter;
  int digits_ = 0;
  unsigned value_ = 0;  // of the digits so far
  unsigned code_point_ = 0;
};

/// A number, whose text the caller keeps.
class JsonNumber {
 public:
  /// @return whether the byte belongs to the number
  bool take(int c) noexcept;
  /// What is wrong with the bytes that belong to it; nullptr when nothing is.
  const char* fault() const noexcept;
  /// It has a point or an exponent.
  bool is_real() const noexcept;

 private:
  enum class Part : std::uint8_t {
    Begin,
    Sign,
    Zero,
    ZeroAndDigits,
    Digits,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits
  };

  static std::optional<Part> part_after(Part part, int c) noexcept;

  Part part_ = Part::Begin;
};

}  // namespace qfcsync::base
