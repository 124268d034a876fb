#include "remote/address.hpp"

#include <qfcsync/error.hpp>

#include "remote/s3_place.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::remote;

TEST_SUITE("remote/address") {
  TEST_CASE("a path is a folder") {
    CHECK(std::get<std::filesystem::path>(parse_address("some/folder")) == "some/folder");
    CHECK(std::get<std::filesystem::path>(parse_address("/a b")) == "/a b");
    CHECK(std::get<std::filesystem::path>(parse_address("file:///a%20b")) == "/a b");
    CHECK(std::get<std::filesystem::path>(parse_address("a/b://c")) == "a/b://c");
  }

  TEST_CASE("a bucket has its prefix, endpoint, region and style") {
    const auto s3 = std::get<S3Options>(parse_address(
        "s3://buck/pre/fix/?endpoint=http://127.0.0.1:9000&region=eu-west-1&style=host"));
    CHECK(s3.bucket == "buck");
    CHECK(s3.prefix == "pre/fix");
    CHECK(s3.endpoint == "http://127.0.0.1:9000");
    CHECK(s3.region == "eu-west-1");
    CHECK_FALSE(has_bucket_in_path(s3));
    CHECK(s3_server(s3).host == "buck.127.0.0.1:9000");
    const auto plain = std::get<S3Options>(parse_address("s3://buck"));
    CHECK(plain.prefix.empty());
    CHECK(s3_server(plain).origin() == "https://buck.s3.us-east-1.amazonaws.com");
    CHECK(describe_s3(plain) == "s3://buck at buck.s3.us-east-1.amazonaws.com");
    CHECK(has_bucket_in_path(std::get<S3Options>(parse_address("s3://bu.ck"))));
  }

  TEST_CASE("TLS is the default: http only where it is written") {
    const auto s3 = std::get<S3Options>(parse_address("s3://buck?endpoint=minio.example:9000"));
    CHECK(s3.endpoint == "https://minio.example:9000");
    CHECK(std::get<WebdavOptions>(parse_address("webdav+https://h/x")).url == "https://h/x");
    CHECK(std::get<WebdavOptions>(parse_address("WebDAV+http://h/x")).url == "http://h/x");
  }

  TEST_CASE("other addresses are refused, and nothing of them is repeated") {
    for (const std::string address :
         {"", "ftp://secret", "https://secret/x", "s3://ada:secret@buck/x",
          "s3://buck?secret_key=secret", "s3://buck?style=secret", "s3://buck?endpoint",
          "s3://buck?endpoint=https://ada:secret@h", "webdav+https://ada:secret@h/x",
          "webdav+ftp://secret/x", "webdav+secret", "file://secret", "s3://secret%zz/%zz",
          "s3://se/x", "s3://.secret", "s3://buck/../secret", "s3://buck//secret",
          "s3://buck?region=secret/x", "s3://buck?region="}) {
      CAPTURE(address);
      try {
        const auto parsed = parse_address(address);
        REQUIRE(std::holds_alternative<S3Options>(parsed));
        s3_server(std::get<S3Options>(parsed));
        FAIL("accepted");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::InvalidArgument);
        CHECK(std::string(error.what()).find("secret") == std::string::npos);
      }
    }
  }

  TEST_CASE("a folder is opened by its address") {
    const test::TemporaryFolder folder;
    const auto store = open_blobs("file://" + (folder / "blobs").string());
    MemorySource data("x");
    CHECK(store->create("a", data, 1) == Created::Created);
    CHECK(open_blobs((folder / "blobs").string())->stat("a"));
  }
}
