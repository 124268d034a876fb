#include "merge/plain_rebase.hpp"

#include "merge/moved_keys.hpp"

namespace qfcsync::merge {

bool is_same_insert(const MergeTable& table, const Change& a, const Change& b) {
  for (std::size_t i = 0; i < a.new_values.size(); ++i) {
    if (!same_cell(a.new_values[i], b.new_values[i], table.geometries, i)) return false;
  }
  return true;
}

PlainRebase::PlainRebase(Catalog& catalog, const ChangeSide& theirs, Decider& decider,
                         ByteStore& scratch, ChangesetWriter& writer)
    : catalog_(&catalog),
      theirs_(&theirs),
      merger_(catalog, decider),
      writer_(&writer),
      spool_(scratch),
      cursor_(theirs.cursor()) {}

void PlainRebase::begin_table(std::uint32_t table) {
  table_ = table;
  writer_->begin_table(catalog_->head(table));
}

void PlainRebase::add(const Change& change, std::string_view raw) {
  if (!(head_ == *change.table)) {
    head_ = *change.table;
    begin_table(catalog_->add_table(head_));
  }
  MergeTable& table = catalog_->table(table_);
  table.note_row(change.key_values());
  const auto found = theirs_->find(table_, change.key_values(), cursor_);
  if (!found) return writer_->write_raw(raw);
  const Change& theirs = cursor_.change();
  if (needs_new_key(table, change, theirs)) {
    waiting_.push_back({spool_.append(table_, raw), *found});
    return;
  }
  row_.assign(change);
  merger_.merge(table, row_, theirs, *found, out_);
  write(out_);
}

bool PlainRebase::needs_new_key(const MergeTable& table, const Change& ours,
                                const Change& theirs) const {
  return table.can_renumber && ours.operation == Operation::Insert &&
         theirs.operation == Operation::Insert &&
         ours.new_values[table.key[0]].type() == ValueType::Integer &&
         !is_same_insert(table, ours, theirs);
}

void PlainRebase::write(const RowChange& change) {
  if (change.is_needed) writer_->write(change.view(catalog_->head(table_)));
}

std::vector<RenumberedKey> PlainRebase::finish() {
  spool_.flush();
  std::vector<RenumberedKey> renumbered;
  SpoolCursor ours(spool_.store(), catalog_->heads());
  for (const Waiting& waiting : waiting_) {
    ours.seek(waiting.ours);
    cursor_.seek(waiting.theirs);
    if (ours.table() != table_) begin_table(ours.table());
    const MergeTable& table = catalog_->table(table_);
    const Change& change = ours.change();
    const std::int64_t before = change.new_values[table.key[0]].as_integer();
    const std::int64_t after = next_key(*catalog_, table_, before);
    row_.assign(change);
    row_.new_values[table.key[0]] = ValueView::integer(after);
    merger_.report_renumbered(table, change, row_, cursor_.change());
    renumbered.push_back({catalog_->head(table_).name, before, after});
    write(row_);
  }
  return renumbered;
}

}  // namespace qfcsync::merge
