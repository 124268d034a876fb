#include "changeset/codec.hpp"

#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sqlite3.h>

using namespace qfcsync;

namespace {

const ChangesetTable kTrees{"trees", {1, 0, 0, 0}};

std::vector<ValueView> row(std::int64_t key, ValueView a, ValueView b, ValueView c) {
  return {ValueView::integer(key), a, b, c};
}

Change insert_of(const std::vector<ValueView>& values) {
  Change change;
  change.new_values = values;
  return change;
}

/// One of each operation, with every type of value.
std::string sample(const ChangesetEnvelope* envelope = nullptr) {
  MemorySink sink;
  ChangesetWriter writer(sink, envelope);
  writer.begin_table(kTrees);
  const auto inserted = row(1, ValueView::text(std::string_view("a\0b", 3)), ValueView::real(1.5),
                            ValueView::blob(std::string_view("\0\1", 2)));
  writer.write(insert_of(inserted));
  const auto deleted = row(std::numeric_limits<std::int64_t>::min(), ValueView::null(),
                           ValueView::integer(-1), ValueView::text(""));
  Change change;
  change.operation = Operation::Delete;
  change.old_values = deleted;
  writer.write(change);
  const auto before = row(7, ValueView::text("old"), ValueView(), ValueView());
  const std::vector<ValueView> after = {ValueView(), ValueView::text("new"), ValueView(),
                                        ValueView()};
  change.operation = Operation::Update;
  change.is_indirect = true;
  change.old_values = before;
  change.new_values = after;
  writer.write(change);
  writer.finish();
  return sink.bytes();
}

ChangesetEnvelope sample_envelope() {
  ChangesetEnvelope envelope;
  envelope.tool_version = "qfcsync test";
  envelope.schema_fingerprint = std::string(64, 'a');
  envelope.base_id = "v1";
  TableSchema table;
  table.name = "trees";
  table.columns = {{"fid", "INTEGER", 1, true, std::nullopt}, {"name", "TEXT", 0, false, "'x'"}};
  table.has_integer_key = true;
  table.geometry_column = "geom";
  table.geometry_type = "POINT";
  table.srs_id = 2056;
  table.unique = {{"name"}, {"name", "fid"}};
  envelope.tables = {table};
  envelope.relations = {{"child", {"parent_id"}, "trees", {"fid"}, Relation::Origin::Caller}};
  envelope.max_keys = {{"trees", 9'000'000'000}};
  return envelope;
}

/// Hands out one byte a call: every place where bytes may be missing is met.
class DripSource : public ByteSource {
 public:
  explicit DripSource(std::string_view bytes) : inner_(bytes) {}
  std::size_t read(char* buffer, std::size_t) override { return inner_.read(buffer, 1); }

 private:
  MemorySource inner_;
};

std::string copy_of(ByteSource& source) {
  ChangesetReader reader(source);
  MemorySink sink;
  const Change* change = reader.next();
  ChangesetWriter writer(sink, reader.envelope());
  const ChangesetTable* table = nullptr;
  for (; change != nullptr; change = reader.next()) {
    if (change->table != table) writer.begin_table(*change->table);
    table = change->table;
    writer.write(*change);
  }
  writer.finish();
  return sink.bytes();
}

ErrorCode error_of(std::string_view bytes) {
  MemorySource source(bytes);
  try {
    ChangesetReader reader(source);
    while (reader.next() != nullptr) {
    }
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::Internal;  // stands for: nothing was thrown
}

}  // namespace

TEST_SUITE("changeset/codec") {
  TEST_CASE("what is written is read again, whatever pieces the bytes come in") {
    const ChangesetEnvelope envelope = sample_envelope();
    for (const ChangesetEnvelope* one :
         {static_cast<const ChangesetEnvelope*>(nullptr), &envelope}) {
      const std::string bytes = sample(one);
      MemorySource whole(bytes);
      CHECK(copy_of(whole) == bytes);
      DripSource drips(bytes);
      CHECK(copy_of(drips) == bytes);
    }
  }

  TEST_CASE("varints are those of SQLite's b-trees") {
    for (const std::uint64_t value :
         {0ull, 127ull, 128ull, 16383ull, 16384ull, (1ull << 56) - 1, 1ull << 56, ~0ull}) {
      CAPTURE(value);
      std::string bytes;
      changeset::append_varint(value, bytes);
      changeset::ByteCursor cursor(bytes);
      std::uint64_t read = 0;
      REQUIRE(cursor.take_varint(read));
      CHECK(read == value);
      CHECK(cursor.position() == bytes.size());
      CHECK((value < 128) == (bytes.size() == 1));
    }
  }

  TEST_CASE("SQLite reads what we write, with or without envelope") {
    const ChangesetEnvelope envelope = sample_envelope();
    for (const ChangesetEnvelope* one :
         {static_cast<const ChangesetEnvelope*>(nullptr), &envelope}) {
      std::string bytes = sample(one);
      sqlite3_changeset_iter* iterator = nullptr;
      REQUIRE(sqlite3changeset_start(&iterator, static_cast<int>(bytes.size()), bytes.data()) ==
              SQLITE_OK);
      std::vector<int> operations;
      while (sqlite3changeset_next(iterator) == SQLITE_ROW) {
        const char* table = nullptr;
        int columns = 0;
        int operation = 0;
        int indirect = 0;
        sqlite3changeset_op(iterator, &table, &columns, &operation, &indirect);
        CHECK(std::string(table) == "trees");
        CHECK(columns == 4);
        operations.push_back(operation);
      }
      CHECK(sqlite3changeset_finalize(iterator) == SQLITE_OK);
      CHECK(operations == std::vector<int>{SQLITE_INSERT, SQLITE_DELETE, SQLITE_UPDATE});
    }
  }

  TEST_CASE("the envelope survives") {
    const ChangesetEnvelope envelope = sample_envelope();
    const std::string bytes = sample(&envelope);
    MemorySource source(bytes);
    ChangesetReader reader(source);
    reader.next();
    REQUIRE(reader.envelope() != nullptr);
    CHECK(reader.envelope()->base_id == "v1");
    CHECK(reader.envelope()->tables == envelope.tables);
    CHECK(reader.envelope()->relations == envelope.relations);
    CHECK(reader.envelope()->max_keys == envelope.max_keys);
    CHECK(reader.envelope()->find("trees") != nullptr);
    CHECK(reader.envelope()->find("Trees") == nullptr);
  }

  TEST_CASE("with envelope no cut and no changed byte goes unnoticed") {
    const ChangesetEnvelope envelope = sample_envelope();
    const std::string bytes = sample(&envelope);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      CAPTURE(cut);
      CHECK(error_of(std::string_view(bytes).substr(0, cut)) == ErrorCode::Corrupt);
    }
    for (std::size_t at = bytes.find("trees", 600); at < bytes.size(); ++at) {
      CAPTURE(at);
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 0x40);
      const ErrorCode code = error_of(changed);
      CHECK((code == ErrorCode::Corrupt || code == ErrorCode::Unsupported ||
             code == ErrorCode::FormatTooNew));
    }
    CHECK(error_of(bytes + sample()) == ErrorCode::Corrupt);
  }

  TEST_CASE("a bare changeset cut within a change is refused") {
    const std::string bytes = sample();
    for (std::size_t cut = 1; cut < 3; ++cut) {
      CHECK(error_of(std::string_view(bytes).substr(0, bytes.size() - cut)) == ErrorCode::Corrupt);
    }
    CHECK(error_of("") == ErrorCode::Internal);
  }

  TEST_CASE("nonsense is refused by name, without memory for what it promises") {
    using std::string_literals::operator""s;
    CHECK(error_of("x") == ErrorCode::Corrupt);
    CHECK(error_of("P\1\1t\0"s) == ErrorCode::Unsupported);
    CHECK(error_of("T\0t\0"s) == ErrorCode::Corrupt);
    CHECK(error_of("T\1\0t\0\x12\0\5"s) == ErrorCode::Corrupt);          // no key
    CHECK(error_of("T\1\1t\0\x11\0\5"s) == ErrorCode::Corrupt);          // no such operation
    CHECK(error_of("T\1\1t\0\x12\0\6"s) == ErrorCode::Corrupt);          // no such type
    CHECK(error_of("T\1\1t\0\x12\0\0"s) == ErrorCode::Corrupt);          // insert without value
    CHECK(error_of("T\2\1\0t\0\x17\0\5\5\0\0"s) == ErrorCode::Corrupt);  // half a cell
    CHECK(error_of("T\1\1t\0\x12\0\4\x83\xff\xff\x7f"s) == ErrorCode::Corrupt);  // 8 MB promised
    CHECK(error_of("T\1\1t\0\x12\0\4\xff\xff\xff\xff\xff\xff\xff\xff\xff"s) == ErrorCode::Corrupt);
    CHECK(error_of("T\1\1"s + std::string(70'000, 'n')) == ErrorCode::LimitExceeded);
  }

  TEST_CASE("random bytes and random changes of good bytes never crash") {
    const std::uint32_t seed = 20261124;
    CAPTURE(seed);
    std::mt19937 random(seed);
    const ChangesetEnvelope envelope = sample_envelope();
    for (int i = 0; i < 20'000; ++i) {
      std::string bytes = i % 2 == 0 ? sample() : sample(&envelope);
      for (unsigned n = random() % 4 + 1; n > 0; --n) {
        bytes[random() % bytes.size()] = static_cast<char>(random());
      }
      error_of(bytes);
    }
  }

  TEST_CASE("the writer refuses what does not fit") {
    MemorySink sink;
    ChangesetWriter writer(sink);
    CHECK_THROWS_WITH_AS(writer.write_raw("x"), doctest::Contains("before any table"), Error);
    CHECK_THROWS_AS(writer.begin_table({"", {1}}), Error);
    // The reader would take it for a part of the envelope.
    CHECK_THROWS_AS(writer.begin_table({"qfcsync-envelope:mine", {1}}), Error);
    CHECK_THROWS_AS(writer.begin_table({"qfcsync-checksum:mine", {1}}), Error);
    writer.begin_table(kTrees);
    CHECK_THROWS_AS(writer.write(Change{}), Error);
    const std::vector<ValueView> holes(4);
    CHECK_THROWS_AS(writer.write(insert_of(holes)), Error);
  }

  TEST_CASE("a table without changes leaves no bytes") {
    MemorySink sink;
    ChangesetWriter writer(sink);
    writer.begin_table(kTrees);
    writer.finish();
    CHECK(sink.bytes().empty());
  }
}
