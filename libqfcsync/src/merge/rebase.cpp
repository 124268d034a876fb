#include <qfcsync/error.hpp>
#include <qfcsync/merge.hpp>

#include "merge/parents.hpp"
#include "merge/plain_rebase.hpp"
#include "merge/unique.hpp"

#include <algorithm>
#include <optional>

// Theirs is spooled and indexed by key. Where no row depends on another one, ours is rebased while
// it is read. Else it is spooled, too, and rows that both sides touched are noted. Then everything
// that concerns more than one row is planned: new keys, references, unique values. At last ours is
// read again and written as the plan says.

namespace qfcsync {
namespace {

using namespace merge;

/// Changes between two calls of progress.
constexpr std::uint64_t kTickChanges = 8192;

// Parts of the work, for progress.
constexpr double kShareAfterTheirs = 0.25;
constexpr double kShareAfterOurs = 0.55;
constexpr double kShareAfterPlan = 0.7;

/// A row that both sides changed.
struct Match {
  std::uint64_t ours = 0;
  std::uint64_t theirs = 0;
  bool is_insert_of_both = false;
  bool is_identical = false;
};

class Rebaser {
 public:
  Rebaser(ByteStore& scratch, const MergeOptions& options)
      : options_(options), scratch_(scratch), decider_(options), catalog_(options) {}

  RebaseResult run(ByteSource& ours, ByteSource& theirs, ByteSink& out) {
    // The first change of both is read before anything else, because it brings the envelopes.
    ChangesetReader our_reader(ours);
    ChangesetReader their_reader(theirs);
    const Change* first = our_reader.next();
    const Change* theirs_first = their_reader.next();
    catalog_.add_envelope(our_reader.envelope());
    catalog_.add_envelope(their_reader.envelope());
    catalog_.check_relations();
    read_theirs(their_reader, theirs_first);
    const bool is_plain = !catalog_.may_be_constrained();
    if (!is_plain) {
      read_ours(our_reader, first);
      catalog_.resolve_relations();
      adopt_keys_of_parents();
      moved_.emplace(catalog_, *ours_);
      renumber();
    }
    const std::optional<ChangesetEnvelope> envelope = catalog_.merged_envelope();
    ChangesetWriter writer(out, envelope ? &*envelope : nullptr);
    writer_ = &writer;
    RebaseResult result;
    if (is_plain) {
      result.renumbered = rebase_plain(our_reader, first);
    } else {
      plan_and_write();
      result.renumbered = moved_->renumbered();
    }
    writer.finish();
    result.change_count = writer.change_count();
    result.conflict_count = decider_.count();
    return result;
  }

 private:
  void tick(double share) const {
    if (options_.progress && !options_.progress(share)) {
      throw Error(ErrorCode::Cancelled, "the rebase was stopped");
    }
  }

  void read_theirs(ChangesetReader& reader, const Change* first) {
    theirs_.emplace("theirs", catalog_, scratch_);
    read_side(reader, first, *theirs_, [](std::uint32_t, const Change&, std::uint64_t) {});
    tick(kShareAfterTheirs);
  }

  void read_ours(ChangesetReader& reader, const Change* first) {
    ours_.emplace("ours", catalog_, scratch_);
    SpoolCursor cursor = theirs_->cursor();
    read_side(reader, first, *ours_,
              [&](std::uint32_t table, const Change& change, std::uint64_t offset) {
                const auto found = theirs_->find(table, change.key_values(), cursor);
                if (!found) return;
                const Change& other = cursor.change();
                Match match{offset, *found, false, false};
                match.is_insert_of_both =
                    change.operation == Operation::Insert && other.operation == Operation::Insert;
                match.is_identical =
                    match.is_insert_of_both && is_same_insert(catalog_.table(table), change, other);
                matches_.push_back(match);
              });
    tick(kShareAfterOurs);
  }

  std::vector<RenumberedKey> rebase_plain(ChangesetReader& reader, const Change* change) {
    PlainRebase plain(catalog_, *theirs_, decider_, scratch_, *writer_);
    for (std::uint64_t count = 1; change != nullptr; change = reader.next(), ++count) {
      plain.add(*change, reader.raw_change());
      if (count % kTickChanges == 0) tick(kShareAfterTheirs);
    }
    tick(kShareAfterPlan);
    return plain.finish();
  }

  template <class Look>
  void read_side(ChangesetReader& reader, const Change* change, ChangeSide& side, Look&& look) {
    ChangesetTable head;
    std::uint32_t table = 0;
    for (std::uint64_t count = 1; change != nullptr; change = reader.next(), ++count) {
      if (!(head == *change->table)) {
        head = *change->table;
        table = catalog_.add_table(head);
      }
      look(table, *change, side.add(table, *change, reader.raw_change()));
      if (count % kTickChanges == 0) tick(0);
    }
    side.finish();
  }

  /// A key that is a reference at the same time goes with its parent, whose new keys must suit both
  /// tables.
  void adopt_keys_of_parents() {
    for (const MergeRelation& relation : catalog_.relations()) {
      const MergeTable& child = catalog_.table(relation.child);
      if (child.key.size() != 1 || relation.child_columns != child.key) continue;
      if (relation.child == relation.parent) continue;
      if (child.max_key) catalog_.table(relation.parent).note_key(*child.max_key);
    }
  }

  std::optional<std::int64_t> renumberable_key(const Match& match, SpoolCursor& cursor) const {
    if (!match.is_insert_of_both) return std::nullopt;
    cursor.seek(match.ours);
    const MergeTable& table = catalog_.table(cursor.table());
    if (!table.can_renumber) return std::nullopt;
    const ValueView key = cursor.change().new_values[table.key[0]];
    if (key.type() != ValueType::Integer) return std::nullopt;
    return key.as_integer();
  }

  /// Gives new keys to our rows whose key theirs holds, too. A row that is the same on both sides
  /// stays, unless it refers to one that got a new key: then it is another row after all.
  void renumber() {
    SpoolCursor cursor = ours_->cursor();
    std::vector<const Match*> same;
    for (const Match& match : matches_) {
      const auto key = renumberable_key(match, cursor);
      if (key && !match.is_identical) moved_->renumber(cursor.table(), *key);
      const bool may_move = key && !catalog_.table(cursor.table()).as_child.empty();
      if (match.is_identical && may_move) same.push_back(&match);
    }
    moved_->follow();
    RowChange row;
    for (std::size_t before = same.size() + 1; before != same.size();) {
      before = same.size();
      std::erase_if(same, [&](const Match* match) {
        const auto key = renumberable_key(*match, cursor);
        if (!moved_->rewrite(catalog_.table(cursor.table()), cursor.change(), row)) return false;
        moved_->renumber(cursor.table(), *key);
        return true;
      });
      moved_->follow();
    }
  }

  void plan_and_write() {
    RowMerger merger(catalog_, decider_);
    MergeState state{catalog_, *ours_, *theirs_, *moved_, merger, plan_};
    if (catalog_.is_constrained()) {
      plan_parents(state, decider_);
      plan_unique(state, decider_);
    }
    tick(kShareAfterPlan);
    write_ours(state);
    write_additions(state);
  }

  void write_ours(MergeState& state) {
    SpoolCursor ours = ours_->cursor();
    SpoolCursor theirs = theirs_->cursor();
    MergedRow row(state);
    auto match = matches_.begin();
    std::uint64_t count = 0;
    for (std::uint64_t at = ours_->begin(); at < ours_->end(); at = ours.next_offset()) {
      ours.seek(at);
      begin_table(ours.table());
      const bool is_match = match != matches_.end() && match->ours == at;
      if (is_match) {
        theirs.seek(match->theirs);
        write_match(state, ours, theirs, row);
        ++match;
      } else if (catalog_.table(ours.table()).is_constrained()) {
        row.load({RowRef::Kind::Ours, at});
        write_row(row.out());
      } else {
        writer_->write_raw(ours.raw());
      }
      if (++count % kTickChanges == 0) tick(share_of(at));
    }
  }

  double share_of(std::uint64_t at) const {
    const double done = static_cast<double>(at - ours_->begin()) /
                        static_cast<double>(ours_->end() - ours_->begin());
    return kShareAfterPlan + (1 - kShareAfterPlan) * done;
  }

  void write_match(MergeState& state, SpoolCursor& ours, SpoolCursor& theirs, MergedRow& row) {
    const MergeTable& table = catalog_.table(ours.table());
    const Change& change = ours.change();
    moved_->rewrite(table, change, rewritten_);
    const bool is_renumbered =
        table.can_renumber && change.operation == Operation::Insert &&
        !(rewritten_.new_values[table.key[0]] == change.new_values[table.key[0]]);
    if (is_renumbered) {
      state.merger.report_renumbered(table, change, rewritten_, theirs.change());
    }
    if (table.is_constrained()) {
      row.load({RowRef::Kind::Ours, ours.offset()});
      return write_row(row.out());
    }
    if (is_renumbered) return write_row(rewritten_);
    state.merger.merge(table, rewritten_, theirs.change(), theirs.offset(), merged_);
    write_row(merged_);
  }

  /// Rows that ours has to change, but did not touch itself.
  void write_additions(MergeState& state) {
    MergedRow row(state);
    std::vector<std::uint64_t> offsets;
    for (const auto& [offset, adjustment] : plan_.theirs) offsets.push_back(offset);
    std::sort(offsets.begin(), offsets.end());
    for (const std::uint64_t offset : offsets) write_addition(row, {RowRef::Kind::Theirs, offset});
    for (const auto& [offset, adjustment] : plan_.restored) {
      write_addition(row, {RowRef::Kind::Restored, offset});
    }
  }

  void write_addition(MergedRow& row, RowRef ref) {
    row.load(ref);
    begin_table(row.table().number);
    write_row(row.out());
  }

  void begin_table(std::uint32_t table) {
    if (table_ == table) return;
    table_ = table;
    writer_->begin_table(catalog_.head(table));
  }

  void write_row(const RowChange& change) {
    if (change.is_needed) writer_->write(change.view(catalog_.head(*table_)));
  }

  const MergeOptions& options_;
  ByteStore& scratch_;
  Decider decider_;
  Catalog catalog_;
  std::optional<ChangeSide> theirs_;
  std::optional<ChangeSide> ours_;
  std::vector<Match> matches_;  // in the order of ours
  std::optional<MovedKeys> moved_;
  MergePlan plan_;
  ChangesetWriter* writer_ = nullptr;
  std::optional<std::uint32_t> table_;
  RowChange rewritten_;
  RowChange merged_;
};

}  // namespace

RebaseResult rebase(ByteSource& ours, ByteSource& theirs, ByteSink& out, ByteStore& scratch,
                    const MergeOptions& options) {
  return Rebaser(scratch, options).run(ours, theirs, out);
}

}  // namespace qfcsync
