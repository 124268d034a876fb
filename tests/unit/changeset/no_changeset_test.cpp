#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include <string>

#include <doctest/doctest.h>

using namespace qfcsync;

namespace {

/// Gives one byte at a time, as a slow pipe may.
class ByteByByte : public ByteSource {
 public:
  explicit ByteByByte(std::string_view bytes) : bytes_(bytes) {}
  std::size_t read(char* buffer, std::size_t) override {
    if (bytes_.empty()) return 0;
    *buffer = bytes_.front();
    bytes_.remove_prefix(1);
    return 1;
  }

 private:
  std::string_view bytes_;
};

std::string complaint(std::string_view bytes) {
  ByteByByte source(bytes);
  try {
    summarize(source);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::Corrupt);
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("changeset/no_changeset") {
  TEST_CASE("JSON is told from damage, with the way to a changeset") {
    for (const char* text : {"{\"format\": 1}", "\n  [1]", "\xEF\xBB\xBF {}"}) {
      CAPTURE(text);
      CHECK(contains(complaint(text), "this is JSON, not a changeset; qfcsync from-json"));
    }
    CHECK(contains(complaint("{\"type\": \"FeatureCollection\", \"features\": []}"),
                   "this is GeoJSON"));
  }

  TEST_CASE("a database and other files are called what they are") {
    CHECK(contains(complaint(std::string_view("SQLite format 3\0...", 19)), "this is a database"));
    for (const char* text : {"text", "\x7f", " ", "\xEF\xBB\xBF"}) {
      CAPTURE(text);
      CHECK(complaint(text) == "this is no changeset");
    }
    CHECK(contains(complaint("This is a text."), "this is no changeset, or its beginning"));
  }

  TEST_CASE("what is behind a sound beginning is damage, with its place") {
    const std::string_view table("T\1\1t\0", 5);
    CHECK(complaint(std::string(table) + "{}").find("damaged") != std::string::npos);
    CHECK(complaint("").empty());
  }
}
