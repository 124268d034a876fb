#include "apply_fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace qfcsync::test {

ApplyFixture::ApplyFixture(const std::string& sql) : file_(folder_ / "file.gpkg") {
  Sqlite(file_).run(sql);
}

std::filesystem::path ApplyFixture::copy(const std::string& name) const {
  const auto path = folder_ / name;
  std::filesystem::copy_file(file_, path, std::filesystem::copy_options::overwrite_existing);
  return path;
}

std::string ApplyFixture::changeset_of(const std::string& sql) const {
  const auto modified = copy("modified.gpkg");
  Sqlite(modified).run(sql);
  return row_diff(file_, modified);
}

std::string ApplyFixture::dump_after(const std::string& sql) const {
  const auto modified = copy("modified.gpkg");
  Sqlite(modified).run(sql);
  return dump(modified);
}

ChangesetApplyResult ApplyFixture::apply(std::string_view changeset,
                                         const ChangesetApplyOptions& options) {
  MemorySource source(changeset);
  return apply_changeset(file_, source, options);
}

ChangesetApplyResult ApplyFixture::apply_skipping(std::string_view changeset) {
  ChangesetApplyOptions options;
  options.policy = MismatchPolicy::Skip;
  return apply(changeset, options);
}

std::string kinds(const ChangesetApplyResult& result) {
  std::string out;
  for (const Mismatch& mismatch : result.mismatches) {
    out += (out.empty() ? "" : " ") + std::string(to_string(mismatch.kind));
  }
  return out;
}

std::string texts(const ChangesetApplyResult& result) {
  std::string out;
  for (const Mismatch& mismatch : result.mismatches) out += mismatch.text + "\n";
  return out;
}

void check_same_as_edit(ApplyFixture& fixture, const std::string& sql) {
  CAPTURE(sql);
  const std::string before = dump(fixture.file());
  const std::string changeset = fixture.changeset_of(sql);
  const std::string expected = fixture.dump_after(sql);
  const auto result = fixture.apply(changeset);
  CHECK(texts(result) == "");
  CHECK(result.is_applied);
  CHECK(dump(fixture.file()) == expected);
  CHECK(check_database(fixture.file()) == "");
  CHECK(fixture.apply(session_invert(changeset)).is_applied);
  CHECK(dump(fixture.file()) == before);
}

}  // namespace qfcsync::test
