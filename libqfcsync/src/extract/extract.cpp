#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>

#include "extract/envelope.hpp"
#include "extract/plan.hpp"
#include "extract/progress.hpp"
#include "extract/snapshot.hpp"
#include "extract/table_changes.hpp"
#include "extract/table_compare.hpp"
#include "sqlitefile/manifest.hpp"

#include <fmt/format.h>

namespace qfcsync {
namespace {

using extraction::Snapshot;

void refuse_pending_log(const Snapshot& file) {
  if (!file.has_pending_log()) return;
  throw Error(ErrorCode::Unsupported,
              fmt::format("{} has a pending write-ahead log: its pages have no hashes before a "
                          "checkpoint (PRAGMA wal_checkpoint(TRUNCATE))",
                          file.file().string()));
}

void write_changes(const std::vector<std::string>& tables, const Snapshot& base,
                   extraction::TableComparer& comparer, ChangesetWriter& writer,
                   ChangesetSummary& summary) {
  for (const std::string& name : tables) {
    extraction::TableChanges changes(writer, *base.schema().find(name));
    comparer.compare(name, changes);
    ChangesetSummary::Table counts = changes.finish();
    if (counts.inserts + counts.updates + counts.deletes > 0) {
      summary.tables.push_back(std::move(counts));
    }
  }
}

ExtractResult compare_files(Snapshot& base, Snapshot& modified, bool is_same_file,
                            const sqlitefile::PageManifest* manifest, ByteSink& out,
                            const ExtractOptions& options) {
  extraction::Plan plan = extraction::make_plan(base.schema(), modified.schema(), options);
  std::optional<ChangesetEnvelope> envelope;
  if (options.with_envelope) {
    envelope = extraction::make_envelope(base, modified, plan.tables, options.base_id);
  }
  extraction::ProgressMeter meter(options.progress, base.size() + modified.size());
  ChangesetWriter writer(out, envelope ? &*envelope : nullptr);
  extraction::TableComparer comparer(base, modified, options, manifest, meter);
  ExtractResult result;
  if (!is_same_file) write_changes(plan.tables, base, comparer, writer, result.summary);
  base.check_unchanged();
  modified.check_unchanged();
  meter.finish();
  writer.finish();
  result.notes = std::move(plan.notes);
  result.notes.insert(result.notes.end(), comparer.notes().begin(), comparer.notes().end());
  result.schema_operations = std::move(plan.operations);
  result.method = comparer.method();
  return result;
}

bool is_same_file(const std::filesystem::path& base, const std::filesystem::path& modified) {
  std::error_code ignored;
  return std::filesystem::equivalent(base, modified, ignored);
}

}  // namespace

ExtractResult extract(const std::filesystem::path& base, const std::filesystem::path& modified,
                      ByteSink& out, const ExtractOptions& options) {
  Snapshot base_file(base);
  Snapshot modified_file(modified);
  return compare_files(base_file, modified_file, is_same_file(base, modified), nullptr, out,
                       options);
}

ExtractResult extract_with_manifest(const std::filesystem::path& base, ByteSource& manifest,
                                    const std::filesystem::path& modified, ByteSink& out,
                                    const ExtractOptions& options) {
  const sqlitefile::PageManifest pages = sqlitefile::PageManifest::read(manifest);
  Snapshot base_file(base);
  refuse_pending_log(base_file);
  pages.check_file(base_file.pages());
  Snapshot modified_file(modified);
  return compare_files(base_file, modified_file, is_same_file(base, modified), &pages, out,
                       options);
}

void write_page_manifest(const std::filesystem::path& file, ByteSink& out,
                         const Progress& progress) {
  Snapshot snapshot(file);
  refuse_pending_log(snapshot);
  extraction::ProgressMeter meter(progress, snapshot.size());
  sqlitefile::write_manifest(snapshot.source(), out,
                             [&meter](std::uint64_t bytes) { meter.add(bytes); });
  meter.finish();
  snapshot.check_unchanged();
}

}  // namespace qfcsync
