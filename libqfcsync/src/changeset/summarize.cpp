#include <qfcsync/changeset.hpp>

#include <map>

namespace qfcsync {
namespace {

void count(Operation operation, ChangesetSummary::Table& table) {
  switch (operation) {
    case Operation::Insert:
      ++table.inserts;
      return;
    case Operation::Update:
      ++table.updates;
      return;
    case Operation::Delete:
      ++table.deletes;
      return;
  }
}

}  // namespace

std::uint64_t ChangesetSummary::changes() const {
  std::uint64_t sum = 0;
  for (const Table& table : tables) sum += table.inserts + table.updates + table.deletes;
  return sum;
}

ChangesetSummary summarize(ByteSource& changeset) {
  ChangesetSummary summary;
  std::map<std::string, std::size_t, std::less<>> places;
  std::size_t place = 0;
  ChangesetReader reader(changeset);
  while (const Change* change = reader.next()) {
    const std::string& name = change->table->name;
    if (summary.tables.empty() || summary.tables[place].name != name) {
      const auto [found, is_new] = places.emplace(name, summary.tables.size());
      if (is_new) summary.tables.push_back({name, 0, 0, 0});
      place = found->second;
    }
    count(change->operation, summary.tables[place]);
  }
  return summary;
}

}  // namespace qfcsync
