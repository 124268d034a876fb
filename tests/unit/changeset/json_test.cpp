#include <qfcsync/changeset_json.hpp>
#include <qfcsync/error.hpp>

#include "changeset/json_text.hpp"
#include "model/gpkg_blob.hpp"
#include "model/wkt.hpp"
#include "support/random_changeset.hpp"
#include "unit/changeset/json_support.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace qfcsync;
using namespace qfcsync::test;

namespace {

constexpr std::uint64_t kSeeds = 200;

/// A changeset of inserts into t (id, value), one for each value.
std::string inserts_of(const std::vector<ValueView>& values) {
  MemorySink sink;
  ChangesetWriter writer(sink);
  writer.begin_table({"t", {1, 0}});
  std::int64_t id = 0;
  for (const ValueView& value : values) {
    const ValueView row[] = {ValueView::integer(++id), value};
    writer.write({Operation::Insert, false, nullptr, {}, row});
  }
  writer.finish();
  return sink.take();
}

std::string value_json(ValueView value) {
  return nlohmann::json::parse(json_of(inserts_of({value})))["changes"][0]["rows"][0]["new"]["c1"]
      .dump();
}

const std::string kHead = R"({"format": "qfcsync-changeset", "version": 1, )";
const std::string kTable =
    R"("changes": [{"table": "t", "columns": [{"name": "id", "key": 1}, {"name": "v"}], "rows": [)";

/// A whole text around one row.
std::string with_row(const std::string& row) { return kHead + kTable + row + "]}]}"; }

std::string with_value(const std::string& value) {
  return with_row(R"({"operation": "insert", "key": {"id": 1}, "new": {"v": )" + value + "}}");
}

/// The code and the text of the error; "read" when there is none.
std::string outcome(std::string_view json, const DatabaseSchema* schema = nullptr) {
  try {
    changeset_from(json, schema);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "read";
}

bool is_corrupt(const std::string& json) {
  const std::string text = outcome(json);
  return text.starts_with("Corrupt: ") && text.find("(line ") != std::string::npos;
}

std::string point_blob(double x, double y, std::int32_t srs_id) {
  model::Geometry point;
  point.ordinates = {x, y};
  return model::write_gpkg_blob(point, srs_id, model::envelope_of(point));
}

DatabaseSchema trees_schema() {
  TableSchema trees;
  trees.name = "trees";
  trees.columns = {{"fid", "INTEGER", 1, true, {}},
                   {"geom", "POINT", 0, false, {}},
                   {"name", "TEXT", 0, false, {}}};
  trees.has_integer_key = true;
  trees.geometry_column = "geom";
  trees.geometry_type = "POINT";
  trees.srs_id = 2056;
  return {{trees}, {}, {}};
}

std::string trees_changeset(const std::string& blob) {
  MemorySink sink;
  ChangesetWriter writer(sink);
  writer.begin_table({"trees", {1, 0, 0}});
  const ValueView row[] = {ValueView::integer(7), ValueView::blob(blob), ValueView::text("oak")};
  writer.write({Operation::Insert, false, nullptr, {}, row});
  writer.finish();
  return sink.take();
}

}  // namespace

TEST_SUITE("changeset/json") {
  TEST_CASE("what was written is read back byte for byte") {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(seed);
      RandomChangesets random(seed);
      const ModelDatabase base = random.database();
      ModelDatabase modified = base;
      random.edit(modified, 30);
      const std::string changeset = difference(base, modified);
      REQUIRE(changeset_from(json_of(changeset)) == changeset);

      DatabaseSchema schema;
      for (const auto& [name, table] : base.tables) schema.tables.push_back(table.schema);
      JsonOptions options;
      options.schema = &schema;
      options.geometry_as_wkt = seed % 2 == 0;
      REQUIRE(changeset_from(json_of(changeset, options)) == changeset);
    }
  }

  TEST_CASE("the envelope is read back with the changes") {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(seed);
      RandomOptions options;
      options.wild = seed % 2 == 0;
      RandomChangesets random(seed, options);
      const ModelDatabase base = random.database();
      ModelDatabase modified = base;
      random.edit(modified, 10);
      const ChangesetEnvelope envelope = random.envelope(base);
      const std::string changeset = difference(base, modified, &envelope);
      const std::string json = json_of(changeset);
      REQUIRE(changeset_from(json) == changeset);
      REQUIRE(json_of(changeset_from(json)) == json);
    }
  }

  TEST_CASE("JSON of everything is JSON for others too") {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      CAPTURE(seed);
      RandomChangesets random(seed);
      const std::string json = json_of(difference({}, random.database()));
      REQUIRE(nlohmann::json::accept(json));
    }
  }

  TEST_CASE("nothing is an empty list, and back") {
    const auto json = nlohmann::json::parse(json_of(""));
    CHECK(json["changes"].empty());
    CHECK(changeset_from(json_of("")).empty());
  }

  TEST_CASE("a tree reads as people expect") {
    const DatabaseSchema schema = trees_schema();
    JsonOptions options;
    options.schema = &schema;
    const std::string blob = point_blob(1, 2.5, 2056);
    const std::string json = json_of(trees_changeset(blob), options);
    std::string base64;
    changeset::append_base64(blob, base64);
    CHECK(json.find(R"({"table": "trees", "columns": [{"name": "fid", "key": 1}, {"name": "geom"},)"
                    R"( {"name": "name"}], "rows": [)") != std::string::npos);
    const std::string line = R"x({"operation": "insert", "key": {"fid": 7}, "new": {"geom": )x"
                             R"x({"wkt": "POINT (1 2.5)", "srs_id": 2056, "base64": ")x" +
                             base64 + R"x("}, "name": "oak"}})x";
    CHECK(json.find("\n" + line + "\n") != std::string::npos);
  }

  TEST_CASE("types of values can be told from the JSON") {
    CHECK(value_json(ValueView::integer(1)) == "1");
    CHECK(value_json(ValueView::real(1.0)) == "1.0");
    CHECK(value_json(ValueView::real(-0.0)) == "-0.0");
    CHECK(value_json(ValueView::null()) == "null");
    CHECK(value_json(ValueView::integer(std::numeric_limits<std::int64_t>::min())) ==
          "-9223372036854775808");
    CHECK(value_json(ValueView::real(std::numeric_limits<double>::infinity())) ==
          R"({"real":"Infinity"})");
    CHECK(value_json(ValueView::text("\xff")) == R"({"text_base64":"/w=="})");
    CHECK(value_json(ValueView::text(std::string_view("a\0b", 3))) == R"("a\u0000b")");
    CHECK(value_json(ValueView::blob("ab")) == R"({"base64":"YWI="})");
  }

  TEST_CASE("every value survives") {
    std::vector<ValueView> values;
    for (const double real :
         {0.0, -0.0, 1.0, 0.1, 1e22, 1e-7, 123456789012345680.0, 5e-324, 1.7976931348623157e308,
          std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
          std::bit_cast<double>(0x7ff8000000000000u), std::bit_cast<double>(0xfff0000000000001u),
          std::bit_cast<double>(0x7ff0dead0000beefu)}) {
      values.push_back(ValueView::real(real));
    }
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    std::string ascii = all.substr(0, 128);
    values.push_back(ValueView::text(all));
    values.push_back(ValueView::text(ascii));
    values.push_back(ValueView::blob(all));
    values.push_back(ValueView::blob(""));
    values.push_back(ValueView::blob("GP"));
    values.push_back(ValueView::text(""));
    values.push_back(ValueView::text("\xed\xa0\x80"));
    const std::string long_text(200'001, 'x');
    values.push_back(ValueView::text(long_text));
    const std::string changeset = inserts_of(values);
    CHECK(changeset_from(json_of(changeset)) == changeset);
  }

  TEST_CASE("a source that gives one byte at a time is read alike") {
    class Dripping : public ByteSource {
     public:
      explicit Dripping(std::string_view bytes) : rest_(bytes) {}
      std::size_t read(char* buffer, std::size_t size) override {
        return rest_.read(buffer, std::min<std::size_t>(size, 1));
      }

     private:
      MemorySource rest_;
    };
    RandomChangesets random(11);
    const std::string changeset = difference({}, random.database());
    const std::string json = json_of(changeset);
    Dripping source(json);
    MemorySink sink;
    read_json(source, sink);
    CHECK(sink.bytes() == changeset);
  }

  TEST_CASE("columns without schema are numbered; names that cannot be members too") {
    CHECK(json_of(inserts_of({ValueView::null()})).find(R"("c0")") != std::string::npos);
    DatabaseSchema schema = trees_schema();
    schema.tables[0].columns[1].name = "name";
    JsonOptions options;
    options.schema = &schema;
    const std::string changeset = trees_changeset("x");
    CHECK(json_of(changeset, options).find(R"("c2": "oak")") != std::string::npos);
    CHECK(changeset_from(json_of(changeset, options)) == changeset);
  }

  TEST_CASE("a schema that does not fit is refused") {
    DatabaseSchema schema = trees_schema();
    schema.tables[0].columns.pop_back();
    JsonOptions options;
    options.schema = &schema;
    try {
      json_of(trees_changeset("x"), options);
      FAIL("it was accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::SchemaMismatch);
      CHECK(std::string(error.what()).find("trees") != std::string::npos);
    }
  }

  TEST_CASE("edited WKT becomes a geometry of the layer once the bytes are taken out") {
    const DatabaseSchema schema = trees_schema();
    JsonOptions options;
    options.schema = &schema;
    auto json =
        nlohmann::ordered_json::parse(json_of(trees_changeset(point_blob(1, 2, 2056)), options));
    auto& geometry = json["changes"][0]["rows"][0]["new"]["geom"];
    geometry["wkt"] = "Point (3 4)";
    CHECK(outcome(json.dump()).starts_with("InvalidArgument: the geometry's \"wkt\""));
    geometry.erase("base64");
    CHECK(changeset_from(json.dump()) == trees_changeset(point_blob(3, 4, 2056)));
    geometry.erase("srs_id");
    CHECK(changeset_from(json.dump()) == trees_changeset(point_blob(3, 4, 2056)));
    json.erase("schema");
    CHECK(outcome(json.dump()).find("reference system") != std::string::npos);
    geometry["wkt"] = "Point (3";
    geometry["srs_id"] = 1;
    CHECK(outcome(json.dump()).starts_with("Corrupt: "));
  }

  TEST_CASE("columns may come from a schema beside the JSON") {
    const DatabaseSchema schema = trees_schema();
    const std::string json =
        kHead + R"("changes": [{"table": "trees", "rows": [{"operation": "update", )"
                R"("key": {"fid": 7}, "old": {"name": "oak"}, "new": {"name": "ash"}}]}]})";
    MemorySink sink;
    ChangesetWriter writer(sink);
    writer.begin_table({"trees", {1, 0, 0}});
    const ValueView before[] = {ValueView::integer(7), ValueView(), ValueView::text("oak")};
    const ValueView after[] = {ValueView(), ValueView(), ValueView::text("ash")};
    writer.write({Operation::Update, false, nullptr, before, after});
    writer.finish();
    CHECK(changeset_from(json, &schema) == sink.bytes());
    CHECK(outcome(json).starts_with("InvalidArgument: "));
  }

  TEST_CASE("an incomplete change is refused with its place") {
    for (const char* row :
         {R"({"key": {"id": 1}, "new": {"v": 1}})", R"({"operation": "insert", "new": {"v": 1}})",
          R"({"operation": "insert", "key": {"id": 1}})",
          R"({"operation": "insert", "key": {}, "new": {"v": 1}})",
          R"({"operation": "delete", "key": {"id": 1}})",
          R"({"operation": "update", "key": {"id": 1}, "old": {"v": 1}})",
          R"({"operation": "update", "key": {"id": 1}, "new": {"v": 1}, "old": {}})"}) {
      CAPTURE(row);
      const std::string text = outcome(with_row(std::string("\n\n") + row));
      CHECK(text.starts_with("InvalidArgument: a change in the JSON is incomplete"));
      CHECK(text.find("line 3") != std::string::npos);
    }
  }

  TEST_CASE("what is unknown, repeated or of another kind is refused with its place") {
    CHECK(outcome(with_value("1")) == "read");
    for (const char* value : {"true",
                              "[1]",
                              "{}",
                              R"({"base64": "YWI"})",
                              R"({"base64": "YWJ="})",
                              R"({"base64": "=WI="})",
                              R"({"wrong": 1})",
                              "1.",
                              ".5",
                              "01",
                              "+1",
                              "1e",
                              "1e999",
                              "9223372036854775808",
                              "nul",
                              R"({"real": "1"})",
                              R"({"real": "0x0000000000000000"})",
                              R"({"base64": "", "base64": ""})",
                              R"({"base64": "", "text_base64": ""})",
                              R"({"srs_id": 1})",
                              R"({"wkt": 1})",
                              R"("\x")",
                              R"("\ud800")",
                              R"("\udc00")",
                              "\"\xff\"",
                              "\"a\nb\"",
                              "\"open"}) {
      CAPTURE(value);
      CHECK(is_corrupt(with_value(value)));
    }
    for (const char* row :
         {R"({"operation": "insert", "key": {"id": 1}, "new": {"v": 1}, "more": 1})",
          R"({"operation": "replace", "key": {"id": 1}, "new": {"v": 1}})",
          R"({"operation": "insert", "key": {"id": 1}, "key": {"id": 1}, "new": {"v": 1}})",
          R"({"operation": "insert", "key": {"id": 1}, "new": {"v": 1, "v": 1}})",
          R"({"operation": "insert", "key": {"id": 1}, "new": {"w": 1}})",
          R"({"operation": "insert", "key": {"v": 1}, "new": {"id": 1}})",
          R"({"operation": "insert", "key": {"id": 1}, "old": {"v": 1}, "new": {"v": 1}})",
          R"({"operation": "delete", "key": {"id": 1}, "old": {"v": 1}, "new": {"v": 1}})",
          R"({"operation": "insert", "indirect": 1, "key": {"id": 1}, "new": {"v": 1}})", "7"}) {
      CAPTURE(row);
      CHECK(is_corrupt(with_row(row)));
    }
    for (const std::string& text :
         {std::string(), std::string("[]"), std::string("{}"), kHead + "\"more\": 1}",
          R"({"changes": []})" + std::string(), kHead + R"("changes": []} x)",
          kHead + R"("changes": [], "more": 1})", kHead + R"("changes": [{"rows": []}]})",
          kHead + R"("changes": [{"table": "t"}]})",
          kHead + R"("changes": [{"table": "t", "columns": [{"name": "a"}], "rows": []}]})",
          kHead + R"("changes": [{"table": "qfcsync-envelope:", "columns": [{"name": "a", )"
                  R"("key": 1}], "rows": []}]})",
          kHead + R"("envelope": {}, "changes": []})",
          kHead +
              R"("schema": {"version": 1, "tool": "", "schema": "", "base": "", "tables": [)"
              R"({"name": "t", "columns": [{"name": "id", "type": "", "key": 1}]}], )"
              R"("relations": [], "max_keys": {}}, )" +
              kTable + "]}]}",
          kHead + R"("schema": )" + std::string(100, '[') + "}",
          kHead + R"("schema": )" + std::string(1'000'000, '{')}) {
      CAPTURE(text.substr(0, 200));
      CHECK(is_corrupt(text));
    }
    CHECK(outcome(R"({"format": "qfcsync-changeset", "version": 2, "changes": []})")
              .starts_with("FormatTooNew: "));
  }

  TEST_CASE("a text that was cut anywhere is refused") {
    RandomOptions options;
    options.tables = 1;
    options.rows = 3;
    RandomChangesets random(5, options);
    const ModelDatabase database = random.database();
    const ChangesetEnvelope envelope = random.envelope(database);
    const std::string json = json_of(difference({}, database, &envelope));
    const std::size_t whole = json.size() - 1;  // the last line break may go
    for (std::size_t size = 0; size < whole; ++size) {
      CAPTURE(size);
      REQUIRE_THROWS_AS(changeset_from(json.substr(0, size)), Error);
    }
    CHECK(outcome(json.substr(0, whole)) == "read");
  }

  TEST_CASE("the caller may stop the writing") {
    std::vector<ValueView> values(40'000, ValueView::null());
    JsonOptions options;
    options.progress = [](double) { return false; };
    CHECK_THROWS_AS(json_of(inserts_of(values), options), Error);
    double last = -1;
    options.progress = [&](double share) {
      last = share;
      return true;
    };
    json_of(inserts_of(values), options);
    CHECK(last == 1);
  }

  TEST_CASE("a conflict is one line with all sides") {
    Conflict conflict;
    conflict.table = "trees";
    conflict.key_columns = {"fid"};
    conflict.key = {Value(ValueView::integer(7))};
    conflict.new_key = {Value(ValueView::integer(8))};
    conflict.geometry_column = "geom";
    conflict.text = "two\nlines";
    conflict.cells.push_back({2, "name", Value(ValueView::text("oak")),
                              Value(ValueView::text("ash")), Value(ValueView::null())});
    conflict.cells.push_back({1, "geom", Value(ValueView::blob(point_blob(1, 2, 4326))), {}, {}});
    conflict.cells.push_back({3, "", {}, Value(ValueView::integer(1)), {}});
    const std::string line = conflict_json(conflict);
    CHECK(line.find('\n') == std::string::npos);
    const auto json = nlohmann::json::parse(line);
    CHECK(json["kind"] == "same_cell");
    CHECK(json["table"] == "trees");
    CHECK(json["key"] == nlohmann::json{{"fid", 7}});
    CHECK(json["new_key"] == nlohmann::json{{"fid", 8}});
    CHECK(json["written"] == "ours");
    CHECK(json["cells"][0] ==
          nlohmann::json::parse(R"({"column":"name","base":"oak","ours":"ash","theirs":null})"));
    CHECK(json["cells"][1]["base"]["wkt"] == "POINT (1 2)");
    CHECK(!json["cells"][1].contains("ours"));
    CHECK(json["cells"][2]["column"] == 3);
    CHECK(json["text"] == "two\nlines");
    conflict.key_columns.clear();
    CHECK(nlohmann::json::parse(conflict_json(conflict))["key"] == nlohmann::json{7});
  }
}
