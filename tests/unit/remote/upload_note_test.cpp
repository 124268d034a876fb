#include "remote/upload_note.hpp"

#include "support/temporary_folder.hpp"

#include <fstream>

#include <doctest/doctest.h>

using namespace qfcsync;
using remote::UploadNote;

namespace {

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_SUITE("remote/upload_note") {
  TEST_CASE("an upload's id is kept for the next one of the same blob, until it is cleared") {
    const test::TemporaryFolder folder;
    UploadNote(folder.path(), "blob one").set("id 1");
    {
      UploadNote note(folder.path(), "blob one");
      CHECK(note.id() == "id 1");
      CHECK(UploadNote(folder.path(), "blob two").id().empty());
      note.clear();
    }
    CHECK(UploadNote(folder.path(), "blob one").id().empty());
    CHECK(files_in(folder.path()) == 0);
  }

  TEST_CASE("a note in use is not used twice") {
    const test::TemporaryFolder folder;
    UploadNote first(folder.path(), "blob");
    first.set("id");
    UploadNote second(folder.path(), "blob");
    CHECK_FALSE(second.is_used());
    CHECK(second.id().empty());
    second.set("other");
    CHECK(first.id() == "id");
  }

  TEST_CASE("a half-written note is none") {
    const test::TemporaryFolder folder;
    UploadNote(folder.path(), "blob").set("id");
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      std::filesystem::resize_file(entry.path(), 1);
    }
    CHECK(UploadNote(folder.path(), "blob").id().empty());
  }

  TEST_CASE("without a folder nothing is noted") {
    UploadNote note({}, "blob");
    note.set("id");
    CHECK_FALSE(note.is_used());
  }
}
