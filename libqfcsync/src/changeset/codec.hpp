#pragma once

#include <qfcsync/changeset.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Bytes of single changes, for all that keeps or moves them.
namespace qfcsync::changeset {

void append_varint(std::uint64_t value, std::string& out);
void append_value(ValueView value, std::string& out);
/// @errors InvalidArgument: values do not fit the table or the operation
void append_change(const Change& change, const ChangesetTable& table, std::string& out);
void append_table(const ChangesetTable& table, std::string& out);

/// Takes bytes apart front to back; the bytes must outlive it.
///
/// A part that would need more bytes than there are is no error yet: the reader may have more.
class ByteCursor {
 public:
  explicit ByteCursor(std::string_view bytes)
      : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  std::size_t position() const { return static_cast<std::size_t>(at_ - begin_); }
  /// Bytes that have to be there for the part that was missing; 0 while nothing was.
  std::size_t wanted() const { return wanted_; }

  /// Each returns false when bytes are missing. @errors Corrupt, LimitExceeded
  bool take_byte(std::uint8_t& out) {
    if (at_ == end_) return want(1);
    out = static_cast<std::uint8_t>(*at_++);
    return true;
  }
  bool take_bytes(std::size_t count, std::string_view& out) {
    if (static_cast<std::size_t>(end_ - at_) < count) return want(count);
    out = {at_, count};
    at_ += count;
    return true;
  }
  bool take_varint(std::uint64_t& out) {
    if (at_ == end_ || static_cast<std::uint8_t>(*at_) >= 0x80) return take_long_varint(out);
    out = static_cast<std::uint8_t>(*at_++);
    return true;
  }
  bool take_value(ValueView& out);

 private:
  bool want(std::size_t count) {
    wanted_ = position() + count;
    return false;
  }
  bool take_long_varint(std::uint64_t& out);

  const char* begin_;
  const char* at_;
  const char* end_;
  std::size_t wanted_ = 0;
};

/// Takes changes of a table apart. Keeps the values of the last one.
class ChangeDecoder {
 public:
  /// Reads the change that begins the bytes.
  ///
  /// @param length  set to its length
  /// @return        nullptr when bytes are missing, then length is how many are needed at least;
  ///                else valid until the next call and as long as bytes and table
  /// @errors        Corrupt, LimitExceeded
  const Change* decode(std::string_view bytes, const ChangesetTable& table, std::size_t& length);

  /// As decode, for the complete bytes of one change.
  ///
  /// @errors Corrupt: bytes are missing or left over
  const Change& decode_whole(std::string_view bytes, const ChangesetTable& table);

 private:
  static bool take_record(ByteCursor& cursor, std::vector<ValueView>& values);

  Change change_;
  std::vector<ValueView> old_values_;
  std::vector<ValueView> new_values_;
};

}  // namespace qfcsync::changeset
