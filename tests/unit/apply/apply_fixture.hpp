#pragma once

#include <qfcsync/changeset_apply.hpp>

#include "changeset_builder.hpp"
#include "sqlite_oracle.hpp"
#include "support/temporary_folder.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::test {

inline ValueView integer(std::int64_t value) { return ValueView::integer(value); }
inline ValueView text(std::string_view value) { return ValueView::text(value); }
inline const ValueView kNone;

/// A folder with a base file made by SQL.
class ApplyFixture {
 public:
  explicit ApplyFixture(const std::string& sql);

  const std::filesystem::path& file() const { return file_; }
  std::filesystem::path copy(const std::string& name) const;
  /// The changeset of SQL run on a copy of the base.
  std::string changeset_of(const std::string& sql) const;
  /// What the base would be after that SQL, dumped.
  std::string dump_after(const std::string& sql) const;
  void run(const std::string& sql) const { Sqlite(file_).run(sql); }
  std::string rows(const std::string& query) const { return Sqlite(file_).rows(query); }

  ChangesetApplyResult apply(std::string_view changeset, const ChangesetApplyOptions& options = {});
  /// Leaves out what does not fit.
  ChangesetApplyResult apply_skipping(std::string_view changeset);

 private:
  TemporaryFolder folder_;
  std::filesystem::path file_;
};

/// Kinds of all mismatches, "missing_row other_value".
std::string kinds(const ChangesetApplyResult& result);
/// Texts of all mismatches, one a line.
std::string texts(const ChangesetApplyResult& result);

/// Applying the difference gives what the edit gave, and its inverse takes it back.
void check_same_as_edit(ApplyFixture& fixture, const std::string& sql);

}  // namespace qfcsync::test
