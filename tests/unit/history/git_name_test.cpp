#include "history/git_name.hpp"

#include <qfcsync/error.hpp>

#include "unit/chunk/memory_objects.hpp"

#include <doctest/doctest.h>

namespace qfcsync::history {
namespace {

TEST_SUITE_BEGIN("history/git_name");

TEST_CASE("a git id has 40 digits and comes back") {
  const std::string hex = "0123456789abcdef0123456789abcdef01234567";
  CHECK(git_hex(git_id_from_hex(hex)) == hex);
  for (const std::string& bad : {std::string(), hex + "0", hex.substr(1), 'G' + hex.substr(1)}) {
    CHECK(test::code_of([&] { git_id_from_hex(bad); }) == ErrorCode::InvalidArgument);
  }
}

TEST_CASE("refs that git takes are taken, and none that leaves its folder") {
  for (const char* good : {"refs/heads/main", "refs/tags/v1.0", "refs/packages/a/b",
                           "refs/tags/\xc3\xbc"
                           "bergabe"}) {
    CAPTURE(good);
    CHECK(is_ref_name(good));
  }
  for (const char* bad :
       {"", "main", "refs/", "refs/heads", "refs/heads/", "refs/heads/..", "refs/heads/a..b",
        "refs/heads/.a", "refs/heads/a.lock", "refs/heads/a b", "refs//a", "refs/heads/a~1",
        "refs/heads/a.", "heads/main/x", "refs/tags/\xff", "refs/tags/-x", "refs/tags/a\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_ref_name(bad));
  }
  CHECK_FALSE(is_ref_name("refs/tags/" + std::string(kMaxRefNameBytes, 'a')));
}

TEST_CASE("paths stay inside the folder and out of git's own") {
  for (const char* good :
       {"a", "data.gpkg", "DCIM/photo 1.jpg", "..a/b..", "\xc3\xbc/x", "a.git"}) {
    CAPTURE(good);
    CHECK(is_versioned_path(good));
  }
  for (const char* bad :
       {"", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", ".git", "a/.GIT/config", "git~1",
        ".gitmodules", "a\nb", "a\\b", "\xff", ".g\xe2\x80\x8cit", "a\x7f"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_versioned_path(bad));
    CHECK(test::code_of([&] { check_versioned_path(bad); }) == ErrorCode::InvalidArgument);
  }
  CHECK_FALSE(is_versioned_path(std::string(kMaxPathBytes + 1, 'a')));
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::history
