#include <qfcsync/error.hpp>

#include "remote/dav_answers.hpp"
#include "remote/http_date.hpp"
#include "remote/s3_answers.hpp"

#include <functional>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::remote;

namespace {

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("accepted");
  return ErrorCode::Internal;
}

Time at(int year, unsigned month, unsigned day, int hour, int minute, int second) {
  using namespace std::chrono;
  return sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}} +
         hours{hour} + minutes{minute} + seconds{second};
}

constexpr std::string_view kNamespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

std::string s3(std::string_view name, std::string_view inside) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + std::string(name) + " " +
         std::string(kNamespace) + ">" + std::string(inside) + "</" + std::string(name) + ">";
}

std::string multistatus(std::string_view inside) {
  return "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">" + std::string(inside) +
         "</D:multistatus>";
}

std::string file_response(std::string_view href) {
  return "<D:response><D:href>" + std::string(href) +
         "</D:href><D:propstat><D:prop><x:resourcetype xmlns:x=\"DAV:\"/><x:getcontentlength "
         "xmlns:x=\"DAV:\">12</x:getcontentlength><D:getlastmodified>Wed, 25 Nov 2026 00:43:05 GMT"
         "</D:getlastmodified></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
         "</D:response>";
}

}  // namespace

TEST_SUITE("remote/answers") {
  TEST_CASE("a page of a bucket has objects, folders and where it goes on") {
    const auto page = parse_object_page(
        s3("ListBucketResult",
           "<IsTruncated>true</IsTruncated><NextContinuationToken>to+ken=</NextContinuationToken>"
           "<Contents><Key>p/a&amp;b</Key><LastModified>2009-10-12T17:50:30.000Z</LastModified>"
           "<ETag>&quot;x&quot;</ETag><Size>434234</Size></Contents>"
           "<CommonPrefixes><Prefix>p/c/</Prefix></CommonPrefixes>"));
    REQUIRE(page.objects.size() == 1);
    CHECK(page.objects[0].key == "p/a&b");
    CHECK(page.objects[0].size == 434'234);
    CHECK(page.objects[0].modified == at(2009, 10, 12, 17, 50, 30));
    CHECK(page.folders == std::vector<std::string>{"p/c/"});
    CHECK(page.is_truncated);
    CHECK(page.next == "to+ken=");
    CHECK(parse_object_page(s3("ListBucketResult", "")).objects.empty());
  }

  TEST_CASE("uploads and their parts are read") {
    const auto uploads = parse_uploads(
        s3("ListMultipartUploadsResult",
           "<Upload><Key>k</Key><UploadId>id</UploadId><Initiated>2010-11-10T20:48:33.000Z"
           "</Initiated></Upload>"));
    REQUIRE(uploads.size() == 1);
    CHECK(uploads[0].key == "k");
    CHECK(uploads[0].id == "id");
    CHECK(uploads[0].initiated == at(2010, 11, 10, 20, 48, 33));
    const auto page = parse_parts(
        s3("ListPartsResult",
           "<IsTruncated>false</IsTruncated><Part><PartNumber>2</PartNumber><ETag>\"e\"</ETag>"
           "<Size>8388608</Size><ChecksumSHA256>abc=</ChecksumSHA256></Part>"));
    REQUIRE(page.parts.size() == 1);
    CHECK(page.parts[0].number == 2);
    CHECK(page.parts[0].etag == "\"e\"");
    CHECK(page.parts[0].size == 8'388'608);
    CHECK(page.parts[0].sha256 == "abc=");
    CHECK(parse_upload_id(s3("InitiateMultipartUploadResult", "<UploadId>i</UploadId>")) == "i");
  }

  TEST_CASE("a completion that fails after it was answered with 200 is a failure") {
    CHECK(parse_completion(s3("CompleteMultipartUploadResult", "<ETag>x</ETag>")).empty());
    CHECK(parse_completion("<Error><Code>InternalError</Code></Error>") == "InternalError");
    CHECK(code_of([] { parse_completion("<Error/>"); }) == ErrorCode::Corrupt);
    CHECK(code_of([] { parse_completion("<html/>"); }) == ErrorCode::Corrupt);
    CHECK(code_of([] { parse_completion(""); }) == ErrorCode::Corrupt);
  }

  TEST_CASE("an error's code is found, or nothing") {
    CHECK(error_code_of("<Error><Code>SlowDown</Code><Message>m</Message></Error>") == "SlowDown");
    CHECK(error_code_of("<html>") == "");
    CHECK(error_code_of("") == "");
  }

  TEST_CASE("resources are read whatever the prefix of the namespace is") {
    const auto resources = parse_multistatus(multistatus(
        file_response("/base/a%20b") +
        "<D:response><D:href>http://h:80/base/c/</D:href><D:propstat><D:prop><D:resourcetype>"
        "<D:collection/></D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
        "<D:propstat><D:prop><D:getcontentlength/></D:prop><D:status>HTTP/1.1 404 Not Found"
        "</D:status></D:propstat></D:response>"
        "<D:response><D:href>/base/gone</D:href><D:status>HTTP/1.1 404 Not Found</D:status>"
        "</D:response>"));
    REQUIRE(resources.size() == 2);
    CHECK(resources[0].path == "/base/a b");
    CHECK_FALSE(resources[0].is_collection);
    CHECK(resources[0].size == 12);
    CHECK(resources[0].modified == at(2026, 11, 25, 0, 43, 5));
    CHECK(resources[1].path == "/base/c");
    CHECK(resources[1].is_collection);
  }

  TEST_CASE("answers that make no sense are refused") {
    for (const std::string& text : {
             std::string(),
             std::string("no xml"),
             std::string("<a"),
             std::string("{\"json\": 1}"),
             std::string("<ListBucketResult>"),
             std::string("<Other/>"),
             std::string("\0\0\0", 3),
             s3("ListBucketResult", "<Contents><Key>k</Key></Contents>"),
             s3("ListBucketResult", "<Contents><Key>k</Key><Size>-1</Size></Contents>"),
             s3("ListBucketResult",
                "<Contents><Key>k</Key><Size>99999999999999999999</Size>"
                "<LastModified>2009-10-12T17:50:30Z</LastModified></Contents>"),
             s3("ListBucketResult",
                "<Contents><Key>k</Key><Size>1</Size><LastModified>yesterday</LastModified>"
                "</Contents>"),
         }) {
      CAPTURE(text);
      CHECK(code_of([&] { parse_object_page(text); }) == ErrorCode::Corrupt);
    }
    CHECK(code_of([] { parse_multistatus(multistatus("<D:response/>")); }) == ErrorCode::Corrupt);
    CHECK(code_of([] {
            parse_multistatus(
                multistatus("<D:response><D:href>/a</D:href><D:propstat><D:prop/>"
                            "<D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
                            "</D:response>"));
          }) == ErrorCode::Corrupt);
    const std::string part = "<Part><PartNumber>0</PartNumber><ETag>e</ETag><Size>1</Size></Part>";
    CHECK(code_of([&] { parse_parts(s3("ListPartsResult", part)); }) == ErrorCode::Corrupt);
  }

  TEST_CASE("entities of a document are not expanded, files are not read") {
    const std::string text =
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\"><!ENTITY b \"bbbbbbbbbb\">]>" +
        multistatus(file_response("/&a;&b;"));
    const auto resources = parse_multistatus(text);
    REQUIRE(resources.size() == 1);
    CHECK(resources[0].path == "/&a;&b;");
  }

  TEST_CASE("elements nested a hundred thousand deep do no harm") {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "<a>";
    for (int i = 0; i < 100'000; ++i) text += "</a>";
    CHECK(parse_multistatus(multistatus(text)).empty());
  }

  TEST_CASE("dates of both kinds are read, others are not") {
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == at(1994, 11, 6, 8, 49, 37));
    CHECK_FALSE(parse_http_date(""));
    CHECK_FALSE(parse_http_date("soon"));
    CHECK_FALSE(parse_http_date("Wed, 12 Oct 2389 17:50:30 GMT"));  // beyond what a clock counts
    CHECK_FALSE(parse_http_date(std::string(1000, '1')));
    CHECK(parse_iso_date("2026-11-25T00:43:05Z") == at(2026, 11, 25, 0, 43, 5));
    for (const std::string text :
         {"", "2026-11-25", "2026-11-25T00:43:05", "2026-13-25T00:43:05Z", "2026-02-30T00:43:05Z",
          "20x6-11-25T00:43:05Z", "-026-11-25T00:43:05Z", "2389-10-12T17:50:30Z",
          "0001-01-01T00:00:00Z"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_iso_date(text));
    }
  }
}
