#include <qfcsync/conflict.hpp>

#include <set>

#include <doctest/doctest.h>

TEST_SUITE("merge/conflict") {
  using namespace qfcsync;

  TEST_CASE("every kind and side has a name of its own") {
    std::set<std::string_view> names;
    for (const auto kind :
         {ConflictKind::SameCell, ConflictKind::OursDeletedTheirsEdited,
          ConflictKind::OursEditedTheirsDeleted, ConflictKind::KeyCollision, ConflictKind::Unique,
          ConflictKind::MissingParent, ConflictKind::Constraint}) {
      names.insert(to_string(kind));
    }
    for (const auto side : {Side::Ours, Side::Theirs, Side::Both}) names.insert(to_string(side));
    CHECK(names.size() == 10);
    CHECK_FALSE(names.contains(""));
    CHECK(to_string(ConflictKind::SameCell) == "same_cell");
  }
}
