#include "sqlitefile/record.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using namespace qfcsync;
using sqlitefile::decode_record;
using namespace std::string_view_literals;

TEST_SUITE_BEGIN("sqlitefile/record");

TEST_CASE("every serial type becomes its value") {
  struct Row {
    std::string_view payload;
    ValueView value;
  };
  const Row rows[] = {
      {"\x02\x00"sv, ValueView::null()},
      {"\x02\x01\xff"sv, ValueView::integer(-1)},
      {"\x02\x02\x80\x00"sv, ValueView::integer(-32768)},
      {"\x02\x03\x7f\xff\xff"sv, ValueView::integer(8388607)},
      {"\x02\x04\xff\xff\xff\xfe"sv, ValueView::integer(-2)},
      {"\x02\x05\x01\x00\x00\x00\x00\x00"sv, ValueView::integer(std::int64_t{1} << 40)},
      {"\x02\x06\x80\x00\x00\x00\x00\x00\x00\x00"sv, ValueView::integer(INT64_MIN)},
      {"\x02\x07\x3f\xf8\x00\x00\x00\x00\x00\x00"sv, ValueView::real(1.5)},
      {"\x02\x07\x7f\xf8\x00\x00\x00\x00\x00\x00"sv, ValueView::null()},  // NaN, as SQLite
      {"\x02\x08"sv, ValueView::integer(0)},
      {"\x02\x09"sv, ValueView::integer(1)},
      {"\x02\x0c"sv, ValueView::blob("")},
      {"\x02\x0d"sv, ValueView::text("")},
      {"\x02\x10\x00\xff"sv, ValueView::blob("\x00\xff"sv)},
      {"\x02\x13\x61\x00\x62"sv, ValueView::text("a\0b"sv)},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.payload[1]));
    std::vector<ValueView> fields{ValueView::integer(9)};
    REQUIRE(decode_record(row.payload, fields));
    REQUIRE(fields.size() == 1);
    CHECK(fields[0] == row.value);
  }
}

TEST_CASE("fields follow each other") {
  std::vector<ValueView> fields;
  REQUIRE(decode_record("\x05\x00\x01\x0f\x09\x2a\x78"sv, fields));
  CHECK(fields == std::vector<ValueView>{ValueView::null(), ValueView::integer(42),
                                         ValueView::text("x"), ValueView::integer(1)});
}

TEST_CASE("what is no record is refused") {
  std::vector<ValueView> fields;
  for (const std::string_view payload :
       {""sv, "\x00"sv, "\x80"sv, "\x03\x00"sv, "\x02\x01"sv, "\x02\x0a"sv, "\x02\x0b"sv,
        "\x02\x07\x00\x00"sv, "\x02\x80"sv, "\x02\x7f\x00"sv,
        "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv, "\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv}) {
    CAPTURE(payload.size());
    CHECK_FALSE(decode_record(payload, fields));
  }
}

TEST_SUITE_END();
