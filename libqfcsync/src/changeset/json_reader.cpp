#include <qfcsync/changeset_json.hpp>
#include <qfcsync/error.hpp>

#include "base/utf8.hpp"
#include "changeset/envelope.hpp"
#include "changeset/format.hpp"
#include "changeset/json_cell_reader.hpp"
#include "changeset/json_format.hpp"
#include "changeset/json_labels.hpp"
#include "changeset/json_row_reader.hpp"
#include "changeset/json_stream.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

namespace qfcsync {
namespace {

using namespace changeset;

class JsonReader {
 public:
  JsonReader(ByteSource& source, ByteSink& sink, const DatabaseSchema* schema)
      : json_(source), sink_(sink), given_(schema) {}

  void read() {
    std::string name;
    json_.enter_object();
    while (json_.next_member(name)) read_member(name);
    if (!writer_) json_.fail("there are no \"changes\"");
    json_.finish();
    writer_->finish();
  }

 private:
  void read_member(const std::string& name) {
    if (!seen_.insert(name).second) json_.fail(fmt::format("\"{}\" stands twice", name));
    if (writer_) json_.fail("\"changes\" has to be the last member");
    if (name == "format") {
      if (json_.take_string() != kJsonFormat) json_.fail("it is of another format");
    } else if (name == "version") {
      read_version();
    } else if (name == "envelope" || name == "schema") {
      read_schema(name == "envelope");
    } else if (name == "changes") {
      read_changes();
    } else {
      json_.fail(fmt::format("unknown member \"{}\"", name));
    }
  }

  void read_version() {
    const std::int64_t version = json_.take_integer();
    if (version < 1) json_.fail("there is no such version");
    if (version > kJsonVersion) {
      throw Error(ErrorCode::FormatTooNew,
                  fmt::format("the JSON is of version {}, this program knows {}: upgrade first",
                              version, kJsonVersion));
    }
  }

  void read_schema(bool is_envelope) {
    if (known_) json_.fail("\"envelope\" and \"schema\" exclude each other");
    const std::string text = json_.take_raw(kMaxEnvelopeBytes);
    try {
      known_ = parse_envelope(text);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Corrupt) throw;
      json_.fail(error.what());
    }
    has_envelope_ = is_envelope;
  }

  void read_changes() {
    if (!seen_.contains("format") || !seen_.contains("version")) {
      json_.fail("\"format\" and \"version\" have to come first");
    }
    writer_.emplace(sink_, has_envelope_ ? &*known_ : nullptr);
    json_.enter_array();
    while (json_.next_item()) read_table();
  }

  void read_table() {
    std::string name;
    ChangesetTable table;
    std::vector<std::string> columns;
    bool has_rows = false;
    json_.enter_object();
    while (json_.next_member(name)) {
      if (has_rows) json_.fail("\"rows\" has to be the last member of a table");
      if (name == "table" && table.name.empty()) {
        table.name = read_json_text(json_);
        require_table_name(table.name);
      } else if (name == "columns" && columns.empty()) {
        read_columns(table.key, columns);
      } else if (name == "rows") {
        has_rows = true;
        read_rows(table, columns);
      } else {
        json_.fail(fmt::format("unknown or repeated member \"{}\" of a table", name));
      }
    }
    if (!has_rows) json_.fail("a table has no \"rows\"");
  }

  void require_table_name(const std::string& name) {
    if (name.empty() || name.size() > kMaxTableNameBytes || name.find('\0') != std::string::npos ||
        is_reserved_name(name)) {
      json_.fail("this is no name of a table");
    }
  }

  void read_columns(std::vector<std::uint8_t>& key, std::vector<std::string>& columns) {
    std::set<std::string> different;
    json_.enter_array();
    while (json_.next_item()) {
      key.push_back(0);
      columns.emplace_back();
      read_column(key.back(), columns.back());
      if (!different.insert(columns.back()).second) json_.fail("a column stands twice");
      if (columns.size() > kMaxChangesetColumns) json_.fail("too many columns");
    }
    if (columns.empty()) json_.fail("a table has no columns");
  }

  void read_column(std::uint8_t& key, std::string& column) {
    std::string name;
    bool has_name = false;
    json_.enter_object();
    while (json_.next_member(name)) {
      if (name == "name" && !has_name) {
        column = json_.take_string();
        has_name = true;
      } else if (name == "key" && key == 0) {
        const std::int64_t position = json_.take_integer();
        if (position < 1 || position > std::numeric_limits<std::uint8_t>::max()) {
          json_.fail("there is no such position in a key");
        }
        key = static_cast<std::uint8_t>(position);
      } else {
        json_.fail(fmt::format("unknown or repeated member \"{}\" of a column", name));
      }
    }
    if (!has_name) json_.fail("a column has no \"name\"");
  }

  void read_rows(ChangesetTable& table, std::vector<std::string>& columns) {
    if (table.name.empty()) json_.fail("\"table\" has to come before \"rows\"");
    const SchemaLookup schemas(given_, known_ ? &*known_ : nullptr);
    const TableSchema* schema = schemas.find(table.name);
    if (columns.empty()) columns = columns_of(schema, table);
    require_fit(table);
    if (std::all_of(table.key.begin(), table.key.end(), [](auto key) { return key == 0; })) {
      json_.fail("no column of the table is its key");
    }
    writer_->begin_table(table);
    JsonRowReader rows(json_, table, columns, schema);
    json_.enter_array();
    while (json_.next_item()) rows.read(*writer_);
  }

  /// What the text says in two places has to agree, or nobody could write it again.
  void require_fit(const ChangesetTable& table) {
    const TableSchema* schema = known_ ? known_->find(table.name) : nullptr;
    if (schema != nullptr && !fits(table, *schema)) {
      json_.fail("the columns or the key of the table are not those of the schema above");
    }
  }

  std::vector<std::string> columns_of(const TableSchema* schema, ChangesetTable& table) {
    if (schema == nullptr || schema->columns.empty() ||
        schema->columns.size() > kMaxChangesetColumns) {
      throw Error(ErrorCode::InvalidArgument,
                  fmt::format("neither the JSON nor a schema tells the columns of table {} ({})",
                              base::to_valid_utf8(table.name), json_.place()));
    }
    std::vector<std::string> names;
    for (const ColumnSchema& column : schema->columns) {
      names.push_back(column.name);
      table.key.push_back(static_cast<std::uint8_t>(std::clamp(column.key, 0, 255)));
    }
    return names;
  }

  JsonStream json_;
  ByteSink& sink_;
  const DatabaseSchema* given_;
  std::optional<ChangesetEnvelope> known_;
  bool has_envelope_ = false;
  std::set<std::string> seen_;
  std::optional<ChangesetWriter> writer_;
};

}  // namespace

void read_json(ByteSource& json, ByteSink& changeset, const DatabaseSchema* schema) {
  JsonReader(json, changeset, schema).read();
}

}  // namespace qfcsync
