#include <qfcsync/changeset.hpp>

#include "changeset/codec.hpp"
#include "changeset/table_follower.hpp"

#include <algorithm>

namespace qfcsync {
namespace {

/// Operation and mark of indirect changes.
constexpr std::size_t kChangeHeadBytes = 2;

/// Splits the bytes of a change that was read, and is known to be whole, into its values.
void split_values(std::string_view raw, std::vector<std::string_view>& values) {
  std::size_t at = kChangeHeadBytes;
  for (std::string_view& value : values) {
    const std::size_t begin = at;
    switch (static_cast<ValueType>(raw[at++])) {
      case ValueType::Undefined:
      case ValueType::Null:
        break;
      case ValueType::Integer:
      case ValueType::Real:
        at += 8;
        break;
      case ValueType::Text:
      case ValueType::Blob: {
        changeset::ByteCursor cursor(raw.substr(at));
        std::uint64_t size = 0;
        cursor.take_varint(size);
        at += cursor.position() + static_cast<std::size_t>(size);
        break;
      }
    }
    value = raw.substr(begin, at - begin);
  }
}

class Inverter {
 public:
  explicit Inverter(ChangesetWriter& writer) : writer_(writer) {}

  void add(const Change& change, std::string_view raw) {
    if (table_.follow(change)) {
      writer_.begin_table(table_.table());
      values_.resize(2 * table_.table().column_count());
    }
    if (change.operation == Operation::Update) return add_update(raw);
    // A row is written alike whether it comes or goes.
    bytes_.assign(raw);
    bytes_[0] = static_cast<char>(change.operation == Operation::Insert ? Operation::Delete
                                                                        : Operation::Insert);
    writer_.write_raw(bytes_);
  }

 private:
  /// Values change sides but for those of the key.
  void add_update(std::string_view raw) {
    const std::vector<std::uint8_t>& key = table_.table().key;
    split_values(raw, values_);
    for (std::size_t i = 0; i < key.size(); ++i) {
      if (key[i] == 0) std::swap(values_[i], values_[key.size() + i]);
    }
    bytes_.resize(raw.size());
    char* at = std::copy_n(raw.data(), kChangeHeadBytes, bytes_.data());
    for (const std::string_view value : values_) at = std::copy(value.begin(), value.end(), at);
    writer_.write_raw(bytes_);
  }

  ChangesetWriter& writer_;
  changeset::TableFollower table_;
  std::string bytes_;
  std::vector<std::string_view> values_;  // of the change: old ones, new ones
};

/// The envelope without what it says about the base, which is another one now.
std::optional<ChangesetEnvelope> without_base(const ChangesetEnvelope* envelope) {
  if (envelope == nullptr) return std::nullopt;
  ChangesetEnvelope out = *envelope;
  out.base_id.clear();
  out.max_keys.clear();
  return out;
}

}  // namespace

void invert(ByteSource& changeset, ByteSink& out) {
  ChangesetReader reader(changeset);
  const Change* change = reader.next();
  const auto envelope = without_base(reader.envelope());
  ChangesetWriter writer(out, envelope ? &*envelope : nullptr);
  Inverter inverter(writer);
  for (; change != nullptr; change = reader.next()) inverter.add(*change, reader.raw_change());
  writer.finish();
}

}  // namespace qfcsync
