#pragma once

#include <qfcsync/value.hpp>

#include <span>

namespace qfcsync::extraction {

/// Takes the differences of one table, in the order of its keys. Rows are complete: one value a
/// column of the table's schema, valid during the call only.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void inserted(std::span<const ValueView> row) = 0;
  virtual void deleted(std::span<const ValueView> row) = 0;
  /// Rows of one key whose stored bytes differ. Values may still be equal (then nothing happened).
  virtual void updated(std::span<const ValueView> before, std::span<const ValueView> after) = 0;
};

}  // namespace qfcsync::extraction
