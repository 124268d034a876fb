#include <qfcsync/changeset.hpp>

#include "changeset/table_follower.hpp"

namespace qfcsync {
namespace {

class Inverter {
 public:
  explicit Inverter(ChangesetWriter& writer) : writer_(writer) {}

  void add(const Change& change, std::string_view raw) {
    if (table_.follow(change)) writer_.begin_table(table_.table());
    if (change.operation == Operation::Update) return add_update(change);
    // A row is written alike whether it comes or goes.
    bytes_.assign(raw);
    bytes_[0] = static_cast<char>(change.operation == Operation::Insert ? Operation::Delete
                                                                        : Operation::Insert);
    writer_.write_raw(bytes_);
  }

 private:
  void add_update(const Change& change) {
    const std::vector<std::uint8_t>& key = table_.table().key;
    old_values_.assign(change.new_values.begin(), change.new_values.end());
    new_values_.assign(change.old_values.begin(), change.old_values.end());
    for (std::size_t i = 0; i < key.size(); ++i) {
      if (key[i] != 0) std::swap(old_values_[i], new_values_[i]);
    }
    writer_.write({Operation::Update, change.is_indirect, nullptr, old_values_, new_values_});
  }

  ChangesetWriter& writer_;
  changeset::TableFollower table_;
  std::string bytes_;
  std::vector<ValueView> old_values_;
  std::vector<ValueView> new_values_;
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
