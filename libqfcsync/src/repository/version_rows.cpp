#include "repository/version_rows.hpp"

#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include "history/commit_message.hpp"

namespace qfcsync::repository {
namespace {

std::vector<FileRow> files_of(history::Graph& graph, const history::Commit& commit,
                              const history::CommitMessage& message) {
  std::vector<FileRow> rows;
  for (const std::string& path : message.removed) rows.push_back({path, 0, std::nullopt, 0});
  for (const std::string& path : message.paths) {
    const auto pointer = graph.find(commit.id, path);
    if (pointer) rows.push_back({path, 0, pointer->file, pointer->size});
  }
  return rows;
}

/// Counts the rows of a change. One that is damaged, or that a stranger made, has none.
void add_changes(chunk::ObjectDecoder& decoder, const history::ChangeOfPath& change,
                 std::vector<ChangeRow>& rows) {
  chunk::RawBytes bytes;
  try {
    bytes = decoder.decode(chunk::ObjectKind::Change, change.id);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt && error.code() != ErrorCode::NotFound) throw;
    return;
  }
  try {
    MemorySource source(*bytes);
    for (const ChangesetSummary::Table& table : summarize(source).tables) {
      rows.push_back(
          {change.path, table.name, 0, change.id, table.inserts, table.updates, table.deletes});
    }
  } catch (const Error&) {
    return;  // no changeset that we know
  }
}

}  // namespace

void index_versions(Index& index, history::Graph& graph, chunk::ObjectDecoder& decoder,
                    const chunk::ObjectId& head) {
  const std::optional<VersionRow> newest = index.newest_version();
  std::vector<history::Commit> missing;
  std::optional<VersionRow> known;
  for (std::optional<chunk::ObjectId> id = head; id && !known;) {
    known = index.find_version(*id);
    if (known) break;
    missing.push_back(graph.commit(*id));
    const auto& parents = missing.back().parents;
    id = parents.empty() ? std::nullopt : std::optional(parents.front());
  }
  if (newest && (!known || known->position != newest->position)) {
    index.clear_versions();
    return index_versions(index, graph, decoder, head);
  }
  std::int64_t position = known ? known->position : 0;
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    const history::Commit& commit = *at;
    const history::CommitMessage message = history::parse_message(commit.message);
    std::vector<ChangeRow> changes;
    for (const history::ChangeOfPath& change : message.changes) {
      add_changes(decoder, change, changes);
    }
    index.add_version({++position, commit.id}, files_of(graph, commit, message), changes);
  }
}

}  // namespace qfcsync::repository
