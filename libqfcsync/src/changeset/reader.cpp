#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include "changeset/checksum.hpp"
#include "changeset/codec.hpp"
#include "changeset/envelope.hpp"
#include "changeset/format.hpp"
#include "changeset/no_changeset.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace qfcsync {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;

[[noreturn]] void corrupt(const std::string& text, std::uint64_t offset) {
  if (offset == 0) {
    throw Error(ErrorCode::Corrupt,
                fmt::format("this is no changeset, or its beginning is damaged: {}", text));
  }
  throw Error(ErrorCode::Corrupt,
              fmt::format("the changeset is damaged at byte {}: {}", offset, text));
}

}  // namespace

struct ChangesetReader::Impl {
  explicit Impl(ByteSource& from) : source(from) {}

  std::string_view rest() const { return {buffer.data() + begin, end - begin}; }
  std::uint64_t offset() const { return buffer_offset + begin; }

  /// Makes sure that count bytes follow begin, as far as the source has them. Memory grows with the
  /// bytes that came, not with what a length promises.
  bool fill(std::size_t count) {
    while (end - begin < count && !is_at_end) {
      discard_consumed();
      if (buffer.size() - end < kReadBytes / 2) {
        buffer.resize(std::max(kReadBytes, buffer.size() * 2));
      }
      const std::size_t got = source.read(buffer.data() + end, buffer.size() - end);
      is_at_end = got == 0;
      end += got;
    }
    return end - begin >= count;
  }

  void discard_consumed() {
    if (begin == 0) return;
    hash_consumed();
    std::memmove(buffer.data(), buffer.data() + begin, end - begin);
    buffer_offset += begin;
    end -= begin;
    begin = 0;
    hashed = 0;
    element_begin = 0;  // bytes are only asked for where an element begins
  }

  void hash_consumed() {
    if (checksum) checksum->update({buffer.data() + hashed, begin - hashed});
    hashed = begin;
  }

  /// Runs take(cursor) until it has all bytes that it needs.
  template <class Take>
  void with_bytes(const char* what, Take&& take) {
    for (;;) {
      changeset::ByteCursor cursor(rest());
      if (take(cursor)) return;
      if (!fill(cursor.wanted())) corrupt(fmt::format("it ends within {}", what), offset());
    }
  }

  void read_table() {
    std::size_t length = 0;
    ChangesetTable next_table;
    with_bytes("the head of a table", [&](changeset::ByteCursor& cursor) {
      std::uint8_t mark = 0;
      std::uint64_t columns = 0;
      std::string_view key;
      if (!cursor.take_byte(mark) || !cursor.take_varint(columns)) return false;
      if (columns == 0 || columns > kMaxChangesetColumns) {
        corrupt(fmt::format("a table of {} columns", columns), offset());
      }
      if (!cursor.take_bytes(static_cast<std::size_t>(columns), key)) return false;
      next_table.key.assign(key.begin(), key.end());
      length = cursor.position();
      return true;
    });
    const std::string_view name = read_name(length);
    next_table.name = name;
    begin += length + name.size() + 1;
    accept_table(std::move(next_table));
  }

  /// The text up to a NUL that begins `at` bytes from here.
  std::string_view read_name(std::size_t at) {
    std::size_t searched = at;
    for (;;) {
      const std::size_t nul = rest().find('\0', searched);
      if (nul != std::string_view::npos) return rest().substr(at, nul - at);
      searched = end - begin;
      const bool is_ours = rest().substr(at).starts_with(changeset::kEnvelopePrefix);
      const std::size_t limit = is_ours ? kMaxEnvelopeBytes : kMaxTableNameBytes;
      if (searched - at > limit) {
        throw Error(
            ErrorCode::LimitExceeded,
            fmt::format("the name of a table in the changeset has more than {} bytes", limit));
      }
      if (!fill(searched + 1)) corrupt("it ends within the name of a table", offset());
    }
  }

  void accept_table(ChangesetTable next_table) {
    const std::string_view name = next_table.name;
    if (name.starts_with(changeset::kEnvelopePrefix)) return accept_envelope(name);
    if (name.starts_with(changeset::kChecksumPrefix)) return accept_checksum(name);
    if (is_checked) corrupt("something follows the checksum", offset());
    if (name.empty()) corrupt("a table without name", offset());
    if (std::all_of(next_table.key.begin(), next_table.key.end(),
                    [](std::uint8_t position) { return position == 0; })) {
      corrupt(fmt::format("table {} has no key", name), offset());
    }
    if (table && *table == next_table) return;
    table = std::make_unique<ChangesetTable>(std::move(next_table));
    is_first = false;
  }

  void accept_envelope(std::string_view name) {
    if (!is_first || envelope) corrupt("the envelope is not at the beginning", offset());
    envelope.emplace(changeset::parse_envelope(name.substr(changeset::kEnvelopePrefix.size())));
    checksum = std::make_unique<changeset::Xxh3>();
    is_first = false;
  }

  void accept_checksum(std::string_view name) {
    if (!checksum || is_checked) corrupt("a checksum without envelope", offset());
    // The bytes of the checksum's own head are not part of it.
    checksum->update({buffer.data() + hashed, element_begin - hashed});
    const auto expected = changeset::parse_checksum(name.substr(changeset::kChecksumPrefix.size()));
    if (expected.changes != changes || expected.xxh3 != checksum->hex()) {
      corrupt("its checksum is wrong: it was changed after it was written", offset());
    }
    hashed = begin;
    checksum.reset();
    is_checked = true;
  }

  const Change* read_change() {
    if (offset() == 0) {
      fill(changeset::kBeginningBytes);
      throw Error(ErrorCode::Corrupt,
                  changeset::what_instead(rest().substr(0, changeset::kBeginningBytes)));
    }
    if (!table) corrupt("a change before any table", offset());
    if (is_checked) corrupt("something follows the checksum", offset());
    for (;;) {
      std::size_t length = 0;
      if (const Change* change = decoder.decode(rest(), *table, length)) {
        change_size = length;
        begin += length;
        ++changes;
        return change;
      }
      if (!fill(length)) {
        corrupt(fmt::format("it ends within a change of table {}", table->name), offset());
      }
    }
  }

  const Change* next() {
    change_size = 0;
    while (fill(1)) {
      element_begin = begin;
      const char mark = buffer[begin];
      if (mark == changeset::kPatchsetMark) {
        throw Error(ErrorCode::Unsupported,
                    "this is a patchset, which lacks the old values; a changeset is needed");
      }
      if (mark != changeset::kTableMark) return read_change();
      read_table();
    }
    if (checksum) corrupt("it ends before its checksum", offset());
    return nullptr;
  }

  ByteSource& source;
  std::vector<char> buffer;
  std::size_t begin = 0;          // of what was not consumed yet
  std::size_t end = 0;            // of what was read
  std::size_t hashed = 0;         // up to here the checksum knows the buffer
  std::size_t element_begin = 0;  // of the table head or change being read
  std::uint64_t buffer_offset = 0;
  bool is_at_end = false;

  bool is_first = true;
  bool is_checked = false;
  std::optional<ChangesetEnvelope> envelope;
  std::unique_ptr<changeset::Xxh3> checksum;
  std::unique_ptr<ChangesetTable> table;
  changeset::ChangeDecoder decoder;
  std::size_t change_size = 0;
  std::uint64_t changes = 0;
};

ChangesetReader::ChangesetReader(ByteSource& source) : impl_(std::make_unique<Impl>(source)) {}
ChangesetReader::~ChangesetReader() = default;

const Change* ChangesetReader::next() { return impl_->next(); }

const ChangesetEnvelope* ChangesetReader::envelope() const {
  return impl_->envelope ? &*impl_->envelope : nullptr;
}

std::uint64_t ChangesetReader::begin_offset() const { return impl_->offset() - impl_->change_size; }

std::uint64_t ChangesetReader::end_offset() const { return impl_->offset(); }

std::string_view ChangesetReader::raw_change() const {
  return {impl_->buffer.data() + impl_->begin - impl_->change_size, impl_->change_size};
}

}  // namespace qfcsync
