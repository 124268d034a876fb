#include "history/commit_message.hpp"

#include <doctest/doctest.h>

namespace qfcsync::history {
namespace {

TEST_SUITE_BEGIN("history/commit_message");

TEST_CASE("text and trailers come back") {
  CommitMessage message;
  message.text = "3 trees added\n\ndata.gpkg: trees 3 inserted";
  message.device = "phone 7";
  message.paths = {"data.gpkg", "DCIM/a b.jpg"};
  message.removed = {"old.txt"};
  message.changes = {{chunk::sha256_id("x"), "data.gpkg"}};
  CHECK(parse_message(format_message(message)) == message);
}

TEST_CASE("the form is that of git's trailers") {
  CommitMessage message;
  message.text = "subject";
  message.paths = {"a"};
  message.device = "d";
  CHECK(format_message(message) == "subject\n\nPath: a\nDevice: d\n");
  CHECK(format_message({"only text", {}, {}, {}, {}}) == "only text\n");
}

TEST_CASE("people cannot write trailers") {
  CommitMessage message;
  message.text = "subject\n\nPath: fake\nRemoved: fake";
  message.paths = {"real"};
  const CommitMessage parsed = parse_message(format_message(message));
  CHECK(parsed.paths == std::vector<std::string>{"real"});
  CHECK(parsed.removed.empty());
  CHECK(parse_message(format_message({"Path: fake", {}, {}, {}, {}})).paths.empty());
}

TEST_CASE("control characters and bytes that are no text do no harm") {
  CommitMessage message;
  message.text = std::string("a\0b\r\x1b[31m\xff", 11);
  message.device = "x\nPath: y";
  message.paths = {"p"};
  const CommitMessage parsed = parse_message(format_message(message));
  CHECK(parsed.paths == std::vector<std::string>{"p"});
  CHECK(parsed.device == "x Path: y");
  for (const char c : parsed.text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20;
    CHECK_FALSE(is_control);
  }
  CHECK(clean_name("Ada <ada@x>\n") == "Ada  ada@x");
}

TEST_CASE("messages of others are text; broken trailers are left out") {
  CHECK(parse_message("just text\n").text == "just text");
  CHECK(parse_message("").text.empty());
  const CommitMessage parsed =
      parse_message("s\n\nPath: ../x\nChange: abc data.gpkg\nChange: \nRemoved: /etc\nPath: ok\n");
  CHECK(parsed.paths == std::vector<std::string>{"ok"});
  CHECK(parsed.changes.empty());
  CHECK(parsed.removed.empty());
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::history
