#include "unit/merge/merge_model.hpp"

#include "changeset/codec.hpp"

#include <fmt/format.h>

namespace qfcsync::test {
namespace {

std::vector<ValueView> views(const Row& row) {
  std::vector<ValueView> result;
  for (const Value& value : row) result.push_back(value.view());
  return result;
}

void write(ChangesetWriter& writer, Operation operation, const Row& before, const Row& after) {
  const auto old_values = views(before);
  const auto new_values = views(after);
  writer.write({operation, false, nullptr, old_values, new_values});
}

std::string show_view(ValueView value) {
  switch (value.type()) {
    case ValueType::Undefined:
      return "-";
    case ValueType::Null:
      return "NULL";
    case ValueType::Integer:
      return std::to_string(value.as_integer());
    case ValueType::Real:
      return fmt::format("{:?<1}", value.as_real());
    case ValueType::Text:
      return "'" + std::string(value.bytes()) + "'";
    case ValueType::Blob:
      return fmt::format("blob:{}", value.bytes().size());
  }
  return "";
}

std::string show_views(std::span<const ValueView> values) {
  std::string line;
  for (const ValueView value : values) line += (line.empty() ? "" : ", ") + show_view(value);
  return line;
}

}  // namespace

std::string show(const Value& value) { return show_view(value.view()); }
std::string show(const Row& row) { return show_views(views(row)); }

Edits& Edits::table(std::string name, std::vector<std::uint8_t> key) {
  table_ = {std::move(name), std::move(key)};
  return *this;
}

Edits& Edits::insert(Row row) {
  edits_.push_back({table_, Operation::Insert, {}, std::move(row)});
  return *this;
}

Edits& Edits::remove(Row row) {
  edits_.push_back({table_, Operation::Delete, std::move(row), {}});
  return *this;
}

Edits& Edits::update(Row before, Row after) {
  edits_.push_back({table_, Operation::Update, std::move(before), std::move(after)});
  return *this;
}

Edits& Edits::envelope(ChangesetEnvelope envelope) {
  envelopes_.assign(1, std::move(envelope));
  return *this;
}

std::string Edits::bytes() const {
  MemorySink sink;
  ChangesetWriter writer(sink, envelopes_.empty() ? nullptr : &envelopes_.front());
  for (const Edit& edit : edits_) {
    writer.begin_table(edit.table);
    write(writer, edit.operation, edit.before, edit.after);
  }
  writer.finish();
  return sink.take();
}

std::string key_of(const TableSchema& table, const Row& row) {
  std::string key;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (table.columns[i].key != 0) changeset::append_value(row[i].view(), key);
  }
  return key;
}

void Model::insert(const TableSchema& table, Row row) {
  std::string key = key_of(table, row);
  tables[table.name][std::move(key)] = std::move(row);
}

std::string show(const Model& model) {
  std::string text;
  for (const auto& [name, rows] : model.tables) {
    for (const auto& [key, row] : rows) text += name + " " + show(row) + "\n";
  }
  return text;
}

std::string difference(const DatabaseSchema& schema, const Model& base, const Model& modified) {
  MemorySink sink;
  ChangesetWriter writer(sink);
  for (const TableSchema& table : schema.tables) {
    ChangesetTable head{table.name, {}};
    for (const ColumnSchema& column : table.columns) head.key.push_back(column.key != 0 ? 1 : 0);
    writer.begin_table(head);
    const auto rows = [&](const Model& model) {
      const auto found = model.tables.find(table.name);
      return found == model.tables.end() ? std::map<std::string, Row>() : found->second;
    };
    const auto before = rows(base);
    const auto after = rows(modified);
    for (const auto& [key, row] : before) {
      const auto found = after.find(key);
      if (found == after.end()) {
        write(writer, Operation::Delete, row, {});
      } else if (!(found->second == row)) {
        Row olds(row.size());
        Row news(row.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
          const bool is_changed = !(row[i] == found->second[i]);
          if (is_changed || head.key[i] != 0) olds[i] = row[i];
          if (is_changed) news[i] = found->second[i];
        }
        write(writer, Operation::Update, olds, news);
      }
    }
    for (const auto& [key, row] : after) {
      if (!before.contains(key)) write(writer, Operation::Insert, {}, row);
    }
  }
  writer.finish();
  return sink.take();
}

std::string apply(const DatabaseSchema& schema, Model& model, std::string_view changeset) {
  MemorySource source(changeset);
  ChangesetReader reader(source);
  while (const Change* change = reader.next()) {
    const auto table = std::find_if(
        schema.tables.begin(), schema.tables.end(),
        [&](const TableSchema& candidate) { return candidate.name == change->table->name; });
    const auto values = change->key_values();
    Row named(values.begin(), values.end());
    auto& rows = model.tables[table->name];
    const std::string key = key_of(*table, named);
    const std::string where = table->name + " " + show(named);
    const auto found = rows.find(key);
    if (change->operation == Operation::Insert) {
      if (found != rows.end()) return "inserted a row that is there: " + where;
      rows[key] = std::move(named);
      continue;
    }
    if (found == rows.end()) return "no such row: " + where;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const ValueView expected = change->old_values[i];
      if (expected.is_defined() && !(expected == found->second[i].view())) {
        return "expected other values: " + where + " found " + show(found->second);
      }
    }
    if (change->operation == Operation::Delete) {
      rows.erase(found);
      continue;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (change->new_values[i].is_defined()) found->second[i] = Value(change->new_values[i]);
    }
  }
  return "";
}

Rebased run_rebase(std::string_view ours, std::string_view theirs, MergeOptions options) {
  Rebased rebased;
  const auto told = options.on_conflict;
  options.on_conflict = [&](const Conflict& conflict) {
    rebased.conflicts.push_back(conflict);
    if (told) told(conflict);
  };
  MemorySource our_source(ours);
  MemorySource their_source(theirs);
  MemorySink out;
  const auto scratch = make_scratch();
  rebased.result = rebase(our_source, their_source, out, *scratch, options);
  rebased.bytes = out.take();
  return rebased;
}

std::string describe(std::string_view changeset) {
  MemorySource source(changeset);
  ChangesetReader reader(source);
  std::string text;
  while (const Change* change = reader.next()) {
    text += change->table->name + " " + std::string(to_string(change->operation)) + " ";
    if (change->operation != Operation::Insert) text += show_views(change->old_values);
    if (change->operation == Operation::Update) text += " -> ";
    if (change->operation != Operation::Delete) text += show_views(change->new_values);
    text += "\n";
  }
  return text;
}

TableSchema simple_table(std::string name, std::vector<std::string> columns) {
  TableSchema table;
  table.name = std::move(name);
  table.has_integer_key = true;
  table.columns.push_back({"fid", "INTEGER", 1, true, std::nullopt});
  for (std::string& column : columns) {
    table.columns.push_back({std::move(column), "TEXT", 0, false, std::nullopt});
  }
  return table;
}

}  // namespace qfcsync::test
