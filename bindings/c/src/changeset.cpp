#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_json.hpp>

#include "guard.hpp"
#include "streams.hpp"
#include "views.hpp"

#include <memory>
#include <utility>
#include <vector>

using qfcsync::ByteSink;
using qfcsync::c::guarded;
using qfcsync::c::open_source;
using qfcsync::c::require;
using qfcsync::c::write_output;

qfcsync_summary::qfcsync_summary(qfcsync::ChangesetSummary of) : summary(std::move(of)) {
  for (const auto& table : summary.tables) {
    tables.push_back({table.name.c_str(), table.inserts, table.updates, table.deletes});
  }
}

int qfcsync_summarize(qfcsync_summary** out, const qfcsync_source* changeset) {
  return guarded([&] {
    require(out, "out");
    const auto source = open_source(changeset, "changeset");
    *out = new qfcsync_summary(qfcsync::summarize(*source));
  });
}

void qfcsync_summary_free(qfcsync_summary* summary) { delete summary; }

uint64_t qfcsync_summary_change_count(const qfcsync_summary* summary) {
  return summary == nullptr ? 0 : summary->summary.changes();
}

size_t qfcsync_summary_table_count(const qfcsync_summary* summary) {
  return summary == nullptr ? 0 : summary->tables.size();
}

const qfcsync_summary_table* qfcsync_summary_at(const qfcsync_summary* summary, size_t index) {
  return index < qfcsync_summary_table_count(summary) ? &summary->tables[index] : nullptr;
}

int qfcsync_invert(const qfcsync_sink* out, const qfcsync_source* changeset) {
  return guarded([&] {
    const auto source = open_source(changeset, "changeset");
    write_output(out, [&](ByteSink& sink) { qfcsync::invert(*source, sink); });
  });
}

int qfcsync_concat(const qfcsync_sink* out, const qfcsync_source* changesets, size_t count) {
  return guarded([&] {
    qfcsync::c::require_array(changesets, count, "changesets");
    std::vector<std::unique_ptr<qfcsync::ByteSource>> sources;
    std::vector<qfcsync::ByteSource*> list;
    for (size_t i = 0; i < count; ++i) {
      sources.push_back(open_source(&changesets[i], "changesets"));
      list.push_back(sources.back().get());
    }
    const auto scratch = qfcsync::make_scratch();
    write_output(out, [&](ByteSink& sink) { qfcsync::concat(list, sink, *scratch); });
  });
}

namespace {

qfcsync::JsonOptions read_json_options(const qfcsync_json_options* options) {
  const auto given =
      qfcsync::c::read_options(options, qfcsync_json_options QFCSYNC_JSON_OPTIONS_INIT);
  qfcsync::JsonOptions result;
  if (given.schema != nullptr) result.schema = &given.schema->schema;
  result.geometry_as_wkt = given.geometry_as_wkt != 0;
  result.progress = qfcsync::c::to_progress(given.progress, given.payload);
  return result;
}

}  // namespace

int qfcsync_to_json(const qfcsync_sink* out, const qfcsync_source* changeset,
                    const qfcsync_json_options* options) {
  return guarded([&] {
    const auto json = read_json_options(options);
    const auto source = open_source(changeset, "changeset");
    write_output(out, [&](ByteSink& sink) { qfcsync::write_json(*source, sink, json); });
  });
}

int qfcsync_from_json(const qfcsync_sink* out, const qfcsync_source* json,
                      const qfcsync_schema* schema) {
  return guarded([&] {
    const auto source = open_source(json, "json");
    write_output(out, [&](ByteSink& sink) {
      qfcsync::read_json(*source, sink, schema == nullptr ? nullptr : &schema->schema);
    });
  });
}

int qfcsync_to_geojson(const qfcsync_sink* out, const qfcsync_source* changeset,
                       const qfcsync_json_options* options) {
  return guarded([&] {
    const auto json = read_json_options(options);
    const auto source = open_source(changeset, "changeset");
    write_output(out, [&](ByteSink& sink) { qfcsync::write_geojson(*source, sink, json); });
  });
}

int qfcsync_schema_to_json(qfcsync_buffer* out, const qfcsync_schema* schema) {
  return guarded([&] {
    const auto sink = qfcsync_sink_to_buffer(out);
    const auto text = qfcsync::schema_json(require(schema, "schema").schema);
    write_output(&sink, [&](ByteSink& to) { to.write(text); });
  });
}

int qfcsync_conflict_to_json(qfcsync_buffer* out, const qfcsync_conflict* conflict) {
  return guarded([&] {
    const auto sink = qfcsync_sink_to_buffer(out);
    const auto text = qfcsync::conflict_json(qfcsync::c::from_c(require(conflict, "conflict")));
    write_output(&sink, [&](ByteSink& to) { to.write(text); });
  });
}
