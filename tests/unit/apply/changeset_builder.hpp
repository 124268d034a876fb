#pragma once

#include <qfcsync/changeset.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace qfcsync::test {

/// A changeset written change by change.
class ChangesetBuilder {
 public:
  ChangesetBuilder() : writer_(sink_) {}
  ChangesetBuilder& table(const std::string& name, std::vector<std::uint8_t> key);
  ChangesetBuilder& insert(const std::vector<ValueView>& values);
  ChangesetBuilder& remove(const std::vector<ValueView>& values);
  ChangesetBuilder& update(const std::vector<ValueView>& old_values,
                           const std::vector<ValueView>& new_values);
  std::string finish();

 private:
  MemorySink sink_;
  ChangesetWriter writer_;
};

}  // namespace qfcsync::test
