// Random edits of files that do things by themselves: whatever a merge does to a row beyond what
// the two sides did is in the conflict list.

#include <qfcsync/merge.hpp>

#include "support/seed_offset.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

TEST_SUITE("replica/merge_laws") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;

  using Row = std::vector<std::string>;
  using Table = std::map<std::string, Row>;
  using Content = std::map<std::string, Table>;

  std::string text_of(const Value& value) {
    const ValueView view = value.view();
    if (!view.is_defined() || view.is_null()) return "NULL";
    return view.type() == ValueType::Integer ? std::to_string(view.as_integer())
                                             : std::string(view.bytes());
  }

  void run(const std::filesystem::path& file, const std::string& sql) {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("PRAGMA foreign_keys = ON");
    database.exec(sql);
  }

  Content read(const std::filesystem::path& file) {
    Content content;
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
    for (const char* table : {"p", "c", "d"}) {
      SQLite::Statement query(database, std::string("SELECT * FROM ") + table);
      while (query.executeStep()) {
        Row row;
        for (int i = 0; i < query.getColumnCount(); ++i) {
          row.push_back(query.getColumn(i).isNull() ? "NULL" : query.getColumn(i).getString());
        }
        content[table][row[0]] = row;
      }
    }
    return content;
  }

  std::string first_cell(const std::filesystem::path& file, const std::string& sql) {
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
    SQLite::Statement query(database, sql);
    return query.executeStep() ? query.getColumn(0).getString() : "";
  }

  class RandomEdits {
   public:
    explicit RandomEdits(std::uint64_t seed) : random_(seed) {}

    std::string schema() {
      std::string sql =
          "CREATE TABLE p (fid INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT NOT NULL, n INT "
          "DEFAULT 0);"
          "CREATE TABLE c (fid INTEGER PRIMARY KEY, p INTEGER REFERENCES p(fid)" +
          one_of({"", " ON DELETE CASCADE", " ON DELETE SET NULL"}) +
          ", code TEXT REFERENCES p(code)" +
          one_of({" ON UPDATE CASCADE", " ON UPDATE CASCADE ON DELETE CASCADE",
                  " ON UPDATE SET NULL", ""}) +
          ", a INT DEFAULT 1, b INT DEFAULT 5, CHECK (a <= b));"
          "CREATE TABLE d (fid INTEGER PRIMARY KEY, c INTEGER REFERENCES c(fid)" +
          one_of({"", " ON DELETE CASCADE"}) + ", note TEXT);";
      sql += one_of({"", "CREATE UNIQUE INDEX pu ON p (lower(name));"});
      sql += one_of({"", "CREATE UNIQUE INDEX cu ON c (b) WHERE a = 2;"});
      for (int i = 1; i < 6; ++i) {
        const std::string key = std::to_string(i);
        sql += "INSERT INTO p VALUES (" + key + ", 'k" + key + "', 'n" + key + "', 0);";
      }
      for (int i = 1; i < 6; ++i) {
        const std::string key = std::to_string(i);
        sql += "INSERT INTO c VALUES (" + key + ", " + reference() + ", 'k" + key + "', 1, " +
               std::to_string(i + 5) + ");";
        sql += "INSERT INTO d VALUES (" + key + ", " + key + ", 'd');";
      }
      sql += one_of({"",
                     "CREATE TRIGGER t1 AFTER DELETE ON p BEGIN DELETE FROM d WHERE fid = "
                     "OLD.fid; END;"});
      sql += one_of({"",
                     "CREATE TRIGGER t2 AFTER UPDATE OF a ON c BEGIN UPDATE p SET n = n + 1 "
                     "WHERE fid = NEW.p; END;"});
      sql += one_of({"",
                     "CREATE TRIGGER t3 AFTER INSERT ON d BEGIN UPDATE c SET a = 0 WHERE fid = "
                     "NEW.c; END;"});
      sql += one_of({"",
                     "CREATE TRIGGER t4 BEFORE UPDATE OF note ON d WHEN OLD.note = 'locked' "
                     "BEGIN SELECT RAISE(ABORT, 'locked'); END;"});
      return sql;
    }

    void edit(const std::filesystem::path& file, const std::string& tag) {
      for (int i = 0; i < 10; ++i) {
        const std::string where = " WHERE fid = " + key();
        const std::string statements[] = {
            "DELETE FROM p" + where,
            "DELETE FROM c" + where,
            "DELETE FROM d" + where,
            "UPDATE p SET code = 'x" + key() + "'" + where,
            "UPDATE p SET name = '" + one_of({"Oak", "oak", tag.c_str()}) + "'" + where,
            "UPDATE c SET a = " + key() + where,
            "UPDATE c SET b = " + key() + where,
            "UPDATE c SET p = " + reference() + ", code = NULL" + where,
            "UPDATE d SET note = '" + one_of({"locked", tag.c_str()}) + "'" + where,
            "INSERT INTO p (fid, name) VALUES (" + key() + ", 'N" + tag + key() + "')",
            "INSERT INTO c (fid, p, code, b) VALUES (" + key() + ", " + reference() + ", 'k" +
                key() + "', 9)",
            "INSERT INTO d VALUES (" + key() + ", " + key() + ", '" + tag + "')",
        };
        try {
          run(file, statements[random_() % std::size(statements)]);
        } catch (const SQLite::Exception&) {
          continue;  // refused here, so that no side has it
        }
      }
    }

   private:
    std::string one_of(std::initializer_list<const char*> texts) {
      return *(texts.begin() + random_() % texts.size());
    }
    std::string key() { return std::to_string(1 + random_() % 8); }
    std::string reference() {
      return random_() % 4 == 0 ? "NULL" : std::to_string(1 + random_() % 5);
    }

    std::mt19937_64 random_;
  };

  struct Merge {
    Content base, ours, theirs, result;
    std::vector<Conflict> conflicts;
    std::vector<RenumberedKey> renumbered;

    bool is_told(const std::string& table, const std::string& key) const {
      return std::any_of(conflicts.begin(), conflicts.end(), [&](const Conflict& conflict) {
        if (conflict.table != table) return false;
        const bool is_named = text_of(conflict.key[0]) == key ||
                              (!conflict.new_key.empty() && text_of(conflict.new_key[0]) == key);
        return is_named || text_of(conflict.cells.front().theirs) == key;
      });
    }
    /// A reference of ours to a row of ours that has another key now.
    bool is_moved(const std::string& before, const std::string& after) const {
      return std::any_of(renumbered.begin(), renumbered.end(), [&](const RenumberedKey& moved) {
        return std::to_string(moved.before) == before && std::to_string(moved.after) == after;
      });
    }
  };

  const Row* find(const Content& content, const std::string& table, const std::string& key) {
    const auto rows = content.find(table);
    if (rows == content.end()) return nullptr;
    const auto row = rows->second.find(key);
    return row == rows->second.end() ? nullptr : &row->second;
  }

  bool same(const Row* a, const Row* b) {
    return a == b || (a != nullptr && b != nullptr && *a == *b);
  }

  /// A row that is gone or other than the sides made it, and that no conflict names.
  std::string silent(const Merge& merge, const std::string& table, const std::string& key) {
    const Row* b = find(merge.base, table, key);
    const Row* o = find(merge.ours, table, key);
    const Row* t = find(merge.theirs, table, key);
    if (b == nullptr && o != nullptr && t != nullptr) return "";  // two rows, one has another key
    const Row* wanted = same(o, b) || same(o, t) ? t : o;
    if (wanted == nullptr || merge.is_told(table, key)) return "";
    const bool is_disputed = !same(o, b) && !same(t, b) && (o == nullptr || t == nullptr);
    if (is_disputed) return "edited and deleted, but not told";
    const Row* found = find(merge.result, table, key);
    if (found == nullptr) return "lost";
    for (std::size_t i = 0; i < wanted->size(); ++i) {
      std::string cell = (*wanted)[i];
      if (b != nullptr && o != nullptr && t != nullptr) {
        if ((*o)[i] != (*b)[i] && (*t)[i] != (*b)[i] && (*o)[i] != (*t)[i]) return "disputed";
        cell = (*o)[i] == (*b)[i] ? (*t)[i] : (*o)[i];
      }
      if ((*found)[i] == cell || merge.is_moved(cell, (*found)[i])) continue;
      return "column " + std::to_string(i) + " is " + (*found)[i] + " instead of " + cell;
    }
    return "";
  }

  TEST_CASE("no row is lost or other than the sides made it unless a conflict says so") {
    std::size_t told = 0;
    const std::uint64_t offset = test::seed_offset();
    for (std::uint64_t seed = offset + 1; seed <= offset + 120; ++seed) {
      CAPTURE(seed);
      const test::TemporaryFolder folder;
      const auto base = folder / "base", ours = folder / "ours", theirs = folder / "theirs";
      const auto result = folder / "result";
      RandomEdits edits(seed);
      const std::string schema = edits.schema();
      CAPTURE(schema);
      run(base, schema);
      std::filesystem::copy_file(base, ours);
      std::filesystem::copy_file(base, theirs);
      edits.edit(ours, "o");
      edits.edit(theirs, "t");
      Merge merge{read(base), read(ours), read(theirs), {}, {}, {}};
      MergeOptions options;
      options.policy = static_cast<MergePolicy>(seed % 3);
      options.resolver = [&](const Conflict&) { return seed % 2 == 0 ? Side::Ours : Side::Theirs; };
      options.on_conflict = [&](const Conflict& each) { merge.conflicts.push_back(each); };
      try {
        merge.renumbered = merge_files(base, ours, theirs, result, options).renumbered;
      } catch (const std::exception& error) {
        FAIL_CHECK(std::string(error.what()));
        continue;
      }
      told += merge.conflicts.size();
      std::string texts;
      for (const Conflict& each : merge.conflicts) texts += each.text + "\n";
      CAPTURE(texts);
      CHECK(first_cell(result, "PRAGMA integrity_check") == "ok");
      CHECK(first_cell(result, "PRAGMA foreign_key_check") == "");
      merge.result = read(result);
      for (const char* table : {"p", "c", "d"}) {
        Table rows = merge.base[table];
        rows.insert(merge.ours[table].begin(), merge.ours[table].end());
        rows.insert(merge.theirs[table].begin(), merge.theirs[table].end());
        for (const auto& [key, row] : rows) {
          CAPTURE(std::string(table));
          CAPTURE(key);
          CHECK(silent(merge, table, key) == "");
        }
      }
    }
    CHECK(told > 60);
  }

  }  // namespace
}
