#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace qfcsync {

/// What a cell holds. The numbers are those of SQLite and of the changeset format.
enum class ValueType : std::uint8_t {
  Undefined = 0,  ///< not part of the change: "untouched", which is not NULL
  Integer = 1,
  Real = 2,
  Text = 3,
  Blob = 4,
  Null = 5,
};

/// A cell that does not own its bytes. Cheap to copy; valid as long as what it points to.
class ValueView {
 public:
  constexpr ValueView() noexcept = default;  ///< Undefined
  static constexpr ValueView null() noexcept { return ValueView(ValueType::Null, 0, {}); }
  static constexpr ValueView integer(std::int64_t value) noexcept {
    return ValueView(ValueType::Integer, value, {});
  }
  static constexpr ValueView real(double value) noexcept {
    return ValueView(ValueType::Real, std::bit_cast<std::int64_t>(value), {});
  }
  /// @param bytes  in the text's encoding as stored (UTF-8); may hold NUL
  static constexpr ValueView text(std::string_view bytes) noexcept {
    return ValueView(ValueType::Text, 0, bytes);
  }
  static constexpr ValueView blob(std::string_view bytes) noexcept {
    return ValueView(ValueType::Blob, 0, bytes);
  }

  constexpr ValueType type() const noexcept { return type_; }
  constexpr bool is_defined() const noexcept { return type_ != ValueType::Undefined; }
  constexpr bool is_null() const noexcept { return type_ == ValueType::Null; }

  /// Only for the type of that name; 0 or empty otherwise.
  constexpr std::int64_t as_integer() const noexcept {
    return type_ == ValueType::Integer ? bits_ : 0;
  }
  constexpr double as_real() const noexcept {
    return type_ == ValueType::Real ? std::bit_cast<double>(bits_) : 0.0;
  }
  constexpr std::string_view bytes() const noexcept { return bytes_; }

  /// Same type and same bits: 1 is not 1.0, and no collation is applied.
  friend constexpr bool operator==(const ValueView& a, const ValueView& b) noexcept {
    return a.type_ == b.type_ && a.bits_ == b.bits_ && a.bytes_ == b.bytes_;
  }

 private:
  constexpr ValueView(ValueType type, std::int64_t bits, std::string_view bytes) noexcept
      : type_(type), bits_(bits), bytes_(bytes) {}

  ValueType type_ = ValueType::Undefined;
  std::int64_t bits_ = 0;
  std::string_view bytes_;
};

/// A cell that owns its bytes.
class Value {
 public:
  Value() = default;  ///< Undefined
  explicit Value(ValueView view) : type_(view.type()), number_(view), bytes_(view.bytes()) {
    if (type_ == ValueType::Text || type_ == ValueType::Blob) number_ = ValueView();
  }

  ValueType type() const noexcept { return type_; }
  /// Valid until this value is changed or gone.
  ValueView view() const noexcept {
    if (type_ == ValueType::Text) return ValueView::text(bytes_);
    if (type_ == ValueType::Blob) return ValueView::blob(bytes_);
    return number_;
  }
  friend bool operator==(const Value& a, const Value& b) noexcept { return a.view() == b.view(); }

 private:
  ValueType type_ = ValueType::Undefined;
  ValueView number_;   // anything without bytes
  std::string bytes_;  // of a text or blob
};

}  // namespace qfcsync
