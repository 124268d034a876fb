#include "merge/affinity.hpp"

#include <string>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

TEST_SUITE("merge/affinity") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;
  using namespace qfcsync::merge;

  TEST_CASE("declared types have the affinity that SQLite gives them") {
    for (const char* type : {"INTEGER", "MEDIUMINT", "Charint", "REAL", "DOUBLE", "DATE", "BOOLEAN",
                             "NUMERIC(5, 2)"}) {
      CAPTURE(type);
      CHECK(affinity_of(type) == Affinity::Numeric);
    }
    for (const char* type : {"TEXT", "varchar(20)", "TEXT_UUID", "CLOB"}) {
      CAPTURE(type);
      CHECK(affinity_of(type) == Affinity::Text);
    }
    for (const char* type : {"", "BLOB"}) CHECK(affinity_of(type) == Affinity::None);
  }

  /// Every value that a child may hold, as SQL and as we see it.
  struct Case {
    const char* sql;
    ValueView value;
  };

  const Case kCases[] = {
      {"2", ValueView::integer(2)},
      {"2.0", ValueView::real(2.0)},
      {"2.5", ValueView::real(2.5)},
      {"9007199254740994.0", ValueView::real(9007199254740994.0)},
      {"9007199254740994", ValueView::integer(9007199254740994)},
      {"'9007199254740994.0'", ValueView::text("9007199254740994.0")},
      {"'2'", ValueView::text("2")},
      {"'02'", ValueView::text("02")},
      {"' 2 '", ValueView::text(" 2 ")},
      {"'+2'", ValueView::text("+2")},
      {"'2.'", ValueView::text("2.")},
      {"'.2e1'", ValueView::text(".2e1")},
      {"'2e'", ValueView::text("2e")},
      {"'- 2'", ValueView::text("- 2")},
      {"'0x2'", ValueView::text("0x2")},
      {"'inf'", ValueView::text("inf")},
      {"'.'", ValueView::text(".")},
      {"''", ValueView::text("")},
      {"'-2'", ValueView::text("-2")},
      {"'oak'", ValueView::text("oak")},
      {"x'32'", ValueView::blob("2")},
  };

  TEST_CASE("two values are one for us where a foreign key of SQLite takes them for one") {
    for (const char* type : {"INTEGER", "REAL", "NUMERIC", "TEXT", "BLOB"}) {
      CAPTURE(type);
      SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
      database.exec("PRAGMA foreign_keys = ON");
      database.exec(std::string("CREATE TABLE p (k ") + type +
                    " UNIQUE); CREATE TABLE c (k BLOB REFERENCES p(k))");
      for (const Case& parent : kCases) {
        database.exec(std::string("DELETE FROM c; DELETE FROM p; INSERT INTO p VALUES (") +
                      parent.sql + ")");
        for (const Case& child : kCases) {
          CAPTURE(parent.sql);
          CAPTURE(child.sql);
          bool is_taken = true;
          try {
            database.exec(std::string("INSERT INTO c VALUES (") + child.sql + ")");
          } catch (const SQLite::Exception&) {
            is_taken = false;
          }
          const Affinity affinity = affinity_of(type);
          // A parent of text keeps no reals: they are stored as another text than we are told.
          if (affinity == Affinity::Text &&
              (parent.value.type() == ValueType::Real || child.value.type() == ValueType::Real)) {
            continue;
          }
          CHECK((comparable(parent.value, affinity) == comparable(child.value, affinity)) ==
                is_taken);
        }
      }
    }
  }

  }  // namespace
}
