#include "gpkg/edit_value.hpp"

#include "gpkg/edit_compare.hpp"
#include "gpkg/edit_default.hpp"
#include "gpkg/edit_iso_time.hpp"
#include "gpkg/edit_table.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::gpkg::edit;

namespace {

std::string stored(const AttributeValue& value, const char* type) {
  Column column;
  column.type = type;
  column.kind = kind_of(type);
  const auto result = to_column(value, column);
  return result ? value_key(*result) : "impossible";
}

std::string text(const char* value, const char* type) { return stored(std::string(value), type); }

std::string evaluated(const char* expression) {
  const Surroundings fixed{[] { return std::int64_t{1'772'373'909'120}; },
                           [] { return std::string("c2bd7b3f-5b0d-4d5b-8f6f-0e8a3c1d7a10"); }};
  const auto value = evaluate_default(expression, fixed);
  return value ? python_text(*value) : "unknown";
}

}  // namespace

TEST_SUITE("gpkg/edit_value") {
  TEST_CASE("texts become what the column holds") {
    CHECK(text(" 5 ", "INTEGER") == "i5");
    CHECK(text("5.6", "INTEGER") == "i6");
    CHECK(text("", "INTEGER") == "");
    CHECK(text("five", "INTEGER") == "impossible");
    CHECK(text("9223372036854775808", "INTEGER") == "impossible");
    CHECK(text("2.5", "REAL") == "r2.5");
    CHECK(text("nan", "DOUBLE") == "impossible");
    CHECK(text("1e999", "DOUBLE") == "impossible");
    CHECK(text("True", "BOOLEAN") == "i1");
    CHECK(text("maybe", "BOOLEAN") == "impossible");
    CHECK(text("", "TEXT(20)") == "t");
    CHECK(text("2026-03-01T10:00", "DATE") == "t2026-03-01");
    CHECK(text("2026-02-30", "DATE") == "impossible");
    CHECK(text("2026-03-01", "DATETIME") == "t2026-03-01T00:00:00.000Z");
    CHECK(text("2026-03-01 23:30:00-01:00", "DATETIME") == "t2026-03-02T00:30:00.000Z");
    CHECK(text("2026-03-01T24:00", "DATETIME") == "impossible");
    CHECK(text("1969-12-31T23:59:59.999Z", "DATETIME") == "t1969-12-31T23:59:59.999Z");
  }

  TEST_CASE("numbers, booleans and lists go where they can") {
    CHECK(stored(2.5, "TEXT") == "t2.5");
    CHECK(stored(5.0, "TEXT") == "t5");
    CHECK(stored(true, "TEXT") == "ttrue");
    CHECK(stored(2.5, "INTEGER") == "i3");
    CHECK(stored(1e19, "INTEGER") == "impossible");
    CHECK(stored(std::int64_t{7}, "BOOLEAN") == "i1");
    CHECK(stored(std::int64_t{7}, "DATE") == "impossible");
    CHECK(stored(JsonText{"[1]"}, "TEXT") == "t[1]");
    CHECK(stored(JsonText{"[1]"}, "INTEGER") == "impossible");
    CHECK(stored(AttributeValue(), "DATE") == "");
  }

  TEST_CASE("values show as Python shows them") {
    CHECK(python_text(13.0) == "13.0");
    CHECK(python_text(1e16) == "1e+16");
    CHECK(python_text(1e15) == "1000000000000000.0");
    CHECK(python_text(0.0001) == "0.0001");
    CHECK(python_text(0.00001) == "1e-05");
    CHECK(python_text(1.5e300) == "1.5e+300");
    CHECK(python_text(false) == "False");
    CHECK(python_text(std::monostate()) == "None");
    CHECK(python_text(JsonText{"{\"b\":null,\"a\":[1.0,\"x\"]}"}) ==
          "{'b': None, 'a': [1.0, 'x']}");
  }

  TEST_CASE("values compare as Python compares them") {
    CHECK(same_value(true, std::int64_t{1}));
    CHECK(same_value(5.0, std::int64_t{5}));
    CHECK_FALSE(same_value(std::string("5"), std::int64_t{5}));
    CHECK_FALSE(same_value(std::int64_t{9007199254740993}, 9007199254740992.0));
    CHECK_FALSE(same_value(std::monostate(), std::int64_t{0}));
    CHECK_FALSE(same_value(std::monostate(), std::string()));
    CHECK(same_value(JsonText{"[1, 2.0]"}, JsonText{"[1.0,2]"}));
    CHECK(same_as_stored(std::string("2026-03-01T14:05:09.000Z"),
                         std::string("2026-03-01T15:05:09+01:00"), ColumnKind::DateTime));
    CHECK(same_as_stored(std::string("2026-03-01T14:05:09Z"), std::string("2026-03-01T14:05:09"),
                         ColumnKind::DateTime));
    CHECK_FALSE(
        same_as_stored(std::string("2026-03-01"), std::string("2026-03-02"), ColumnKind::Date));
  }

  TEST_CASE("default expressions that need no QGIS are evaluated, others are not") {
    CHECK(evaluated("NULL") == "None");
    CHECK(evaluated(" 'it''s' ") == "it's");
    CHECK(evaluated("-2.5") == "-2.5");
    CHECK(evaluated("true") == "True");
    CHECK(evaluated("uuid()") == "{c2bd7b3f-5b0d-4d5b-8f6f-0e8a3c1d7a10}");
    CHECK(evaluated("uuid('WithoutBraces')") == "c2bd7b3f-5b0d-4d5b-8f6f-0e8a3c1d7a10");
    CHECK(evaluated("uuid( 'Id128' )") == "c2bd7b3f5b0d4d5b8f6f0e8a3c1d7a10");
    CHECK(evaluated("now()") == "2026-03-01T14:05:09.120Z");
    CHECK(evaluated("$now") == "2026-03-01T14:05:09.120Z");
    CHECK(evaluated("to_date( now() )") == "2026-03-01");
    CHECK(evaluated("'a' || 1 || ('b' || 'c')") == "a1bc");
    CHECK(evaluated("'a' || NULL") == "None");
    CHECK(evaluated("concat('a', NULL, 2)") == "a2");
    for (const char* other :
         {"", "@user", "\"field\"", "1 + 1", "$geometry", "now() + to_interval('1 day')",
          "uuid('x')", "'open", "aggregate('l', 'max', \"n\")", "concat('a'", "()", "1 2"}) {
      CAPTURE(other);
      CHECK(evaluated(other) == "unknown");
    }
    CHECK(evaluated(std::string(100'000, '(').c_str()) == "unknown");
  }
}
