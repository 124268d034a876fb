#include "options.hpp"

#include <qfcsync/changeset_json.hpp>
#include <qfcsync/error.hpp>

#include "terminal.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

namespace {

using qfcsync::Error;
using qfcsync::ErrorCode;

/// One side of a relation: "table.column" or "table.first,second".
void read_side(std::string_view text, std::string& table, std::vector<std::string>& columns) {
  const std::size_t dot = text.rfind('.');  // a table may have dots in its name
  if (dot == std::string_view::npos || dot == 0) return;
  table = text.substr(0, dot);
  for (std::size_t begin = dot + 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    columns.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

qfcsync::Relation relation_of(std::string_view text) {
  qfcsync::Relation relation;
  relation.origin = qfcsync::Relation::Origin::Caller;
  const std::size_t equal = text.find('=');
  if (equal != std::string_view::npos) {
    read_side(text.substr(0, equal), relation.child_table, relation.child_columns);
    read_side(text.substr(equal + 1), relation.parent_table, relation.parent_columns);
  }
  const auto is_empty = [](const std::string& name) { return name.empty(); };
  if (relation.child_columns.empty() ||
      relation.child_columns.size() != relation.parent_columns.size() ||
      std::any_of(relation.child_columns.begin(), relation.child_columns.end(), is_empty) ||
      std::any_of(relation.parent_columns.begin(), relation.parent_columns.end(), is_empty)) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("--relation {}: write CHILD.COLUMN=PARENT.COLUMN, several columns as "
                            "CHILD.A,B=PARENT.A,B",
                            text));
  }
  return relation;
}

/// An option whose argument is one of some words.
template <typename Enum>
CLI::Option* add_word_option(CLI::App& command, const char* name, Enum& value,
                             std::map<std::string, Enum> words, const char* help) {
  const auto set = [&value, words](const std::string& word) { value = words.at(word); };
  std::vector<std::string> names;
  for (const auto& entry : words) names.push_back(entry.first);
  return command.add_option_function<std::string>(name, set, help)->check(CLI::IsMember(names));
}

}  // namespace

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
  add_word_option<MergePolicy>(
      command, "--policy", policy,
      {{"ours", MergePolicy::Ours}, {"theirs", MergePolicy::Theirs}, {"ask", MergePolicy::Ask}},
      "Who wins where both changed the same: ours (default), theirs, or ask")
      ->option_text("WHO");
}

void add_method_option(CLI::App& command, qfcsync::ExtractMethod& method) {
  using qfcsync::ExtractMethod;
  add_word_option<ExtractMethod>(
      command, "--method", method,
      {{"auto", ExtractMethod::Auto},
       {"leaves", ExtractMethod::Leaves},
       {"pages", ExtractMethod::Pages},
       {"sqlite", ExtractMethod::Sqlite}},
      "How to compare: auto (default), leaves, pages or sqlite; all give "
      "the same, some sooner")
      ->option_text("WAY");
}

void add_relation_option(CLI::App& command, std::vector<qfcsync::Relation>& relations) {
  command
      .add_option_function<std::string>(
          "--relation",
          [&relations](const std::string& text) { relations.push_back(relation_of(text)); },
          "That rows refer to others, where the files do not declare it; may be repeated")
      ->trigger_on_parse()
      ->option_text("CHILD.COLUMN=PARENT.COLUMN");
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
