#include "apply/deferred_changes.hpp"

#include <algorithm>

namespace qfcsync::apply {
namespace {

/// Changes that are read at once; bounds the memory.
constexpr std::size_t kMaxBundle = 256;
constexpr std::size_t kMaxBundleBytes = 1u << 20;

}  // namespace

std::size_t DeferredChanges::table_number(const ChangesetTable& table) {
  if (tables_.empty() || !(tables_.back() == table)) tables_.push_back(table);
  return tables_.size() - 1;
}

void DeferredChanges::add(std::uint64_t number, bool is_unique, const ChangesetTable& table,
                          std::string_view raw) {
  waiting_.push_back({number, is_unique, {}, table_number(table), bytes_->size(), raw.size()});
  bytes_->write(raw);
}

/// A changeset of some waiting changes of one table.
std::string DeferredChanges::bundle(const std::vector<Deferred*>& order, std::size_t first,
                                    std::size_t end) const {
  MemorySink sink;
  ChangesetWriter writer(sink);
  writer.begin_table(tables_[order[first]->table]);
  std::string buffer;
  for (std::size_t i = first; i < end; ++i) {
    writer.write_raw(bytes_->read(order[i]->offset, order[i]->size, buffer));
  }
  writer.finish();
  return sink.take();
}

void DeferredChanges::visit(Direction direction, const Visit& visit) {
  std::vector<Deferred*> order;
  for (Deferred& each : waiting_) order.push_back(&each);
  if (direction == Direction::Backward) std::reverse(order.begin(), order.end());
  std::vector<bool> is_done(waiting_.size(), false);

  bool stop = false;
  for (std::size_t first = 0; first < order.size() && !stop;) {
    std::size_t end = first;
    std::size_t bytes = 0;
    while (end < order.size() && order[end]->table == order[first]->table &&
           end - first < kMaxBundle && bytes < kMaxBundleBytes) {
      bytes += order[end++]->size;
    }
    const std::string changes = bundle(order, first, end);
    MemorySource source(changes);
    ChangesetReader reader(source);
    for (; first < end && !stop; ++first) {
      const Change* change = reader.next();
      const Next next = visit(*change, *order[first]);
      stop = next == Next::Stop;
      if (next == Next::Drop)
        is_done[static_cast<std::size_t>(order[first] - waiting_.data())] = true;
    }
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (is_done[i]) continue;
    if (kept != i) waiting_[kept] = std::move(waiting_[i]);
    ++kept;
  }
  waiting_.resize(kept);
}

}  // namespace qfcsync::apply
