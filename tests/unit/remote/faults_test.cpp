// Stores behind servers that fail in ways no real one does on demand.

#include <qfcsync/error.hpp>
#include <qfcsync/remote_store.hpp>

#include "base/digest.hpp"
#include "remote/dav_publish.hpp"
#include "remote/s3_bucket.hpp"
#include "support/scripted_server.hpp"
#include "support/temporary_folder.hpp"

#include <chrono>
#include <functional>

#include <doctest/doctest.h>

using namespace qfcsync;
using test::ScriptedReply;
using test::SeenRequest;

namespace {

constexpr std::string_view kSecret = "the-secret-word";

NetworkOptions hasty() {
  NetworkOptions options;
  options.first_delay = std::chrono::milliseconds(1);
  options.stall_timeout = std::chrono::seconds(1);
  return options;
}

ScriptedReply answer(int status, std::string body = {}, std::vector<std::string> headers = {}) {
  ScriptedReply reply;
  reply.status = status;
  reply.body = std::move(body);
  reply.headers = std::move(headers);
  return reply;
}

ScriptedReply hang_up() {
  ScriptedReply reply;
  reply.hangs_up = true;
  return reply;
}

bool is_for(const SeenRequest& request, std::string_view text) {
  return request.target.find(text) != std::string::npos;
}

/// A server whose manners are noted, so that an opener asks for nothing else; the script gets what
/// comes after the opening, numbered from 0.
class S3Script {
 public:
  explicit S3Script(test::ScriptedServer::Script script, std::string note = "exclusive, in order")
      : server_([this, script = std::move(script), note = std::move(note)](
                    const SeenRequest& request, std::size_t) {
          if (is_for(request, "tmp/manners")) return answer(note.empty() ? 404 : 200, note);
          if (request.target == "/buck/tmp/") return answer(404);
          after_opening_.push_back(request);
          return script(request, after_opening_.size() - 1);
        }) {}

  S3Options options() const {
    S3Options options;
    options.bucket = "buck";
    options.endpoint = server_.address();
    options.credentials = Credentials{"ada", std::string(kSecret), "token-" + std::string(kSecret)};
    options.network = hasty();
    return options;
  }
  std::unique_ptr<BlobStore> open() const { return open_s3_blobs(options()); }
  const std::vector<SeenRequest>& seen() const { return after_opening_; }
  /// Those of openings, too.
  std::size_t requests() { return server_.seen().size(); }

 private:
  std::vector<SeenRequest> after_opening_;
  test::ScriptedServer server_;
};

Created put(BlobStore& store, std::string_view name, std::string_view bytes) {
  MemorySource source(bytes);
  return store.create(name, source, bytes.size());
}

/// The failure of an action; its text must have no secret in it.
Error failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find(kSecret) == std::string::npos);
    CHECK(std::string(error.what()).find("AWS4") == std::string::npos);
    return error;
  }
  FAIL("no error");
  return Error(ErrorCode::Internal, "");
}

}  // namespace

TEST_SUITE("remote/faults") {
  TEST_CASE("a server that is busy twice is asked a third time") {
    S3Script script([](const SeenRequest&, std::size_t number) {
      return answer(number < 2 ? 503 : 200, "<Error><Code>SlowDown</Code></Error>");
    });
    CHECK(put(*script.open(), "roots/1", "bytes") == Created::Created);
    REQUIRE(script.seen().size() == 3);
    for (const auto& request : script.seen()) {
      CHECK(request.body == "bytes");
      CHECK(request.headers.at("if-none-match") == "*");
      CHECK(request.headers.at("x-amz-checksum-sha256") ==
            "J3CJ2RwL308uaGK6fkoHYFEZQx9dE/cm3TUrBvGyBqk=");
    }
  }

  TEST_CASE("a server that stays busy is left after five tries") {
    S3Script script([](const SeenRequest&, std::size_t) { return answer(503); });
    const Error error = failure_of([&] { put(*script.open(), "roots/1", "bytes"); });
    CHECK(error.code() == ErrorCode::Network);
    CHECK(error.origin() == ErrorOrigin::Http);
    CHECK(error.native() == 503);
    CHECK(script.seen().size() == 5);
  }

  TEST_CASE("a create whose answer got lost is ours if the bytes are ours") {
    for (const std::string there : {"ours!", "other", "longer than ours"}) {
      CAPTURE(there);
      S3Script script([&](const SeenRequest& request, std::size_t number) {
        if (number == 0) return hang_up();
        if (request.method == "PUT") return answer(412);
        return answer(200, there);
      });
      const Created told = put(*script.open(), "roots/1", "ours!");
      CHECK(told == (there == "ours!" ? Created::Created : Created::Exists));
      for (const auto& request : script.seen()) {
        if (request.method == "PUT") CHECK(request.body == "ours!");
      }
    }
  }

  TEST_CASE("a name that is taken at the first try is somebody else's, whatever it holds") {
    S3Script script([](const SeenRequest&, std::size_t) { return answer(412); });
    CHECK(put(*script.open(), "roots/1", "bytes") == Created::Exists);
    CHECK(script.seen().size() == 1);
  }

  TEST_CASE("a connection that ends in the middle of an answer is continued by another") {
    S3Script script([](const SeenRequest& request, std::size_t number) {
      auto reply = answer(206, "0123456789", {"Content-Range: bytes 0-9/10"});
      reply.cut_after = 4;
      if (number == 0) return reply;
      CHECK(request.headers.at("range") == "bytes=4-");
      return answer(206, "456789", {"Content-Range: bytes 4-9/10"});
    });
    MemorySink sink;
    script.open()->read("packs/x", 0, 0, sink);
    CHECK(sink.bytes() == "0123456789");
  }

  TEST_CASE("a line that breaks often brings a large blob in the end, an idle one does not") {
    const std::string large(12 * remote::kProgressBytes + 5, 'x');
    std::size_t step = remote::kProgressBytes;
    S3Script script([&](const SeenRequest& request, std::size_t) {
      const auto first =
          static_cast<std::size_t>(std::stoul(request.headers.at("range").substr(6)));
      ScriptedReply reply =
          answer(206, large.substr(first),
                 {"Content-Range: bytes " + std::to_string(first) + "-" +
                  std::to_string(large.size() - 1) + "/" + std::to_string(large.size())});
      if (first + step < large.size()) reply.cut_after = step;
      return reply;
    });
    const auto store = script.open();
    MemorySink sink;
    store->read("packs/x", 0, 0, sink);
    CHECK((sink.bytes() == large));
    const std::size_t before = script.seen().size();
    CHECK(before >= 13);
    step = 1000;
    MemorySink other;
    CHECK(failure_of([&] { store->read("packs/x", 0, 0, other); }).code() == ErrorCode::Network);
    CHECK(script.seen().size() - before == 5);
  }

  TEST_CASE("parts are put together in their order, whichever is there first") {
    const std::string large(60u << 20, 'x');
    std::string completion;
    S3Script script([&](const SeenRequest& request, std::size_t) {
      if (request.method == "HEAD") return answer(404);
      if (is_for(request, "?uploads=")) {
        return answer(200,
                      "<InitiateMultipartUploadResult><UploadId>id</UploadId>"
                      "</InitiateMultipartUploadResult>");
      }
      if (request.method == "PUT") {
        const std::size_t at = request.target.find("partNumber=") + 11;
        return answer(200, "", {"ETag: \"e" + request.target.substr(at, 1) + "\""});
      }
      completion = request.body;
      return answer(200, "<CompleteMultipartUploadResult/>");
    });
    CHECK(put(*script.open(), "packs/x", large) == Created::Created);
    std::size_t last = 0;
    for (int number = 1; number <= 8; ++number) {
      const std::string part = "<PartNumber>" + std::to_string(number) + "</PartNumber><ETag>\"e" +
                               std::to_string(number) + "\"</ETag>";
      const std::size_t at = completion.find(part);
      REQUIRE(at != std::string::npos);
      CHECK(at >= last);
      last = at;
    }
  }

  TEST_CASE("a store that was opened lately is opened again without a request") {
    const test::TemporaryFolder notes;
    S3Script script([](const SeenRequest&, std::size_t) { return answer(404); });
    S3Options options = script.options();
    options.resume_folder = notes.path();
    open_s3_blobs(options);
    const std::size_t before = script.requests();
    CHECK(before > 0);
    const auto store = open_s3_blobs(options);
    CHECK(script.requests() == before);
    CHECK(store->limits().has_exclusive_create);
    for (const auto& file : std::filesystem::directory_iterator(notes.path())) {
      std::filesystem::last_write_time(
          file.path(), std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
    }
    open_s3_blobs(options);
    CHECK(script.requests() > before);
  }

  TEST_CASE("a server that says nothing is given up") {
    S3Script script([](const SeenRequest&, std::size_t) {
      ScriptedReply reply;
      reply.stalls = true;
      return reply;
    });
    S3Options options = script.options();
    const auto store = open_s3_blobs(options);
    options.network.tries = 1;
    const auto hasty_store = open_s3_blobs(options);
    const auto start = std::chrono::steady_clock::now();
    CHECK(failure_of([&] { hasty_store->stat("x"); }).code() == ErrorCode::Timeout);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  }

  TEST_CASE("a server that is not there is a failing network") {
    std::string address;
    {
      test::ScriptedServer gone([](const SeenRequest&, std::size_t) { return answer(500); });
      address = gone.address();
    }
    WebdavOptions options;
    options.url = address;
    options.credentials = Credentials{"ada", std::string(kSecret), ""};
    options.network = hasty();
    const Error error = failure_of([&] { open_webdav_blobs(options); });
    CHECK(error.code() == ErrorCode::Network);
    CHECK(error.origin() == ErrorOrigin::Curl);
  }

  TEST_CASE("refusals have their meaning, and what the server echoes is not repeated") {
    const std::string body =
        "<Error><Code>AccessDenied the-secret-word</Code><Message>"
        "the-secret-word</Message></Error>";
    for (const auto& [status, code] :
         std::initializer_list<std::pair<int, ErrorCode>>{{401, ErrorCode::Denied},
                                                          {403, ErrorCode::Denied},
                                                          {404, ErrorCode::NotFound},
                                                          {413, ErrorCode::LimitExceeded},
                                                          {423, ErrorCode::Busy},
                                                          {429, ErrorCode::Busy},
                                                          {504, ErrorCode::Timeout},
                                                          {507, ErrorCode::LimitExceeded},
                                                          {501, ErrorCode::Unsupported}}) {
      CAPTURE(status);
      S3Script script(
          [&, status = status](const SeenRequest&, std::size_t) { return answer(status, body); });
      const Error error = failure_of([&] { put(*script.open(), "roots/1", "bytes"); });
      CHECK(error.code() == code);
      CHECK(error.native() == status);
    }
  }

  TEST_CASE("nobody is followed elsewhere with our credentials") {
    test::ScriptedServer other([](const SeenRequest&, std::size_t) { return answer(200); });
    S3Script script([&](const SeenRequest&, std::size_t) {
      return answer(307, "", {"Location: " + other.address() + "/buck/roots/1"});
    });
    const Error error = failure_of([&] { put(*script.open(), "roots/1", "bytes"); });
    CHECK(error.native() == 307);
    CHECK(other.seen().empty());
  }

  TEST_CASE("an answer without end is not kept") {
    S3Script script([](const SeenRequest&, std::size_t) {
      return answer(200, std::string(remote::kMaxAnswerBytes + 1, ' '));
    });
    CHECK(failure_of([&] { script.open()->list("", "", 10); }).code() == ErrorCode::LimitExceeded);
  }

  TEST_CASE("a wrong clock of ours is set by the server's") {
    S3Script script([](const SeenRequest&, std::size_t number) {
      if (number > 0) return answer(200);
      return answer(403, "<Error><Code>RequestTimeTooSkewed</Code></Error>",
                    {"Date: Sun, 06 Nov 2050 08:49:37 GMT"});
    });
    CHECK(put(*script.open(), "roots/1", "bytes") == Created::Created);
    REQUIRE(script.seen().size() == 2);
    CHECK(script.seen()[1].headers.at("x-amz-date").starts_with("20501106T08"));
  }

  TEST_CASE("a server that ignores the condition is found out and said to be so") {
    S3Script script(
        [](const SeenRequest& request, std::size_t) {
          if (request.method == "GET") return answer(200, "<ListBucketResult/>");
          return answer(request.method == "HEAD" ? 404 : 200);
        },
        "");
    const auto store = script.open();
    CHECK_FALSE(store->limits().has_exclusive_create);
    const std::size_t before = script.seen().size();
    CHECK(put(*store, "roots/1", "bytes") == Created::Created);
    CHECK(script.seen()[before].method == "HEAD");
    CHECK_FALSE(script.seen()[before + 1].headers.contains("if-none-match"));
  }

  TEST_CASE("a completion that fails after all leaves no upload behind") {
    const std::string large(17u << 20, 'x');
    S3Script script([](const SeenRequest& request, std::size_t) {
      if (request.method == "HEAD") return answer(404);
      if (is_for(request, "?uploads=")) {
        return answer(200,
                      "<InitiateMultipartUploadResult><UploadId>id</UploadId>"
                      "</InitiateMultipartUploadResult>");
      }
      if (request.method == "PUT") return answer(200, "", {"ETag: \"e\""});
      if (request.method == "DELETE") return answer(204);
      return answer(200, "<Error><Code>InternalError</Code></Error>");
    });
    CHECK(failure_of([&] { put(*script.open(), "packs/x", large); }).code() == ErrorCode::Network);
    CHECK(script.seen().back().method == "DELETE");
    CHECK(is_for(script.seen().back(), "uploadId=id"));
    REQUIRE(script.seen().size() == 7);
    CHECK(script.seen()[5].headers.at("if-none-match") == "*");
  }

  TEST_CASE("parts that are on the server with our bytes are not sent again") {
    const test::TemporaryFolder notes;
    const std::string large(17u << 20, 'x');
    base::Digest digest(base::DigestKind::Md5);
    digest.update(std::string_view(large).substr(0, 8u << 20));
    const std::string etag = "\"" + digest.finish_hex() + "\"";
    bool has_network = false;
    S3Script script([&](const SeenRequest& request, std::size_t) {
      if (request.method == "HEAD") return answer(404);
      if (is_for(request, "?uploads=")) {
        return answer(200,
                      "<InitiateMultipartUploadResult><UploadId>id</UploadId>"
                      "</InitiateMultipartUploadResult>");
      }
      if (request.method == "GET") {
        return answer(200,
                      "<ListPartsResult><Part><PartNumber>1</PartNumber><Size>8388608</Size>"
                      "<ETag>" +
                          etag +
                          "</ETag></Part><Part><PartNumber>2</PartNumber>"
                          "<Size>8388608</Size><ETag>\"of other bytes\"</ETag></Part>"
                          "</ListPartsResult>");
      }
      if (is_for(request, "partNumber=1")) return answer(200, "", {"ETag: " + etag});
      if (request.method == "PUT") return answer(has_network ? 200 : 503, "", {"ETag: \"e\""});
      return answer(200, "<CompleteMultipartUploadResult/>");
    });
    S3Options options = script.options();
    options.resume_folder = notes.path();
    const auto store = open_s3_blobs(options);
    CHECK(failure_of([&] { put(*store, "packs/x", large); }).code() == ErrorCode::Network);
    CHECK(is_for(script.seen().back(), "partNumber="));  // nothing was given up
    has_network = true;
    const std::size_t before = script.seen().size();
    CHECK(put(*store, "packs/x", large) == Created::Created);
    std::vector<std::string> sent;
    for (std::size_t i = before; i < script.seen().size(); ++i) {
      const auto& request = script.seen()[i];
      if (request.method == "PUT") sent.push_back(request.target);
    }
    std::ranges::sort(sent);
    CHECK(sent == std::vector<std::string>{"/buck/packs/x?partNumber=2&uploadId=id",
                                           "/buck/packs/x?partNumber=3&uploadId=id"});
  }

  TEST_CASE("what nobody finished within a week is removed by the next opener") {
    std::vector<SeenRequest> seen;
    const auto script = [&](const SeenRequest& request, std::size_t) {
      seen.push_back(request);
      if (is_for(request, "tmp/manners")) return answer(200, "exclusive, in order");
      if (request.target == "/buck/tmp/") {
        return answer(404, "", {"Date: Sun, 08 Nov 2026 12:00:00 GMT"});
      }
      if (is_for(request, "?uploads=")) {
        return answer(200,
                      "<ListMultipartUploadsResult><Upload><Key>old</Key><UploadId>1</UploadId>"
                      "<Initiated>2026-11-01T11:59:59Z</Initiated></Upload><Upload><Key>new</Key>"
                      "<UploadId>2</UploadId><Initiated>2026-11-01T12:00:01Z</Initiated></Upload>"
                      "</ListMultipartUploadsResult>");
      }
      if (request.method == "DELETE") return answer(204);
      return answer(200,
                    "<ListBucketResult><Contents><Key>tmp/old</Key><Size>1</Size><LastModified>"
                    "2026-10-01T00:00:00Z</LastModified></Contents><Contents><Key>tmp/new</Key>"
                    "<Size>1</Size><LastModified>2026-11-08T00:00:00Z</LastModified></Contents>"
                    "</ListBucketResult>");
    };
    test::ScriptedServer server(script);
    S3Options options;
    options.bucket = "buck";
    options.endpoint = server.address();
    options.credentials = Credentials{"ada", std::string(kSecret), ""};
    open_s3_blobs(options);
    std::vector<std::string> removed;
    for (const auto& request : seen) {
      if (request.method == "DELETE") removed.push_back(request.target);
    }
    CHECK(removed == std::vector<std::string>{"/buck/old?uploadId=1", "/buck/tmp/old"});
  }

  TEST_CASE("a completion whose answer got lost is ours if the bytes are ours") {
    const std::string large(17u << 20, 'x');
    bool is_complete = false;
    S3Script script([&](const SeenRequest& request, std::size_t) {
      if (is_for(request, "?uploads=")) {
        return answer(200,
                      "<InitiateMultipartUploadResult><UploadId>id</UploadId>"
                      "</InitiateMultipartUploadResult>");
      }
      if (request.method == "PUT") return answer(200, "", {"ETag: \"e\""});
      if (request.method == "HEAD" || request.method == "GET") {
        return answer(is_complete ? 200 : 404, is_complete ? large : "");
      }
      if (is_complete) return answer(404, "<Error><Code>NoSuchUpload</Code></Error>");
      is_complete = true;
      return hang_up();
    });
    CHECK(put(*script.open(), "packs/x", large) == Created::Created);
  }

  TEST_CASE("a WebDAV server gets the password as a header and nothing else of it") {
    test::ScriptedServer server([](const SeenRequest&, std::size_t) { return answer(401); });
    WebdavOptions options;
    options.url = server.address() + "/base";
    options.credentials = Credentials{"ada", std::string(kSecret), ""};
    options.network = hasty();
    CHECK(failure_of([&] { open_webdav_blobs(options); }).code() == ErrorCode::Denied);
    REQUIRE(server.seen().size() == 1);
    CHECK(server.seen()[0].headers.at("authorization") == "Basic YWRhOnRoZS1zZWNyZXQtd29yZA==");
    CHECK(server.seen()[0].target == "/base");
  }

  TEST_CASE("a web server without WebDAV is said to be that") {
    test::ScriptedServer server([](const SeenRequest&, std::size_t) { return answer(405); });
    WebdavOptions options;
    options.url = server.address();
    options.network = hasty();
    CHECK(failure_of([&] { open_webdav_blobs(options); }).code() == ErrorCode::Unsupported);
  }
}
