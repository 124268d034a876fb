#include "options.hpp"

#include <qfcsync/changeset_json.hpp>

#include "terminal.hpp"

#include <map>

#include <fmt/format.h>

void add_format_options(CLI::App& command, Format& format) {
  const auto add = [&](const char* name, Format value, const char* help) {
    return command.add_flag_callback(
        name, [&format, value] { format = value; }, help);
  };
  CLI::Option* json = add("--json", Format::Json, "Write all changes as JSON");
  CLI::Option* geojson =
      add("--geojson", Format::GeoJson, "Write the changed features as GeoJSON, for maps");
  CLI::Option* summary = add("--summary", Format::Summary, "Print the counts of each table only");
  geojson->excludes(json);
  summary->excludes(json);
  summary->excludes(geojson);
}

void add_policy_option(CLI::App& command, qfcsync::MergePolicy& policy) {
  using qfcsync::MergePolicy;
  const std::map<std::string, MergePolicy> words = {
      {"ours", MergePolicy::Ours}, {"theirs", MergePolicy::Theirs}, {"ask", MergePolicy::Ask}};
  command
      .add_option_function<std::string>(
          "--policy", [&policy, words](const std::string& word) { policy = words.at(word); },
          "Who wins where both changed the same: ours (default), theirs, or ask")
      ->check(CLI::IsMember({"ours", "theirs", "ask"}))
      ->option_text("WHO");
}

void print_notes(const std::vector<qfcsync::TableNote>& notes) {
  for (const qfcsync::TableNote& note : notes) {
    if (note.reason == qfcsync::TableNote::Reason::Derived) continue;
    fmt::print(stderr, "note: {}: {}\n", printable(note.table), printable(note.text));
  }
}

void write_as(Format format, qfcsync::ByteSource& changeset, qfcsync::ByteSink& out,
              const qfcsync::DatabaseSchema* schema) {
  ProgressLine line("Writing");
  qfcsync::JsonOptions options;
  options.schema = schema;
  options.progress = line.callback();
  if (format == Format::Json) return qfcsync::write_json(changeset, out, options);
  qfcsync::write_geojson(changeset, out, options);
}
