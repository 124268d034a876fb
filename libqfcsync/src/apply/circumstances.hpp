#pragma once

#include <qfcsync/changeset.hpp>

#include "apply/problem.hpp"
#include "apply/target_file.hpp"

#include <vector>

namespace qfcsync::apply {

/// What the file holds around a change that does not fit. Looked up when it is asked for.
class Circumstances {
 public:
  /// @param refusal  nullptr unless the database itself refused the change
  Circumstances(TargetFile& file, Target& target, const Change& change, const Refusal* refusal,
                bool may_retry)
      : file_(file), target_(target), change_(change), refusal_(refusal), may_retry_(may_retry) {}

  /// false: the change is left out whatever the verdict, unless it is Abort.
  bool may_retry() const { return may_retry_; }

  /// The row of the change as it stands, all columns; empty when there is none.
  std::vector<Value> row() const;

  /// Columns of the value that has to be unique, those in expressions of the index included.
  std::vector<std::size_t> unique_columns() const;

  /// The other rows, all columns, that hold values which the change wants and which have to be
  /// unique. Also where only an expression or a part of the rows has to be.
  std::vector<std::vector<Value>> holders() const;

 private:
  TargetFile& file_;
  Target& target_;
  const Change& change_;
  const Refusal* refusal_;
  bool may_retry_;
};

}  // namespace qfcsync::apply
