#include "remote/aws_signature.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::remote;

namespace {

// Examples of Amazon's documentation "Signature Calculations for the Authorization Header".
const Credentials kExampleKey{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                              ""};
constexpr std::string_view kHost = "examplebucket.s3.amazonaws.com";
constexpr std::time_t kTime = 1'369'353'600;  // 2013-05-24T00:00:00Z

Headers sign(const HttpRequest& request, const Credentials& credentials = kExampleKey) {
  SigningScope scope;
  scope.region = "us-east-1";
  scope.time = kTime;
  return sign_request(request, kHost, credentials, scope);
}

std::string header(const Headers& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? "" : found->second;
}

std::string signature(const HttpRequest& request) {
  const std::string text = header(sign(request), "authorization");
  return text.substr(text.rfind('=') + 1);
}

}  // namespace

TEST_SUITE("remote/aws_signature") {
  TEST_CASE("a ranged GET is signed as in the documentation") {
    HttpRequest request{"GET", "/test.txt", "", {{"range", "bytes=0-9"}}, {}};
    CHECK(header(sign(request), "authorization") ==
          "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
          "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
          "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    CHECK(header(sign(request), "x-amz-date") == "20130524T000000Z");
  }

  TEST_CASE("a PUT with an escaped name and headers of its own is signed as in the documentation") {
    HttpRequest request{"PUT",
                        "/test%24file.text",
                        "",
                        {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                         {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                         {"x-amz-content-sha256",
                          "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"}},
                        {}};
    CHECK(signature(request) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  }

  TEST_CASE("a parameter without a value is signed as in the documentation") {
    CHECK(signature({"GET", "/", "lifecycle=", {}, {}}) ==
          "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  }

  TEST_CASE("parameters are signed as in the documentation") {
    CHECK(signature({"GET", "/", "max-keys=2&prefix=J", {}, {}}) ==
          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  }

  TEST_CASE("the hash of a body is signed, that of no body is added") {
    HttpRequest request{"PUT", "/x", "", {{"x-amz-content-sha256", "abc"}}, {}};
    const std::string with_body = signature(request);
    CHECK(header(sign(request), "x-amz-content-sha256").empty());
    request.headers.clear();
    CHECK(signature(request) != with_body);
    CHECK(header(sign(request), "x-amz-content-sha256").starts_with("e3b0c442"));
  }

  TEST_CASE("the token of temporary credentials is sent and signed") {
    Credentials credentials = kExampleKey;
    credentials.token = "session";
    const Headers headers = sign({"GET", "/x", "", {}, {}}, credentials);
    CHECK(header(headers, "x-amz-security-token") == "session");
    CHECK(header(headers, "authorization").find("x-amz-security-token,") != std::string::npos);
  }

  TEST_CASE("neither secret nor token is in what is sent as authorization") {
    Credentials credentials = kExampleKey;
    credentials.token = "session-token";
    const auto text = header(sign({"GET", "/x", "", {}, {}}, credentials), "authorization");
    CHECK(text.find(credentials.password) == std::string::npos);
    CHECK(text.find(credentials.token) == std::string::npos);
  }
}
