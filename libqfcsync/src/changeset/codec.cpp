#include "changeset/codec.hpp"

#include <qfcsync/error.hpp>

#include "changeset/format.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace qfcsync::changeset {
namespace {

[[noreturn]] void corrupt(const std::string& text) {
  throw Error(ErrorCode::Corrupt, "the changeset is damaged: " + text);
}

/// Type and eight bytes at once.
void append_number(ValueType type, std::uint64_t value, std::string& out) {
  if (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  char bytes[1 + sizeof value];
  bytes[0] = static_cast<char>(type);
  std::memcpy(bytes + 1, &value, sizeof value);
  out.append(bytes, sizeof bytes);
}

/// @param bytes  eight of them
std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

bool is_key(const ChangesetTable& table, std::size_t column) { return table.key[column] != 0; }

bool is_complete(std::span<const ValueView> values) {
  return std::all_of(values.begin(), values.end(),
                     [](const ValueView& value) { return value.is_defined(); });
}

const char* fault_of_update(const Change& change, const ChangesetTable& table) {
  for (std::size_t i = 0; i < table.column_count(); ++i) {
    const bool has_old = change.old_values[i].is_defined();
    const bool has_new = change.new_values[i].is_defined();
    if (is_key(table, i)) {
      if (!has_old) return "an update does not name its row";
      if (has_new) return "an update changes the key";
    } else if (has_old != has_new) {
      return "an update has half of a cell";
    }
  }
  return nullptr;
}

/// What is wrong with the values of a change of the right number of them; nullptr when nothing is.
const char* fault_of(const Change& change, const ChangesetTable& table) {
  switch (change.operation) {
    case Operation::Insert:
      return is_complete(change.new_values) ? nullptr : "an insert lacks a value";
    case Operation::Delete:
      return is_complete(change.old_values) ? nullptr : "a delete lacks a value";
    case Operation::Update:
      return fault_of_update(change, table);
  }
  return "there is no such operation";
}

bool has_record_sizes(const Change& change, std::size_t columns) {
  const std::size_t olds = change.operation == Operation::Insert ? 0 : columns;
  const std::size_t news = change.operation == Operation::Delete ? 0 : columns;
  return change.old_values.size() == olds && change.new_values.size() == news;
}

}  // namespace

void append_varint(std::uint64_t value, std::string& out) {
  if (value <= 0x7f) {
    out += static_cast<char>(value);
    return;
  }
  if (value >> 56 != 0) {  // nine bytes: eight of seven bits, one of eight
    for (int shift = 57; shift >= 8; shift -= 7) {
      out += static_cast<char>(0x80 | ((value >> shift) & 0x7f));
    }
    out += static_cast<char>(value);
    return;
  }
  int shift = 0;
  while (value >> shift > 0x7f) shift += 7;
  for (; shift > 0; shift -= 7) out += static_cast<char>(0x80 | ((value >> shift) & 0x7f));
  out += static_cast<char>(value & 0x7f);
}

void append_value(ValueView value, std::string& out) {
  switch (value.type()) {
    case ValueType::Undefined:
    case ValueType::Null:
      out += static_cast<char>(value.type());
      return;
    case ValueType::Integer:
      return append_number(value.type(), static_cast<std::uint64_t>(value.as_integer()), out);
    case ValueType::Real:
      return append_number(value.type(), std::bit_cast<std::uint64_t>(value.as_real()), out);
    case ValueType::Text:
    case ValueType::Blob:
      out += static_cast<char>(value.type());
      append_varint(value.bytes().size(), out);
      out += value.bytes();
      return;
  }
}

void append_change(const Change& change, const ChangesetTable& table, std::string& out) {
  const char* fault = has_record_sizes(change, table.column_count())
                          ? fault_of(change, table)
                          : "the number of values is not that of the table";
  if (fault != nullptr) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("cannot write a change of table {}: {}", table.name, fault));
  }
  out += static_cast<char>(change.operation);
  out += static_cast<char>(change.is_indirect ? 1 : 0);
  for (const ValueView& value : change.old_values) append_value(value, out);
  for (const ValueView& value : change.new_values) append_value(value, out);
}

void append_table(const ChangesetTable& table, std::string& out) {
  out += kTableMark;
  append_varint(table.column_count(), out);
  for (const std::uint8_t position : table.key) out += static_cast<char>(position);
  out += table.name;
  out += '\0';
}

bool ByteCursor::take_long_varint(std::uint64_t& out) {
  out = 0;
  for (std::size_t i = 0; i < kMaxVarintBytes; ++i) {
    std::uint8_t byte = 0;
    if (!take_byte(byte)) return false;
    if (i == kMaxVarintBytes - 1) {
      out = out << 8 | byte;
      return true;
    }
    out = out << 7 | (byte & 0x7fu);
    if (byte < 0x80) return true;
  }
  return true;
}

bool ByteCursor::take_value(ValueView& out) {
  std::uint8_t type = 0;
  std::string_view bytes;
  if (!take_byte(type)) return false;
  switch (static_cast<ValueType>(type)) {
    case ValueType::Undefined:
      out = ValueView();
      return true;
    case ValueType::Null:
      out = ValueView::null();
      return true;
    case ValueType::Integer:
      if (!take_bytes(8, bytes)) return false;
      out = ValueView::integer(static_cast<std::int64_t>(big_endian(bytes)));
      return true;
    case ValueType::Real:
      if (!take_bytes(8, bytes)) return false;
      out = ValueView::real(std::bit_cast<double>(big_endian(bytes)));
      return true;
    case ValueType::Text:
    case ValueType::Blob: {
      std::uint64_t length = 0;
      if (!take_varint(length)) return false;
      if (length > kMaxChangesetValueBytes) corrupt(fmt::format("a value of {} bytes", length));
      if (!take_bytes(static_cast<std::size_t>(length), bytes)) return false;
      out = static_cast<ValueType>(type) == ValueType::Text ? ValueView::text(bytes)
                                                            : ValueView::blob(bytes);
      return true;
    }
  }
  corrupt(fmt::format("no value begins with byte {}", type));
}

bool ChangeDecoder::take_record(ByteCursor& cursor, std::vector<ValueView>& values) {
  for (ValueView& value : values) {
    if (!cursor.take_value(value)) return false;
  }
  return true;
}

const Change* ChangeDecoder::decode(std::string_view bytes, const ChangesetTable& table,
                                    std::size_t& length) {
  ByteCursor cursor(bytes);
  std::uint8_t operation = 0;
  std::uint8_t indirect = 0;
  old_values_.resize(table.column_count());
  new_values_.resize(table.column_count());
  const auto take_all = [&] {
    if (!cursor.take_byte(operation) || !cursor.take_byte(indirect)) return false;
    change_.operation = static_cast<Operation>(operation);
    switch (change_.operation) {
      case Operation::Insert:
        return take_record(cursor, new_values_);
      case Operation::Delete:
        return take_record(cursor, old_values_);
      case Operation::Update:
        return take_record(cursor, old_values_) && take_record(cursor, new_values_);
    }
    corrupt(fmt::format("there is no operation {}", operation));
  };
  if (!take_all()) {
    length = cursor.wanted();
    return nullptr;
  }
  length = cursor.position();
  change_.is_indirect = indirect != 0;
  change_.table = &table;
  change_.old_values = std::span<const ValueView>();
  change_.new_values = std::span<const ValueView>();
  if (change_.operation != Operation::Insert) change_.old_values = old_values_;
  if (change_.operation != Operation::Delete) change_.new_values = new_values_;
  if (const char* fault = fault_of(change_, table)) {
    corrupt(fmt::format("table {}: {}", table.name, fault));
  }
  return &change_;
}

const Change& ChangeDecoder::decode_whole(std::string_view bytes, const ChangesetTable& table) {
  std::size_t length = 0;
  const Change* change = decode(bytes, table, length);
  if (change == nullptr || length != bytes.size()) {
    corrupt(fmt::format("a change of table {} has another length than it says", table.name));
  }
  return *change;
}

}  // namespace qfcsync::changeset
