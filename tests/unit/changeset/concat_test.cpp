#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include "support/random_changeset.hpp"
#include "unit/changeset/algebra_support.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::test;

namespace {

constexpr std::uint64_t kSeeds = 300;
const ChangesetTable kTrees{"trees", {1, 0, 0}};

struct TestChange {
  Operation operation;
  std::vector<ValueView> old_values;
  std::vector<ValueView> new_values;
  bool is_indirect = false;
};

ValueView number(std::int64_t value) { return ValueView::integer(value); }
const ValueView kNone;

TestChange insert_of(std::int64_t key, std::int64_t a, std::int64_t b) {
  return {Operation::Insert, {}, {number(key), number(a), number(b)}};
}
TestChange delete_of(std::int64_t key, std::int64_t a, std::int64_t b) {
  return {Operation::Delete, {number(key), number(a), number(b)}, {}};
}
/// Of the first column beside the key.
TestChange update_of(std::int64_t key, std::int64_t from, std::int64_t to) {
  return {Operation::Update, {number(key), number(from), kNone}, {kNone, number(to), kNone}};
}

std::string changeset_of(const std::vector<TestChange>& changes,
                         const ChangesetTable& table = kTrees,
                         const ChangesetEnvelope* envelope = nullptr) {
  MemorySink sink;
  ChangesetWriter writer(sink, envelope);
  writer.begin_table(table);
  for (const TestChange& one : changes) {
    writer.write({one.operation, one.is_indirect, nullptr, one.old_values, one.new_values});
  }
  writer.finish();
  return sink.take();
}

/// Three states in a row.
struct Chain {
  explicit Chain(std::uint64_t seed, RandomOptions options = {}) : random(seed, options) {
    base = random.database();
    first = base;
    random.edit(first, 30);
    second = first;
    random.edit(second, 30);
  }
  RandomChangesets random;
  ModelDatabase base, first, second;
};

std::string message_of(const std::vector<std::string>& changesets, ErrorCode code) {
  try {
    concatenated(changesets);
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "nothing was thrown";
}

ChangesetEnvelope envelope_of(std::string fingerprint, std::string base, std::int64_t max_key) {
  ChangesetEnvelope envelope;
  envelope.schema_fingerprint = std::move(fingerprint);
  envelope.base_id = std::move(base);
  envelope.max_keys = {{"trees", max_key}};
  return envelope;
}

std::optional<ChangesetEnvelope> envelope_in(const std::string& changeset) {
  MemorySource source(changeset);
  ChangesetReader reader(source);
  reader.next();
  if (reader.envelope() == nullptr) return std::nullopt;
  return *reader.envelope();
}

}  // namespace

TEST_SUITE("changeset/concat") {
  TEST_CASE("joined changesets do what they do one after the other") {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(seed);
      const Chain chain(seed);
      const std::string joined = concatenated(
          {difference(chain.base, chain.first), difference(chain.first, chain.second)});
      ModelDatabase database = chain.base;
      database.apply(joined);
      REQUIRE(database.same_rows(chain.second));
      REQUIRE(read_folded(joined) == read_folded(difference(chain.base, chain.second)));
    }
  }

  TEST_CASE("the order is that of extraction: inserts, deletes, updates by key") {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(seed);
      RandomOptions options;
      options.wild = false;
      options.tables = 1;  // of several, the first to appear comes first
      const Chain chain(seed, options);
      const std::string joined = concatenated(
          {difference(chain.base, chain.first), difference(chain.first, chain.second)});
      REQUIRE(joined == difference(chain.base, chain.second));
    }
  }

  TEST_CASE("the content is the one of SQLite") {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(seed);
      RandomOptions options;
      options.not_a_number = false;
      const Chain chain(seed, options);
      const std::string a = difference(chain.base, chain.first);
      const std::string b = difference(chain.first, chain.second);
      REQUIRE(read_folded(concatenated({a, b})) == read_folded(sqlite_concatenated(a, b)));
    }
  }

  TEST_CASE("it does not matter which two are joined first") {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(seed);
      Chain chain(seed);
      ModelDatabase third = chain.second;
      chain.random.edit(third, 30);
      const std::string a = difference(chain.base, chain.first);
      const std::string b = difference(chain.first, chain.second);
      const std::string c = difference(chain.second, third);
      const FoldedChanges all = read_folded(concatenated({a, b, c}));
      REQUIRE(read_folded(concatenated({concatenated({a, b}), c})) == all);
      REQUIRE(read_folded(concatenated({a, concatenated({b, c})})) == all);
      REQUIRE(all == read_folded(difference(chain.base, third)));
    }
  }

  TEST_CASE("a changeset and its inverse come to nothing") {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(seed);
      const Chain chain(seed);
      const std::string changeset = difference(chain.base, chain.first);
      REQUIRE(concatenated({changeset, inverted(changeset)}).empty());
      REQUIRE(concatenated({inverted(changeset), changeset}).empty());
    }
  }

  TEST_CASE("nothing is the neutral element") {
    const std::string one = changeset_of({insert_of(7, 1, 1)});
    CHECK(concatenated({}).empty());
    CHECK(concatenated({"", ""}).empty());
    CHECK(concatenated({"", one}) == one);
    CHECK(concatenated({one, ""}) == one);
  }

  TEST_CASE("each pair of operations folds by its rule") {
    const auto joined = [](const TestChange& a, const TestChange& b) {
      return concatenated({changeset_of({a}), changeset_of({b})});
    };
    CHECK(joined(insert_of(7, 1, 2), update_of(7, 1, 3)) == changeset_of({insert_of(7, 3, 2)}));
    CHECK(joined(insert_of(7, 1, 2), delete_of(7, 1, 2)).empty());
    CHECK(joined(update_of(7, 1, 2), update_of(7, 2, 3)) == changeset_of({update_of(7, 1, 3)}));
    CHECK(joined(update_of(7, 1, 2), update_of(7, 2, 1)).empty());
    CHECK(joined(update_of(7, 1, 2), delete_of(7, 2, 5)) == changeset_of({delete_of(7, 1, 5)}));
    CHECK(joined(delete_of(7, 1, 5), insert_of(7, 2, 5)) == changeset_of({update_of(7, 1, 2)}));
    CHECK(joined(delete_of(7, 1, 5), insert_of(7, 1, 5)).empty());
  }

  TEST_CASE("a row may come again after it came and went") {
    const std::string gone = changeset_of({insert_of(7, 1, 1), delete_of(7, 1, 1)});
    const std::string again = changeset_of({insert_of(7, 2, 2)});
    CHECK(concatenated({gone, again}) == again);
    const std::string restored = changeset_of({update_of(7, 1, 2), update_of(7, 2, 1)});
    const std::string later = changeset_of({update_of(7, 1, 9)});
    CHECK(concatenated({restored, later}) == later);
  }

  TEST_CASE("two inserts of a key are refused by name, never dropped") {
    const std::string text =
        message_of({changeset_of({insert_of(7, 1, 1)}), changeset_of({insert_of(7, 1, 1)})},
                   ErrorCode::InvalidArgument);
    CHECK(text.find("table trees") != std::string::npos);
    CHECK(text.find("key 7") != std::string::npos);
  }

  TEST_CASE("changes that cannot follow each other are refused") {
    const auto refused = [](const TestChange& a, const TestChange& b) {
      const std::string text =
          message_of({changeset_of({a}), changeset_of({b})}, ErrorCode::InvalidArgument);
      return text.find("cannot follow each other: table trees, key 7") != std::string::npos;
    };
    CHECK(refused(update_of(7, 1, 2), insert_of(7, 1, 1)));
    CHECK(refused(delete_of(7, 1, 2), update_of(7, 1, 3)));
    CHECK(refused(delete_of(7, 1, 2), delete_of(7, 1, 2)));
    // Another old value than the changes before left: somebody's edit would vanish.
    CHECK(refused(insert_of(7, 1, 1), update_of(7, 2, 3)));
    CHECK(refused(insert_of(7, 1, 1), delete_of(7, 1, 2)));
    CHECK(refused(update_of(7, 1, 2), update_of(7, 3, 4)));
    CHECK(refused(update_of(7, 1, 2), delete_of(7, 1, 2)));
  }

  TEST_CASE("after nothing is left of a row, only what fits may follow") {
    const std::string gone = changeset_of({insert_of(7, 1, 1), delete_of(7, 1, 1)});
    const std::string restored = changeset_of({update_of(7, 1, 2), update_of(7, 2, 1)});
    message_of({gone, changeset_of({update_of(7, 1, 2)})}, ErrorCode::InvalidArgument);
    message_of({restored, changeset_of({insert_of(7, 1, 2)})}, ErrorCode::InvalidArgument);
    CHECK_THROWS_AS(concatenated({gone, changeset_of({update_of(7, 1, 2)})}), Error);
    CHECK_THROWS_AS(concatenated({restored, changeset_of({insert_of(7, 1, 2)})}), Error);
  }

  TEST_CASE("keys are compared whole: type, 64 bits, all bytes") {
    const ChangesetTable table{"t", {1, 0}};
    std::string changes;
    const std::string long_text(100, 'x');
    const std::vector<ValueView> keys = {
        ValueView::integer(1),
        ValueView::integer((std::int64_t{1} << 32) + 1),
        ValueView::real(1.0),
        ValueView::text("1"),
        ValueView::blob("1"),
        ValueView::text("a"),
        ValueView::text(std::string_view("a\0", 2)),
        ValueView::text(std::string_view("a\0b", 3)),
        ValueView::text(long_text),
        ValueView::text(std::string_view(long_text).substr(1)),
    };
    std::vector<TestChange> inserts;
    std::vector<TestChange> deletes;
    for (const ValueView key : keys) {
      inserts.push_back({Operation::Insert, {}, {key, ValueView::null()}});
      deletes.push_back({Operation::Delete, {key, ValueView::null()}, {}});
    }
    const std::string all = concatenated({changeset_of(inserts, table)});
    CHECK(read_folded(all).at("t").size() == keys.size());
    CHECK(concatenated({all, changeset_of(deletes, table)}).empty());
  }

  TEST_CASE("a result is indirect only when all of it was") {
    TestChange first = update_of(7, 1, 2);
    TestChange second = update_of(7, 2, 3);
    first.is_indirect = true;
    const auto is_indirect = [&] {
      const auto joined = concatenated({changeset_of({first}), changeset_of({second})});
      return read_folded(joined).at("trees").begin()->second.is_indirect;
    };
    CHECK(!is_indirect());
    second.is_indirect = true;
    CHECK(is_indirect());
  }

  TEST_CASE("tables stand in order of first appearance") {
    const std::string a = changeset_of({insert_of(1, 1, 1)}, {"zebra", {1, 0, 0}});
    const std::string b = changeset_of({insert_of(1, 1, 1)}, {"ant", {1, 0, 0}});
    const std::string c = changeset_of({insert_of(2, 1, 1)}, {"zebra", {1, 0, 0}});
    const std::string both =
        changeset_of({insert_of(1, 1, 1), insert_of(2, 1, 1)}, {"zebra", {1, 0, 0}});
    CHECK(concatenated({a, b, c}) == both + b);
  }

  TEST_CASE("a table of another shape is refused") {
    const std::string a = changeset_of({insert_of(1, 1, 1)});
    const std::string other_key = changeset_of({insert_of(2, 1, 1)}, {"trees", {0, 1, 0}});
    const std::string wider =
        changeset_of({{Operation::Insert, {}, {number(2), number(1), number(1), number(1)}}},
                     {"trees", {1, 0, 0, 0}});
    message_of({a, other_key}, ErrorCode::SchemaMismatch);
    const std::string text = message_of({a, wider}, ErrorCode::SchemaMismatch);
    CHECK(text.find("table trees") != std::string::npos);
  }

  TEST_CASE("heads that number the key and heads that do not are the same table") {
    const TestChange first{Operation::Insert, {}, {number(1), number(2), number(0)}};
    const TestChange second{Operation::Delete, {number(1), number(2), number(0)}, {}};
    CHECK(concatenated(
              {changeset_of({first}, {"t", {1, 2, 0}}), changeset_of({second}, {"t", {1, 1, 0}})})
              .empty());
  }

  TEST_CASE("the envelope has the base of the first and the largest keys of all") {
    const ChangesetEnvelope first = envelope_of("same", "monday", 5);
    const ChangesetEnvelope second = envelope_of("same", "tuesday", 9);
    const std::string a = changeset_of({insert_of(1, 1, 1)}, kTrees, &first);
    const std::string b = changeset_of({insert_of(2, 1, 1)}, kTrees, &second);
    const auto envelope = envelope_in(concatenated({"", a, b}));
    REQUIRE(envelope);
    CHECK(envelope->base_id == "monday");
    CHECK(envelope->max_keys == second.max_keys);
    CHECK(envelope->schema_fingerprint == "same");
  }

  TEST_CASE("there is no envelope when one changeset has none or another schema") {
    const ChangesetEnvelope first = envelope_of("same", "monday", 5);
    const ChangesetEnvelope second = envelope_of("other", "tuesday", 9);
    const std::string a = changeset_of({insert_of(1, 1, 1)}, kTrees, &first);
    const std::string b = changeset_of({insert_of(2, 1, 1)}, kTrees, &second);
    CHECK(!envelope_in(concatenated({a, b})));
    CHECK(!envelope_in(concatenated({a, changeset_of({insert_of(2, 1, 1)})})));
    CHECK(envelope_in(concatenated({a, ""})));
  }

  TEST_CASE("rows beyond the memory of the store are found again") {
    std::vector<TestChange> inserts;
    std::vector<TestChange> updates;
    constexpr std::int64_t kRows = 60'000;
    const std::string text(60, 'x');
    for (std::int64_t i = 0; i < kRows; ++i) {
      const std::int64_t key = i * 7919 % kRows;
      inserts.push_back({Operation::Insert, {}, {number(key), number(i), ValueView::text(text)}});
      updates.push_back(update_of(key, i, i + 1));
    }
    const std::string a = changeset_of(inserts);
    const std::string b = changeset_of(updates);
    REQUIRE(a.size() > kScratchMemoryBytes);
    MemorySource first(a);
    MemorySource second(b);
    ByteSource* const sources[] = {&first, &second};
    MemorySink sink;
    const auto scratch = make_scratch();
    concat(sources, sink, *scratch);
    const std::string joined = sink.take();
    MemorySource result(joined);
    ChangesetReader reader(result);
    for (std::int64_t key = 0; key < kRows; ++key) {
      const Change* change = reader.next();
      REQUIRE(change != nullptr);
      REQUIRE(change->new_values[0] == number(key));
      REQUIRE(change->new_values[1].as_integer() * 7919 % kRows == (key + 7919) % kRows);
    }
    CHECK(reader.next() == nullptr);
  }
}
