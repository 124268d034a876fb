#include "http/multipart.hpp"

#include <qfcsync/error.hpp>

#include "support/multipart_recorder.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::server;
using qfcsync::tests::MultipartOutcome;
using qfcsync::tests::parse_pieces;

namespace {

MultipartOutcome parse(const std::string& body) { return parse_pieces("b", {body}); }

/// A body with one part that has these header lines and this content.
std::string one_part(const std::string& header, const std::string& content) {
  return "--b\r\n" + header + "\r\n\r\n" + content + "\r\n--b--\r\n";
}

MultipartOutcome parse_disposition(const std::string& parameters) {
  return parse(one_part("Content-Disposition: form-data; " + parameters, "x"));
}

std::string filename_in(const std::string& parameters) {
  const MultipartOutcome outcome = parse_disposition(parameters);
  REQUIRE(outcome.parts.size() == 1);
  return outcome.parts[0].filename.value_or("(none)");
}

std::vector<std::string_view> random_pieces(std::string_view body, std::mt19937_64& random) {
  std::vector<std::string_view> pieces;
  while (!body.empty()) {
    const std::size_t most = random() % 3 == 0 ? 200 : 3;
    const std::size_t size = std::min<std::size_t>(body.size(), random() % (most + 1));
    pieces.push_back(body.substr(0, size));
    body.remove_prefix(size);
  }
  return pieces;
}

/// Bytes that look like the delimiter as often as not.
std::string nasty_content(std::mt19937_64& random) {
  static const std::vector<std::string> kAtoms = {"\r", "\n",  "\r\n", "-",      "--",
                                                  "b",  "--b", "\r\r", "\r\n--", std::string(1, 0)};
  std::string content;
  for (auto count = random() % 40; count > 0; --count) {
    content += kAtoms[random() % kAtoms.size()];
    // The delimiter itself must not occur.
    const auto at = content.find("\r\n--b");
    if (at != std::string::npos) content.resize(at + 2);
  }
  while (content.starts_with("--b")) content.erase(0, 3);
  return content;
}

}  // namespace

TEST_SUITE("server/multipart") {
  TEST_CASE("QField's upload: a JSON text, then a file under its local path") {
    const auto outcome =
        parse_pieces("boundary_.oOo._abc",
                     {"--boundary_.oOo._abc\r\nContent-Type: application/json\r\n"
                      "Content-Disposition: form-data; name=\"text\"\r\n\r\n{}\r\n"
                      "--boundary_.oOo._abc\r\nContent-Type: application/json\r\n"
                      "Content-Disposition: form-data; name=\"file\"; "
                      "filename=\"/storage/emulated/0/qfield/DCIM/a b.jpg\"\r\n\r\n",
                      std::string_view("\xFF\xD8\0\r\n", 5), "\r\n--boundary_.oOo._abc--\r\n"});
    CHECK_FALSE(outcome.error);
    REQUIRE(outcome.parts.size() == 2);
    CHECK(outcome.parts[0].name == "text");
    CHECK_FALSE(outcome.parts[0].filename);
    CHECK(outcome.parts[0].content == "{}");
    CHECK(outcome.parts[1].name == "file");
    CHECK(outcome.parts[1].filename == "/storage/emulated/0/qfield/DCIM/a b.jpg");
    CHECK(outcome.parts[1].content_type == "application/json");
    CHECK(outcome.parts[1].content == std::string_view("\xFF\xD8\0\r\n", 5));
    CHECK(outcome.parts[1].complete);
  }

  TEST_CASE("every cut of a body into two or three pieces gives the same parts") {
    const std::string body =
        "preamble\r\n--b \t\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{}\r\n--b\r\n"
        "Content-Disposition: form-data; name=\"file\"; filename=\"t\"\r\n\r\n\r\n-\r\n--\r\r\n--a"
        "\r\n--b--epilogue\r\n--b";
    const MultipartOutcome whole = parse(body);
    CHECK_FALSE(whole.error);
    REQUIRE(whole.parts.size() == 2);
    CHECK(whole.parts[1].content == "\r\n-\r\n--\r\r\n--a");
    const std::string_view all = body;
    for (std::size_t a = 0; a <= all.size(); ++a) {
      for (std::size_t b = a; b <= all.size(); ++b) {
        const MultipartOutcome cut =
            parse_pieces("b", {all.substr(0, a), all.substr(a, b - a), all.substr(b)});
        REQUIRE_MESSAGE(cut == whole, "cut at " << a << " and " << b);
      }
    }
  }

  TEST_CASE("contents full of near-delimiters arrive unchanged, however they are cut") {
    const std::uint64_t seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 2000; ++round) {
      std::vector<std::string> contents;
      std::string body;
      for (auto parts = random() % 4; parts > 0; --parts) {
        contents.push_back(nasty_content(random));
        body +=
            "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n" + contents.back() + "\r\n";
      }
      body += "--b--\r\n";
      const auto outcome = parse_pieces("b", random_pieces(body, random));
      CAPTURE(round);
      REQUIRE_FALSE(outcome.error);
      REQUIRE_FALSE(outcome.out_of_order);
      REQUIRE(outcome.parts.size() == contents.size());
      for (std::size_t i = 0; i < contents.size(); ++i) {
        REQUIRE(outcome.parts[i].content == contents[i]);
      }
    }
  }

  TEST_CASE("an empty content, an absent content and a part without header are parts") {
    const auto outcome = parse(
        "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n--b\r\n\r\nbare\r\n--b--");
    CHECK_FALSE(outcome.error);
    REQUIRE(outcome.parts.size() == 3);
    CHECK(outcome.parts[0].content.empty());
    CHECK(outcome.parts[1].name == "c");
    CHECK(outcome.parts[1].content.empty());
    CHECK(outcome.parts[2].name.empty());
    CHECK(outcome.parts[2].content_type == "text/plain");
    CHECK(outcome.parts[2].content == "bare");
  }

  TEST_CASE("a body without parts is complete") {
    CHECK_FALSE(parse("--b--\r\n").error);
    CHECK(parse("--b--\r\n").parts.empty());
  }

  TEST_CASE("file names are read as clients write them") {
    CHECK(filename_in(R"(name="file"; filename="a b.jpg")") == "a b.jpg");
    CHECK(filename_in(R"(name="file"; filename="C:\fotos\a.jpg")") == R"(C:\fotos\a.jpg)");
    CHECK(filename_in(R"(name="file"; filename="a\"b\\c")") == R"(a"b\c)");
    CHECK(filename_in(R"(name="file"; filename="a"b.jpg")") == R"(a"b.jpg)");
    CHECK(filename_in(R"(name="file"; filename="a;b=c.jpg" )") == "a;b=c.jpg");
    CHECK(filename_in("name=\"file\"; filename=\"H\xC3\xBCtte.jpg\"") == "H\xC3\xBCtte.jpg");
    CHECK(filename_in(R"(name=file; filename=plain.txt)") == "plain.txt");
    CHECK(filename_in(R"(name="file"; filename*=UTF-8''H%C3%BCtte%20x)") == "H\xC3\xBCtte x");
    CHECK(filename_in(R"(name="file"; filename="a"; filename*=utf-8'en'b)") == "b");
    CHECK(filename_in(R"(name="file"; filename="a"; filename*=nonsense)") == "a");
    CHECK(filename_in(R"(name="file"; filename*=nonsense)").empty());
    CHECK(filename_in(R"(name="file"; filename="")").empty());
    CHECK(filename_in(R"(name="file")") == "(none)");
    CHECK(filename_in(R"(name="file"; filename="unterminated)") == "unterminated");
  }

  TEST_CASE("header names and parameters know no case and may be folded") {
    const auto outcome =
        parse(one_part("CONTENT-disposition:form-data;\r\n\tNAME = \"file\" ; "
                       "FileName=\"x\"\r\ncontent-TYPE:\t a/b ",
                       "1"));
    REQUIRE(outcome.parts.size() == 1);
    CHECK(outcome.parts[0].name == "file");
    CHECK(outcome.parts[0].filename == "x");
    CHECK(outcome.parts[0].content_type == "a/b");
  }

  TEST_CASE("a damaged body is refused") {
    for (const char* body :
         {"", "no boundary at all", "--b", "--b\r\n", "--b\r\nContent-Disposition: form-data",
          "--b\r\nContent-Disposition: form-data\r\n\r\ncontent",
          "--b\r\nContent-Disposition: form-data\r\n\r\ncontent\r\n--b",
          "--b\r\nContent-Disposition: form-data\r\n\r\ncontent\r\n--b-", "--bx\r\n",
          "--b\r\nno colon\r\n\r\nx\r\n--b--", "--b\r\n: no name\r\n\r\nx\r\n--b--",
          "--b\nContent-Disposition: form-data\n\nx\n--b--\n",
          "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--"}) {
      CAPTURE(body);
      CHECK(parse(body).error == ErrorCode::Corrupt);
    }
    CHECK(parse(one_part(std::string("A: \0", 4), "x")).error == ErrorCode::Corrupt);
    CHECK(parse("--b" + std::string(1000, ' ') + "\r\n").error == ErrorCode::Corrupt);
  }

  TEST_CASE("header size and number of parts are bounded") {
    const std::string longest(MultipartParser::kMaxHeaderBytes - 3, 'x');
    CHECK_FALSE(parse(one_part("A: " + longest, "1")).error);
    CHECK(parse(one_part("A: " + longest + std::string(100, 'x'), "1")).error ==
          ErrorCode::LimitExceeded);
    CHECK(parse("--b\r\n" + std::string(1 << 20, 'x')).error == ErrorCode::LimitExceeded);
    std::string parts;
    for (std::size_t i = 0; i < MultipartParser::kMaxParts; ++i) parts += "--b\r\n\r\n\r\n";
    CHECK_FALSE(parse(parts + "--b--").error);
    CHECK(parse(parts + "--b\r\n\r\n\r\n--b--").error == ErrorCode::LimitExceeded);
  }

  TEST_CASE("a parser that refused a body keeps refusing") {
    tests::MultipartRecorder recorder;
    MultipartParser parser("b", recorder);
    CHECK_THROWS_AS(parser.feed("--bx"), Error);
    CHECK_THROWS_AS(parser.feed("\r\n--b--"), Error);
    CHECK_THROWS_AS(parser.finish(), Error);
  }

  TEST_CASE("large contents pass through without being copied") {
    class Counter final : public MultipartSink {
     public:
      explicit Counter(std::string_view source) : source_(source) {}
      void on_part(const PartHeader&) override {}
      void on_data(std::string_view bytes) override {
        size += bytes.size();
        const bool inside = bytes.data() >= source_.data() &&
                            bytes.data() + bytes.size() <= source_.data() + source_.size();
        if (!inside) copied += bytes.size();
      }
      void on_part_end() override {}
      std::size_t size = 0;
      std::size_t copied = 0;

     private:
      std::string_view source_;
    };
    const std::string block(1 << 20, '\r');
    Counter counter(block);
    MultipartParser parser("b", counter);
    parser.feed("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n");
    for (int i = 0; i < 64; ++i) parser.feed(block);
    parser.feed("\r\n--b--");
    parser.finish();
    CHECK(counter.size == 64 * block.size());
    CHECK(counter.copied <= 64);  // the '\r' held back at the end of each block
  }

  TEST_CASE("the boundary is read from the content type") {
    CHECK(multipart_boundary("multipart/form-data; boundary=abc") == "abc");
    CHECK(multipart_boundary("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b=c\"") == "a b=c");
    CHECK(multipart_boundary("multipart/form-data; boundary=boundary_.oOo.QFieldRoxAndYouKnowItDXMt"
                             "CoIPQV84CAX3rDyv83393") ==
          "boundary_.oOo.QFieldRoxAndYouKnowItDXMtCoIPQV84CAX3rDyv83393");
    for (const std::string& type :
         {std::string(), std::string("application/json"), std::string("multipart/form-data"),
          std::string("multipart/mixed; boundary=abc"),
          std::string("multipart/form-data; boundary="),
          std::string("multipart/form-data; boundary=\"\r\n\""),
          "multipart/form-data; boundary=" + std::string(71, 'x')}) {
      CAPTURE(type);
      CHECK_FALSE(multipart_boundary(type));
    }
  }
}
