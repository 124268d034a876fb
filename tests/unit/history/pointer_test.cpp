#include "history/pointer.hpp"

#include <doctest/doctest.h>

namespace qfcsync::history {
namespace {

const std::string kHex = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";

TEST_SUITE_BEGIN("history/pointer");

TEST_CASE("a pointer is the text that Git LFS writes") {
  const Pointer pointer{chunk::ObjectId::from_hex(kHex), 12345};
  const std::string text =
      "version https://git-lfs.github.com/spec/v1\noid sha256:" + kHex + "\nsize 12345\n";
  CHECK(format_pointer(pointer) == text);
  CHECK(parse_pointer(text) == pointer);
}

TEST_CASE("an empty file is an empty text") {
  const Pointer empty{chunk::sha256_id({}), 0};
  CHECK(format_pointer(empty).empty());
  CHECK(parse_pointer("") == empty);
}

TEST_CASE("anything else is no pointer") {
  const std::string head = "version https://git-lfs.github.com/spec/v1\noid sha256:";
  for (const std::string& text :
       {head + kHex + "\nsize 012\n", head + kHex + "\nsize 0\n", head + kHex + "\nsize 1",
        head + kHex + "\nsize 1\n\n", head + kHex + "\nsize -1\n", head + kHex + "\nsize \n",
        head + kHex.substr(1) + "\nsize 1\n", head + "G" + kHex.substr(1) + "\nsize 1\n",
        head + kHex + "\nsize 99999999999999999999\n", std::string("text\n"),
        head + kHex + "\nsize 1\nx y\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_pointer(text));
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::history
