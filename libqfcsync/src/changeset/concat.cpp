#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "changeset/concat_envelope.hpp"
#include "changeset/row_index.hpp"
#include "changeset/table_follower.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace qfcsync {
namespace {

/// Numbers of key columns do not count: some writers put 1 for each of them.
bool same_shape(const ChangesetTable& a, const ChangesetTable& b) {
  return std::equal(a.key.begin(), a.key.end(), b.key.begin(), b.key.end(),
                    [](std::uint8_t x, std::uint8_t y) { return (x != 0) == (y != 0); });
}

class Concat {
 public:
  explicit Concat(ByteStore& scratch) : scratch_(scratch), windows_(scratch) {}

  void add(ByteSource& changeset) {
    ChangesetReader reader(changeset);
    changeset::TableFollower follower;
    const Change* change = reader.next();
    envelope_.add(reader.envelope(), change == nullptr);
    changeset::RowIndex* table = nullptr;
    for (; change != nullptr; change = reader.next()) {
      if (follower.follow(*change)) table = &table_of(*change->table);
      table->add(*change, reader.raw_change());
    }
  }

  void write(ByteSink& out) {
    ChangesetWriter writer(out, envelope_.result());
    for (const auto& table : tables_) table->write(writer);
    writer.finish();
  }

 private:
  /// Names of tables are the same in any case of their letters, as for SQLite.
  changeset::RowIndex& table_of(const ChangesetTable& head) {
    const auto [found, is_new] = places_.emplace(base::lower_case(head.name), tables_.size());
    if (is_new) tables_.push_back(std::make_unique<changeset::RowIndex>(head, scratch_, windows_));
    changeset::RowIndex& table = *tables_[found->second];
    if (!same_shape(table.table(), head)) {
      throw Error(
          ErrorCode::SchemaMismatch,
          fmt::format("table {} has {} columns or another key in one changeset and {} columns in "
                      "another: only changesets of the same schema can be joined",
                      base::to_valid_utf8(head.name), table.table().column_count(),
                      head.column_count()));
    }
    return table;
  }

  ByteStore& scratch_;
  changeset::WindowCache windows_;
  changeset::EnvelopeConcat envelope_;
  std::map<std::string, std::size_t> places_;
  std::vector<std::unique_ptr<changeset::RowIndex>> tables_;  // in order of appearance
};

}  // namespace

void concat(std::span<ByteSource* const> changesets, ByteSink& out, ByteStore& scratch) {
  Concat concat(scratch);
  for (ByteSource* const changeset : changesets) concat.add(*changeset);
  concat.write(out);
}

}  // namespace qfcsync
