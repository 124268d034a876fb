#include <qfcsync/error.hpp>

#include "changeset/json_text.hpp"
#include "model/gpkg_blob.hpp"
#include "unit/merge/merge_model.hpp"

#include <doctest/doctest.h>

TEST_SUITE("merge/rebase") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;
  using namespace qfcsync::test;

  MergeOptions policy(MergePolicy policy) {
    MergeOptions options;
    options.policy = policy;
    return options;
  }

  Edits trees() { return Edits().table("trees", {1, 0, 0}); }

  std::string message_of(const std::function<void()>& run, ErrorCode code) {
    try {
      run();
    } catch (const Error& error) {
      CHECK(error.code() == code);
      return error.what();
    }
    return "nothing was thrown";
  }

  TEST_CASE("changes of different rows and cells live side by side") {
    const auto ours = trees()
                          .update({integer(1), text("a"), {}}, {{}, text("b"), {}})
                          .insert({integer(9), text("x"), null()})
                          .remove({integer(4), null(), null()})
                          .bytes();
    const auto theirs = trees()
                            .update({integer(1), {}, null()}, {{}, {}, text("t")})
                            .insert({integer(8), text("y"), null()})
                            .remove({integer(5), null(), null()})
                            .bytes();
    const auto rebased = run_rebase(ours, theirs);
    CHECK(describe(rebased.bytes) == describe(ours));
    CHECK(rebased.conflicts.empty());
    CHECK(rebased.result.change_count == 3);
  }

  TEST_CASE("the text of a conflict is UTF-8 wherever a long key is cut") {
    for (const std::size_t before : {37u, 38u, 39u}) {
      const Value key = text(std::string(before, 'k') + "\u20ac\u20ac");
      const auto side = [&](const char* name) {
        return Edits().table("t", {1, 0}).insert({key, text(name)}).bytes();
      };
      const auto rebased = run_rebase(side("o"), side("t"));
      REQUIRE(rebased.conflicts.size() == 1);
      CHECK(changeset::is_utf8(rebased.conflicts[0].text));
    }
  }

  TEST_CASE("equal changes of both sides are no conflict and leave nothing to do") {
    const auto both = trees()
                          .update({integer(1), text("a"), {}}, {{}, text("b"), {}})
                          .insert({integer(9), text("x"), null()})
                          .remove({integer(4), null(), null()})
                          .bytes();
    const auto rebased = run_rebase(both, both);
    CHECK(describe(rebased.bytes).empty());
    CHECK(rebased.result.conflict_count == 0);
    CHECK(rebased.result.renumbered.empty());
  }

  TEST_CASE("an unchanged side leaves the other as it is, byte for byte") {
    const auto ours = trees().insert({integer(1), blob(std::string("\0x", 2)), real(1)}).bytes();
    CHECK(run_rebase(ours, "").bytes == ours);
    CHECK(run_rebase("", ours).bytes.empty());
  }

  TEST_CASE("a cell that both changed: the policy decides, the conflict has all three values") {
    const auto ours =
        trees().update({integer(1), text("a"), text("k")}, {{}, text("o"), text("l")}).bytes();
    const auto theirs = trees().update({integer(1), text("a"), {}}, {{}, text("t"), {}}).bytes();

    const auto won = run_rebase(ours, theirs, policy(MergePolicy::Ours));
    CHECK(describe(won.bytes) == "trees update 1, 't', 'k' -> -, 'o', 'l'\n");
    const auto lost = run_rebase(ours, theirs, policy(MergePolicy::Theirs));
    CHECK(describe(lost.bytes) == "trees update 1, -, 'k' -> -, -, 'l'\n");

    REQUIRE(lost.conflicts.size() == 1);
    const Conflict& conflict = lost.conflicts[0];
    CHECK(conflict.kind == ConflictKind::SameCell);
    CHECK(conflict.table == "trees");
    CHECK(conflict.key == Row{integer(1)});
    CHECK(conflict.written == Side::Theirs);
    REQUIRE(conflict.cells.size() == 1);
    CHECK(conflict.cells[0].column == 1);
    CHECK(show(Row{conflict.cells[0].base, conflict.cells[0].ours, conflict.cells[0].theirs}) ==
          "'a', 'o', 't'");
    CHECK(won.conflicts[0].written == Side::Ours);
  }

  TEST_CASE("edit against delete, both ways and under both policies") {
    const auto edit = trees().update({integer(1), text("a"), {}}, {{}, text("e"), {}}).bytes();
    const auto removal = trees().remove({integer(1), text("a"), text("k")}).bytes();

    auto rebased = run_rebase(edit, removal, policy(MergePolicy::Ours));
    CHECK(describe(rebased.bytes) == "trees insert 1, 'e', 'k'\n");
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].kind == ConflictKind::OursEditedTheirsDeleted);
    REQUIRE(rebased.conflicts[0].cells.size() == 3);
    CHECK(rebased.conflicts[0].cells[1].ours == text("e"));
    CHECK(rebased.conflicts[0].cells[2].base == text("k"));

    rebased = run_rebase(edit, removal, policy(MergePolicy::Theirs));
    CHECK(describe(rebased.bytes).empty());
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].cells[1].ours == text("e"));

    rebased = run_rebase(removal, edit, policy(MergePolicy::Ours));
    CHECK(describe(rebased.bytes) == "trees delete 1, 'e', 'k'\n");
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].kind == ConflictKind::OursDeletedTheirsEdited);
    CHECK(rebased.conflicts[0].cells[1].theirs == text("e"));
    CHECK(rebased.conflicts[0].cells[1].base == text("a"));

    rebased = run_rebase(removal, edit, policy(MergePolicy::Theirs));
    CHECK(describe(rebased.bytes).empty());
    CHECK(rebased.conflicts.size() == 1);
  }

  TEST_CASE("keys of 64 bits are told apart") {
    const std::int64_t far = (std::int64_t{1} << 32) + 1;
    const auto ours = trees().remove({integer(1), text("a"), null()}).bytes();
    const auto theirs = trees().update({integer(far), text("b"), {}}, {{}, text("c"), {}}).bytes();
    const auto rebased = run_rebase(ours, theirs);
    CHECK(describe(rebased.bytes) == "trees delete 1, 'a', NULL\n");
    CHECK(rebased.conflicts.empty());
  }

  TEST_CASE("rows of one text key that both inserted are one row with cells in dispute") {
    const auto ours = trees().insert({text("oak"), text("o"), text("k")}).bytes();
    const auto theirs = trees().insert({text("oak"), text("t"), text("k")}).bytes();
    auto rebased = run_rebase(ours, theirs, policy(MergePolicy::Ours));
    CHECK(describe(rebased.bytes) == "trees update 'oak', 't', - -> -, 'o', -\n");
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].kind == ConflictKind::KeyCollision);
    CHECK(rebased.conflicts[0].cells.size() == 3);
    CHECK(rebased.conflicts[0].new_key.empty());
    rebased = run_rebase(ours, theirs, policy(MergePolicy::Theirs));
    CHECK(describe(rebased.bytes).empty());
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].cells[1].ours == text("o"));
  }

  TEST_CASE("composite keys name rows by all their columns and types") {
    const auto table = [] { return Edits().table("links", {1, 1, 0}); };
    const auto ours = table()
                          .update({integer(1), text("2"), text("a")}, {{}, {}, text("o")})
                          .insert({integer(5), integer(5), text("x")})
                          .bytes();
    const auto theirs = table()
                            .update({integer(1), integer(2), text("a")}, {{}, {}, text("t")})
                            .insert({integer(5), integer(5), text("y")})
                            .bytes();
    const auto rebased = run_rebase(ours, theirs, policy(MergePolicy::Ours));
    CHECK(describe(rebased.bytes) ==
          "links update 1, '2', 'a' -> -, -, 'o'\nlinks update 5, 5, 'y' -> -, -, 'x'\n");
    CHECK(rebased.conflicts.size() == 1);
  }

  TEST_CASE("a geometry that was only spelled anew is no edit") {
    model::Geometry line;
    line.type = model::GeometryType::LineString;
    line.ordinates = {0, 0, 1, 1};
    const std::string full = model::write_gpkg_blob(line, 4326, model::envelope_of(line));
    std::string bare = full.substr(0, 8) + full.substr(40);
    bare[3] = static_cast<char>(bare[3] & ~0x0e);
    line.ordinates[3] = 2;
    const std::string moved = model::write_gpkg_blob(line, 4326, model::envelope_of(line));
    const auto table = [] { return Edits().table("lines", {1, 0}); };
    const auto spelled = table().update({integer(1), blob(full)}, {{}, blob(bare)}).bytes();
    const auto edited = table().update({integer(1), blob(full)}, {{}, blob(moved)}).bytes();
    const auto removed = table().remove({integer(1), blob(full)}).bytes();

    SUBCASE("both inserted the same geometry") {
      const auto a = table().insert({integer(2), blob(full)}).bytes();
      const auto b = table().insert({integer(2), blob(bare)}).bytes();
      const auto rebased = run_rebase(a, b);
      CHECK(describe(rebased.bytes).empty());
      CHECK(rebased.conflicts.empty());
    }
    SUBCASE("the edit of the other side stands, without conflict") {
      auto rebased = run_rebase(edited, spelled, policy(MergePolicy::Theirs));
      CHECK(rebased.conflicts.empty());
      MemorySource source(rebased.bytes);
      ChangesetReader reader(source);
      const Change* change = reader.next();
      REQUIRE(change != nullptr);
      CHECK(change->old_values[1] == ValueView::blob(bare));
      CHECK(change->new_values[1] == ValueView::blob(moved));
      rebased = run_rebase(spelled, edited, policy(MergePolicy::Ours));
      CHECK(describe(rebased.bytes).empty());
      CHECK(rebased.conflicts.empty());
    }
    SUBCASE("it does not bring back a deleted row, nor stop a delete") {
      auto rebased = run_rebase(spelled, removed, policy(MergePolicy::Ours));
      CHECK(describe(rebased.bytes).empty());
      CHECK(rebased.conflicts.empty());
      rebased = run_rebase(removed, spelled, policy(MergePolicy::Theirs));
      CHECK(rebased.conflicts.empty());
      MemorySource source(rebased.bytes);
      ChangesetReader reader(source);
      const Change* change = reader.next();
      REQUIRE(change != nullptr);
      CHECK(change->old_values[1] == ValueView::blob(bare));
    }
    SUBCASE("bases that differ in spelling are one base") {
      const auto from_bare = table().update({integer(1), blob(bare)}, {{}, blob(moved)}).bytes();
      CHECK(describe(run_rebase(from_bare, edited).bytes).empty());
    }
    SUBCASE("in a column that is not the geometry, bytes count") {
      DatabaseSchema schema;
      schema.tables = {simple_table("lines", {"photo"})};
      MergeOptions options = policy(MergePolicy::Ours);
      options.schema = &schema;
      const auto rebased = run_rebase(spelled, edited, options);
      CHECK(rebased.conflicts.size() == 1);
    }
  }

  TEST_CASE("Ask puts every decision to the resolver, which sees what Ours would do") {
    const auto ours = trees()
                          .update({integer(1), text("a"), {}}, {{}, text("o"), {}})
                          .update({integer(2), text("a"), {}}, {{}, text("o"), {}})
                          .insert({integer(3), text("o"), null()})
                          .bytes();
    const auto theirs = trees()
                            .update({integer(1), text("a"), {}}, {{}, text("t"), {}})
                            .update({integer(2), text("a"), {}}, {{}, text("t"), {}})
                            .insert({integer(3), text("t"), null()})
                            .bytes();
    MergeOptions options = policy(MergePolicy::Ask);
    int asked = 0;
    options.resolver = [&](const Conflict& conflict) {
      ++asked;
      CHECK(conflict.written == Side::Ours);
      return conflict.key == Row{integer(1)} ? Side::Ours : Side::Theirs;
    };
    const auto rebased = run_rebase(ours, theirs, options);
    CHECK(asked == 2);  // keys that both gave need no decision
    CHECK(describe(rebased.bytes) ==
          "trees update 1, 't', - -> -, 'o', -\ntrees insert 4, 'o', NULL\n");
    REQUIRE(rebased.conflicts.size() == 3);
    CHECK(rebased.conflicts[0].written == Side::Ours);
    CHECK(rebased.conflicts[1].written == Side::Theirs);
    CHECK(rebased.conflicts[2].written == Side::Both);

    options.resolver = [](const Conflict&) { return Side::Both; };
    message_of([&] { run_rebase(ours, theirs, options); }, ErrorCode::InvalidArgument);
    options.resolver = {};
    message_of([&] { run_rebase(ours, theirs, options); }, ErrorCode::InvalidArgument);
  }

  TEST_CASE("changesets of different bases are refused, with table, key and column") {
    const auto update = [](const char* base) {
      return trees().update({integer(7), text(base), {}}, {{}, text("n"), {}}).bytes();
    };
    std::string message =
        message_of([&] { run_rebase(update("a"), update("b")); }, ErrorCode::InvalidArgument);
    CHECK(message.find("do not start from the same base") != std::string::npos);
    CHECK(message.find("trees") != std::string::npos);
    CHECK(message.find("7") != std::string::npos);
    CHECK(message.find("column number 2") != std::string::npos);

    DatabaseSchema schema;
    schema.tables = {simple_table("trees", {"name", "note"})};
    MergeOptions options;
    options.schema = &schema;
    message = message_of([&] { run_rebase(update("a"), update("b"), options); },
                         ErrorCode::InvalidArgument);
    CHECK(message.find("column name") != std::string::npos);
    CHECK(message.find("fid 7") != std::string::npos);

    const auto removal = [](const char* base) {
      return trees().remove({integer(7), text(base), null()}).bytes();
    };
    const auto insert = trees().insert({integer(7), text("x"), null()}).bytes();
    for (const auto& [a, b] :
         {std::pair(removal("a"), removal("b")), std::pair(removal("a"), update("b")),
          std::pair(update("a"), removal("b")), std::pair(insert, update("a")),
          std::pair(removal("a"), insert)}) {
      message = message_of([&] { run_rebase(a, b); }, ErrorCode::InvalidArgument);
      CHECK(message.find("do not start from the same base") != std::string::npos);
    }
  }

  TEST_CASE("tables of other columns, rows named twice, and damage are refused") {
    const auto three = trees().insert({integer(7), text("x"), null()}).bytes();
    const auto two = Edits().table("trees", {1, 0}).insert({integer(8), text("x")}).bytes();
    const auto other_key =
        Edits().table("trees", {1, 1, 0}).insert({integer(8), text("x"), null()});
    message_of([&] { run_rebase(three, two); }, ErrorCode::SchemaMismatch);
    message_of([&] { run_rebase(three, other_key.bytes()); }, ErrorCode::SchemaMismatch);
    DatabaseSchema schema;
    schema.tables = {simple_table("trees", {"name"})};
    MergeOptions options;
    options.schema = &schema;
    message_of([&] { run_rebase(three, "", options); }, ErrorCode::SchemaMismatch);

    const auto twice = three + three;
    schema.tables = {simple_table("trees", {"name", "note"})};
    schema.tables[0].unique = {{"name"}};  // then rows depend on each other
    const auto message =
        message_of([&] { run_rebase(twice, "", options); }, ErrorCode::InvalidArgument);
    CHECK(message.find("ours has two changes") != std::string::npos);
    message_of([&] { run_rebase("", twice); }, ErrorCode::InvalidArgument);
    message_of([&] { run_rebase(three.substr(0, three.size() - 3), ""); }, ErrorCode::Corrupt);
    message_of([&] { run_rebase("", three.substr(0, three.size() - 3)); }, ErrorCode::Corrupt);
  }

  TEST_CASE("geodiff's way of marking key columns is the same key") {
    const auto theirs = Edits().table("links", {1, 1, 0}).remove({integer(1), integer(2), null()});
    const auto ours = Edits().table("links", {1, 2, 0}).remove({integer(1), integer(2), null()});
    CHECK(describe(run_rebase(ours.bytes(), theirs.bytes()).bytes).empty());
  }

  TEST_CASE("progress can stop it") {
    MergeOptions options;
    options.progress = [](double share) {
      CHECK(share >= 0);
      CHECK(share <= 1);
      return share < 0.5;
    };
    const auto ours = trees().insert({integer(7), text("x"), null()}).bytes();
    message_of([&] { run_rebase(ours, "", options); }, ErrorCode::Cancelled);
  }

  TEST_CASE("names come from the envelope, which the result has, too") {
    ChangesetEnvelope envelope;
    envelope.schema_fingerprint = "f";
    envelope.tables = {simple_table("trees", {"name", "note"})};
    envelope.tables[0].geometry_column = "note";
    const auto ours =
        trees().envelope(envelope).update({integer(1), text("a"), {}}, {{}, text("o"), {}}).bytes();
    const auto theirs =
        trees().update({integer(1), text("a"), null()}, {{}, text("t"), blob("g")}).bytes();
    const auto rebased = run_rebase(ours, theirs);
    REQUIRE(rebased.conflicts.size() == 1);
    CHECK(rebased.conflicts[0].key_columns == std::vector<std::string>{"fid"});
    CHECK(rebased.conflicts[0].geometry_column == "note");
    REQUIRE(rebased.conflicts[0].cells.size() == 2);  // the geometry is always there
    CHECK(rebased.conflicts[0].cells[0].name == "name");
    CHECK(rebased.conflicts[0].cells[1].theirs == blob("g"));
    MemorySource source(rebased.bytes);
    ChangesetReader reader(source);
    REQUIRE(reader.next() != nullptr);
    REQUIRE(reader.envelope() != nullptr);
    CHECK(reader.envelope()->schema_fingerprint == "f");
    CHECK(reader.envelope()->tables == envelope.tables);
    CHECK(reader.next() == nullptr);
  }

  }  // namespace
}
