#include "support/random_changeset.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <tuple>

namespace qfcsync::test {
namespace {

auto order_of(const Value& value) {
  const ValueView view = value.view();
  const auto bits = view.type() == ValueType::Real ? std::bit_cast<std::int64_t>(view.as_real())
                                                   : view.as_integer();
  return std::make_tuple(view.type(), bits, view.bytes());
}

std::vector<Value> copy(std::span<const ValueView> views) { return {views.begin(), views.end()}; }

std::vector<ValueView> views_of(const std::vector<Value>& values) {
  std::vector<ValueView> views;
  for (const Value& value : values) views.push_back(value.view());
  return views;
}

ChangesetTable head_of(const TableSchema& schema) {
  ChangesetTable table{schema.name, {}};
  for (const ColumnSchema& column : schema.columns) {
    table.key.push_back(static_cast<std::uint8_t>(column.key));
  }
  return table;
}

/// Key columns in the order of the key, for any head.
std::vector<std::size_t> key_columns(const std::vector<std::uint8_t>& key) {
  std::vector<std::size_t> columns;
  for (int position = 1; position < 256; ++position) {
    for (std::size_t i = 0; i < key.size(); ++i) {
      if (key[i] == position) columns.push_back(i);
    }
  }
  return columns;
}

Key pick_key(const std::vector<std::uint8_t>& key, std::span<const ValueView> values) {
  Key out;
  for (const std::size_t column : key_columns(key)) out.emplace_back(values[column]);
  return out;
}

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

void apply_update(Row& row, const Change& change) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (change.old_values[i].is_defined()) {
      require(row[i].view() == change.old_values[i], "update of another old value");
    }
    if (change.new_values[i].is_defined()) row[i] = Value(change.new_values[i]);
  }
}

void apply_change(ModelTable& table, const Change& change) {
  require(change.table->column_count() == table.schema.columns.size(), "another column count");
  const Key key = table.key_of(change.key_values());
  const auto found = table.rows.find(key);
  if (change.operation == Operation::Insert) {
    require(found == table.rows.end(), "insert of a row that is there");
    table.rows.emplace(key, copy(change.new_values));
    return;
  }
  require(found != table.rows.end(), "change of a row that is not there");
  if (change.operation == Operation::Update) return apply_update(found->second, change);
  require(found->second == copy(change.old_values), "delete of another row");
  table.rows.erase(found);
}

void write_update(const TableSchema& schema, const Row& before, const Row& after,
                  ChangesetWriter& writer) {
  std::vector<ValueView> old_values(before.size());
  std::vector<ValueView> new_values(before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool is_changed = !(before[i] == after[i]);
    if (schema.columns[i].key != 0 || is_changed) old_values[i] = before[i].view();
    if (is_changed) new_values[i] = after[i].view();
  }
  writer.write({Operation::Update, false, nullptr, old_values, new_values});
}

void write_difference(const TableSchema& schema, const Rows& base, const Rows& modified,
                      ChangesetWriter& writer) {
  writer.begin_table(head_of(schema));
  for (const auto& [key, row] : modified) {
    if (base.contains(key)) continue;
    const auto values = views_of(row);
    writer.write({Operation::Insert, false, nullptr, {}, values});
  }
  for (const auto& [key, row] : base) {
    if (modified.contains(key)) continue;
    const auto values = views_of(row);
    writer.write({Operation::Delete, false, nullptr, values, {}});
  }
  for (const auto& [key, row] : base) {
    const auto found = modified.find(key);
    if (found != modified.end() && !(found->second == row)) {
      write_update(schema, row, found->second, writer);
    }
  }
}

}  // namespace

bool KeyLess::operator()(const Key& a, const Key& b) const {
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const Value& x, const Value& y) { return order_of(x) < order_of(y); });
}

Key ModelTable::key_of(std::span<const ValueView> values) const {
  return pick_key(head_of(schema).key, values);
}

Key ModelTable::key_of(const Row& row) const { return key_of(views_of(row)); }

bool ModelDatabase::same_rows(const ModelDatabase& other) const {
  const auto contains = [](const ModelDatabase& a, const ModelDatabase& b) {
    for (const auto& [name, table] : a.tables) {
      const auto found = b.tables.find(name);
      const bool is_same =
          found == b.tables.end() ? table.rows.empty() : found->second.rows == table.rows;
      if (!is_same) return false;
    }
    return true;
  };
  return contains(*this, other) && contains(other, *this);
}

void ModelDatabase::apply(std::string_view changeset) {
  MemorySource source(changeset);
  ChangesetReader reader(source);
  while (const Change* change = reader.next()) {
    const auto found = tables.find(change->table->name);
    require(found != tables.end(), "change of an unknown table");
    apply_change(found->second, *change);
  }
}

FoldedChanges read_folded(std::string_view changeset) {
  FoldedChanges out;
  MemorySource source(changeset);
  ChangesetReader reader(source);
  while (const Change* change = reader.next()) {
    FoldedChange folded{change->operation, change->is_indirect, copy(change->old_values),
                        copy(change->new_values)};
    const Key key = pick_key(change->table->key, change->key_values());
    const bool is_new = out[change->table->name].emplace(key, std::move(folded)).second;
    require(is_new, "a key stands twice");
  }
  return out;
}

std::string difference(const ModelDatabase& base, const ModelDatabase& modified,
                       const ChangesetEnvelope* envelope) {
  MemorySink sink;
  ChangesetWriter writer(sink, envelope);
  static const Rows kNone;
  for (const auto& [name, table] : modified.tables) {
    const auto found = base.tables.find(name);
    write_difference(table.schema, found == base.tables.end() ? kNone : found->second.rows,
                     table.rows, writer);
  }
  writer.finish();
  return sink.take();
}

ModelDatabase RandomChangesets::database() {
  ModelDatabase database;
  for (int i = 0; i < options_.tables; ++i) {
    ModelTable table{schema(i), {}};
    for (int n = 0; n < options_.rows; ++n) insert(table);
    database.tables.emplace(table.schema.name, std::move(table));
  }
  return database;
}

TableSchema RandomChangesets::schema(int number) {
  TableSchema out;
  out.name = "table " + std::to_string(number) + (options_.wild ? " \"é\"" : "");
  const std::size_t kind = options_.wild ? pick(4) : 0;  // integer, text, composite, untyped key
  const std::size_t others = 1 + pick(static_cast<std::size_t>(options_.max_columns));
  out.has_integer_key = kind == 0;
  out.columns.push_back({"fid", kind == 1 ? "TEXT" : kind == 3 ? "" : "INTEGER", 1, true, {}});
  for (std::size_t i = 0; i < others; ++i) {
    out.columns.push_back({"column_" + std::to_string(i), "", 0, false, {}});
  }
  if (kind == 2) {
    out.columns.push_back({"part", "TEXT", 1, true, {}});
    out.columns[0].key = 2;
  }
  if (options_.with_geometry && pick(2) == 0) {
    out.columns[1] = {"geom", "GEOMETRY", 0, false, {}};
    out.geometry_column = "geom";
    out.geometry_type = "GEOMETRY";
    out.srs_id = pick(2) == 0 ? 4326 : 2056;
  }
  return out;
}

ChangesetEnvelope RandomChangesets::envelope(const ModelDatabase& database) {
  ChangesetEnvelope out;
  out.tool_version = "qfcsync \"test\"";
  out.schema_fingerprint = std::string(64, 'a');
  out.base_id = text();
  for (const auto& [name, table] : database.tables) {
    out.tables.push_back(table.schema);
    if (table.schema.has_integer_key) out.max_keys.emplace_back(name, 100);
  }
  return out;
}

void RandomChangesets::edit(ModelDatabase& database, int edits) {
  for (int i = 0; i < edits; ++i) {
    auto at = database.tables.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(pick(database.tables.size())));
    ModelTable& table = at->second;
    const std::size_t what = pick(10);
    if (table.rows.empty() || what < 3) {
      insert(table);
    } else if (what < 7) {
      update(table);
    } else {
      auto row = table.rows.begin();
      std::advance(row, static_cast<std::ptrdiff_t>(pick(table.rows.size())));
      table.rows.erase(row);
    }
  }
}

void RandomChangesets::insert(ModelTable& table) {
  Row made = row(table.schema);
  const Key key = table.key_of(made);
  table.rows.insert_or_assign(key, std::move(made));
}

void RandomChangesets::update(ModelTable& table) {
  auto at = table.rows.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(pick(table.rows.size())));
  const std::size_t column = pick(table.schema.columns.size());
  if (table.schema.columns[column].key == 0) at->second[column] = cell(table.schema, column);
}

Row RandomChangesets::row(const TableSchema& schema) {
  Row out;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) out.push_back(cell(schema, i));
  return out;
}

Value RandomChangesets::cell(const TableSchema& schema, std::size_t column) {
  const ColumnSchema& known = schema.columns[column];
  if (known.key != 0) return key_value(known);
  const bool is_geometry = !schema.geometry_column.empty() && known.name == schema.geometry_column;
  if (is_geometry && pick(8) != 0) return geometry(schema.srs_id);
  return value();
}

Value RandomChangesets::key_value(const ColumnSchema& column) {
  const auto number = static_cast<std::int64_t>(pick(40)) - 4;
  if (column.type == "TEXT") return Value(ValueView::text("a long key " + std::to_string(number)));
  if (column.type.empty() && pick(2) == 0) {
    return Value(ValueView::real(static_cast<double>(number)));
  }
  return Value(ValueView::integer(
      number == 0 && options_.wild ? std::numeric_limits<std::int64_t>::min() : number));
}

Value RandomChangesets::geometry(std::int32_t srs_id) {
  // A little-endian GeoPackage point without envelope.
  std::string blob("GP\0\1", 4);
  const auto put = [&](const auto& number) {
    char raw[sizeof number];
    std::memcpy(raw, &number, sizeof raw);
    blob.append(raw, sizeof raw);
  };
  put(srs_id);
  blob += '\1';
  put(std::uint32_t{1});
  put(static_cast<double>(pick(1000)) / 7);
  put(static_cast<double>(pick(1000)) / 3);
  return Value(ValueView::blob(blob));
}

std::string RandomChangesets::text() {
  static const std::string kTexts[] = {"",
                                       "oak",
                                       "Bäume",
                                       "\"quoted\\\"",
                                       "two\nlines\t",
                                       "\xf0\x9f\x8c\xb3",
                                       "\x7f\x01",
                                       std::string("nul\0inside", 10),
                                       "\xff\xfe",
                                       "cut \xe2\x82",
                                       std::string("\0", 1)};
  const std::size_t count = options_.wild ? std::size(kTexts) : 6;
  std::string out = kTexts[pick(count)];
  if (pick(3) == 0) out += std::to_string(pick(1000));
  return out;
}

double RandomChangesets::any_real() {
  const auto real = std::bit_cast<double>(engine_());
  return options_.not_a_number || !std::isnan(real) ? real : 0.5;
}

Value RandomChangesets::value() {
  static constexpr std::int64_t kIntegers[] = {0, 1, -1, 1 << 20, INT64_MAX, INT64_MIN};
  static constexpr double kReals[] = {0.0,
                                      1.0,
                                      -0.0,
                                      0.1,
                                      1e22,
                                      1e300,
                                      5e-324,
                                      123456789.125,
                                      std::numeric_limits<double>::infinity(),
                                      -std::numeric_limits<double>::infinity()};
  switch (pick(options_.wild ? 6 : 5)) {
    case 0:
      return Value(ValueView::null());
    case 1:
      return Value(ValueView::integer(kIntegers[pick(std::size(kIntegers))]));
    case 2:
      return Value(ValueView::real(kReals[pick(std::size(kReals))]));
    case 3:
      return Value(ValueView::text(text()));
    case 4:
      return Value(ValueView::blob(std::string(pick(5), '\xfe')));
    default:
      return Value(ValueView::real(any_real()));
  }
}

}  // namespace qfcsync::test
