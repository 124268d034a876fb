#include <qfcsync/changeset_json.hpp>
#include <qfcsync/error.hpp>

#include "changeset/envelope.hpp"
#include "changeset/json_format.hpp"
#include "changeset/json_labels.hpp"
#include "changeset/json_output.hpp"
#include "changeset/json_text.hpp"
#include "changeset/json_value.hpp"
#include "changeset/table_follower.hpp"

#include <fmt/format.h>

namespace qfcsync {
namespace {

using namespace changeset;

class JsonWriter {
 public:
  JsonWriter(ByteSink& sink, const JsonOptions& options)
      : output_(sink, options.progress), options_(options) {}

  void write(ByteSource& changeset) {
    ChangesetReader reader(changeset);
    const Change* change = reader.next();
    write_header(reader.envelope());
    const SchemaLookup schemas(options_.schema, reader.envelope());
    TableFollower follower;
    for (; change != nullptr; change = reader.next()) {
      if (follower.follow(*change)) begin_table(*change->table, schemas);
      write_row(*change);
      output_.end_change();
    }
    if (has_table_) output_.text() += "\n]}";
    output_.text() += "\n]\n}\n";
    output_.finish();
  }

 private:
  void write_header(const ChangesetEnvelope* envelope) {
    std::string& out = output_.text();
    out += fmt::format("{{\n\"format\": \"{}\",\n\"version\": {},\n", kJsonFormat, kJsonVersion);
    if (envelope != nullptr) {
      out += "\"envelope\": " + envelope_text(*envelope) + ",\n";
    } else if (options_.schema != nullptr) {
      ChangesetEnvelope schema;
      schema.tables = options_.schema->tables;
      schema.relations = options_.schema->relations;
      out += "\"schema\": " + envelope_text(schema) + ",\n";
    }
    out += "\"changes\": [";
  }

  void begin_table(const ChangesetTable& table, const SchemaLookup& schemas) {
    std::string& out = output_.text();
    if (has_table_) out += "\n]},";
    has_table_ = true;
    is_first_row_ = true;
    labels_ = labels_of(table, schemas);
    out += "\n{\"table\": ";
    append_json_text(table.name, out);
    out += ", \"columns\": [";
    for (std::size_t i = 0; i < table.column_count(); ++i) {
      if (i != 0) out += ", ";
      out += "{\"name\": ";
      append_json_string(labels_.names[i], out);
      if (table.key[i] != 0) out += fmt::format(", \"key\": {}", table.key[i]);
      out += '}';
    }
    out += "], \"rows\": [";
  }

  void write_row(const Change& change) {
    const CellWriter cells(labels_, options_.geometry_as_wkt);
    std::string& out = output_.text();
    out += is_first_row_ ? "\n" : ",\n";
    is_first_row_ = false;
    out += "{\"operation\": \"";
    out += to_string(change.operation);
    out += change.is_indirect ? "\", \"indirect\": true, \"key\": " : "\", \"key\": ";
    cells.append_key(change.key_values(), out);
    if (change.operation != Operation::Insert) {
      out += ", \"old\": ";
      cells.append_cells(change.old_values, out);
    }
    if (change.operation != Operation::Delete) {
      out += ", \"new\": ";
      cells.append_cells(change.new_values, out);
    }
    out += '}';
  }

  JsonOutput output_;
  const JsonOptions& options_;
  JsonLabels labels_;
  bool has_table_ = false;
  bool is_first_row_ = true;
};

}  // namespace

void write_json(ByteSource& changeset, ByteSink& out, const JsonOptions& options) {
  JsonWriter(out, options).write(changeset);
}

}  // namespace qfcsync
