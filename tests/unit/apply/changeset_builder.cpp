#include "changeset_builder.hpp"

namespace qfcsync::test {

ChangesetBuilder& ChangesetBuilder::table(const std::string& name, std::vector<std::uint8_t> key) {
  writer_.begin_table({name, std::move(key)});
  return *this;
}

ChangesetBuilder& ChangesetBuilder::insert(const std::vector<ValueView>& values) {
  writer_.write({Operation::Insert, false, nullptr, {}, values});
  return *this;
}

ChangesetBuilder& ChangesetBuilder::remove(const std::vector<ValueView>& values) {
  writer_.write({Operation::Delete, false, nullptr, values, {}});
  return *this;
}

ChangesetBuilder& ChangesetBuilder::update(const std::vector<ValueView>& old_values,
                                           const std::vector<ValueView>& new_values) {
  writer_.write({Operation::Update, false, nullptr, old_values, new_values});
  return *this;
}

std::string ChangesetBuilder::finish() {
  writer_.finish();
  return sink_.take();
}

}  // namespace qfcsync::test
