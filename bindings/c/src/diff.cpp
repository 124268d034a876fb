#include <qfcsync/extract.hpp>

#include "guard.hpp"
#include "streams.hpp"
#include "views.hpp"

#include <utility>

using qfcsync::ByteSink;
using qfcsync::ExtractMethod;
using qfcsync::SchemaPolicy;
using qfcsync::c::guarded;
using qfcsync::c::require;
using qfcsync::c::to_enum;
using qfcsync::c::write_output;

struct qfcsync_diff_result {
  explicit qfcsync_diff_result(qfcsync::ExtractResult of)
      : method(of.method),
        summary(std::move(of.summary)),
        notes(std::move(of.notes)),
        schema_operations(std::move(of.schema_operations)) {}

  ExtractMethod method;
  qfcsync_summary summary;
  qfcsync::c::NoteList notes;
  qfcsync_schema_operations schema_operations;
};

namespace {

qfcsync::ExtractOptions to_extract_options(const qfcsync_diff_options& given) {
  qfcsync::ExtractOptions options;
  options.schema = to_enum(given.schema_policy, SchemaPolicy::Report, "schema_policy");
  options.method = to_enum(given.method, ExtractMethod::Sqlite, "method");
  qfcsync::c::require_array(given.tables, given.table_count, "tables");
  for (size_t i = 0; i < given.table_count; ++i) {
    options.tables.emplace_back(&require(given.tables[i], "name of a table"));
  }
  options.with_envelope = given.with_envelope != 0;
  if (given.base_id != nullptr) options.base_id = given.base_id;
  options.progress = qfcsync::c::to_progress(given.progress, given.payload);
  return options;
}

}  // namespace

int qfcsync_diff(qfcsync_diff_result** result, const qfcsync_sink* out, const char* base,
                 const char* modified, const qfcsync_diff_options* options) {
  return guarded([&] {
    const auto given =
        qfcsync::c::read_options(options, qfcsync_diff_options QFCSYNC_DIFF_OPTIONS_INIT);
    const auto extract_options = to_extract_options(given);
    require(base, "base");
    require(modified, "modified");
    qfcsync::ExtractResult found;
    write_output(out, [&](ByteSink& sink) {
      if (given.manifest == nullptr) {
        found = qfcsync::extract(base, modified, sink, extract_options);
      } else {
        const auto manifest = qfcsync::c::open_source(given.manifest, "manifest");
        found = qfcsync::extract_with_manifest(base, *manifest, modified, sink, extract_options);
      }
      qfcsync::compare_unnamed_rows(base, modified, found.notes, extract_options.progress);
    });
    if (result != nullptr) *result = new qfcsync_diff_result(std::move(found));
  });
}

void qfcsync_diff_result_free(qfcsync_diff_result* result) { delete result; }

const qfcsync_summary* qfcsync_diff_result_summary(const qfcsync_diff_result* result) {
  return result == nullptr ? nullptr : &result->summary;
}

int qfcsync_diff_result_method(const qfcsync_diff_result* result) {
  return result == nullptr ? QFCSYNC_DIFF_AUTO : static_cast<int>(result->method);
}

size_t qfcsync_diff_result_note_count(const qfcsync_diff_result* result) {
  return result == nullptr ? 0 : result->notes.size();
}

const qfcsync_table_note* qfcsync_diff_result_note(const qfcsync_diff_result* result,
                                                   size_t index) {
  return result == nullptr ? nullptr : result->notes.at(index);
}

const qfcsync_schema_operations* qfcsync_diff_result_schema_operations(
    const qfcsync_diff_result* result) {
  return result == nullptr ? nullptr : &result->schema_operations;
}

int qfcsync_manifest_write(const qfcsync_sink* out, const char* path, qfcsync_progress progress,
                           void* payload) {
  return guarded([&] {
    require(path, "path");
    const auto told = qfcsync::c::to_progress(progress, payload);
    write_output(out, [&](ByteSink& sink) { qfcsync::write_page_manifest(path, sink, told); });
  });
}
