#include "apply/spool.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::apply {
namespace {

constexpr std::size_t kChunkBytes = 64u << 10;

}  // namespace

std::size_t StoreSource::read(char* buffer, std::size_t size) {
  const std::uint64_t rest = store_.size() - offset_;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(rest, size));
  if (count == 0) return 0;
  const std::string_view bytes = store_.read(offset_, count, scratch_);
  std::copy(bytes.begin(), bytes.end(), buffer);
  offset_ += count;
  return count;
}

Spool::Spool(ByteSource& changeset) : store_(make_scratch()) {
  std::string chunk(kChunkBytes, '\0');
  while (const std::size_t size = changeset.read(chunk.data(), chunk.size())) {
    store_->write(std::string_view(chunk).substr(0, size));
  }
  StoreSource source(*store_);
  ChangesetReader reader(source);
  std::size_t current = 0;
  while (const Change* change = reader.next()) {
    ++change_count_;
    if (current < tables_.size() && tables_[current] == *change->table) continue;
    const auto same_name = [&](const auto& table) { return table.name == change->table->name; };
    const auto known = std::find_if(tables_.begin(), tables_.end(), same_name);
    current = static_cast<std::size_t>(known - tables_.begin());
    if (known == tables_.end()) {
      tables_.push_back(*change->table);
    } else if (known->key != change->table->key) {
      throw Error(ErrorCode::Corrupt, fmt::format("the changeset describes table {} twice, in "
                                                  "different ways",
                                                  known->name));
    }
  }
  if (reader.envelope() != nullptr) envelope_ = *reader.envelope();
}

}  // namespace qfcsync::apply
