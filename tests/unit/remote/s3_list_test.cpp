#include <qfcsync/remote_store.hpp>

#include "base/text.hpp"
#include "support/scripted_server.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace qfcsync;

namespace {

constexpr std::size_t kServerPage = 7;

std::map<std::string, std::string> parameters_of(std::string_view target) {
  std::map<std::string, std::string> parameters;
  std::string_view query = target.substr(target.find('?') + 1);
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(one.size() + 1, query.size()));
    const std::size_t equals = one.find('=');
    parameters[std::string(one.substr(0, equals))] =
        base::percent_decode_leniently(one.substr(equals + 1));
  }
  return parameters;
}

/// Lists keys in byte order, as Amazon does, with small pages.
test::ScriptedReply list(const std::set<std::string>& keys, std::string_view target) {
  auto parameters = parameters_of(target);
  const std::size_t limit = std::min(kServerPage, std::stoul(parameters["max-keys"]));
  const std::string prefix = parameters["prefix"];
  test::ScriptedReply reply;
  std::size_t count = 0;
  bool is_truncated = false;
  for (auto key = keys.upper_bound(parameters["start-after"]); key != keys.end(); ++key) {
    if (!key->starts_with(prefix)) continue;
    is_truncated = count == limit;
    if (is_truncated) break;
    reply.body += fmt::format(
        "<Contents><Key>{}</Key><Size>1</Size><LastModified>2026-11-25T00:00:00.000Z"
        "</LastModified></Contents>",
        *key);
    ++count;
  }
  reply.body = fmt::format("<ListBucketResult><IsTruncated>{}</IsTruncated>{}</ListBucketResult>",
                           is_truncated, reply.body);
  return reply;
}

std::vector<std::string> names(BlobStore& store, std::string_view prefix, std::string_view after,
                               std::size_t limit) {
  std::vector<std::string> found;
  for (const auto& blob : store.list(prefix, after, limit)) found.push_back(blob.name);
  return found;
}

}  // namespace

TEST_SUITE("remote/s3_list") {
  TEST_CASE("a bucket in byte order is listed page by page, without folders") {
    std::set<std::string> keys = {"pre/tmp/manners-1", "pre/tmp/x", "pre/Strange", "other/x"};
    std::vector<std::string> expected = {"a", "b-c", "b/a", "b/c/d", "b0"};
    for (int i = 0; i < 30; ++i) expected.push_back(fmt::format("roots/{:02}", i));
    for (const auto& name : expected) keys.insert("pre/" + name);
    test::ScriptedServer server([&](const test::SeenRequest& request, std::size_t) {
      test::ScriptedReply reply;
      reply.body = "exclusive, in order";
      if (request.target.find("manners-1") != std::string::npos) return reply;
      reply.status = 404;
      return request.target.find('?') == std::string::npos ? reply : list(keys, request.target);
    });
    S3Options options;
    options.bucket = "buck";
    options.prefix = "pre";
    options.endpoint = server.address();
    options.credentials = Credentials{"ada", "secret", ""};
    const auto store = open_s3_blobs(options);
    CHECK(names(*store, "", "", 1000) == expected);
    CHECK(names(*store, "", "b-c", 2) == std::vector<std::string>{"b/a", "b/c/d"});
    CHECK(names(*store, "roots/", "roots/27", 10) ==
          std::vector<std::string>{"roots/28", "roots/29"});
    CHECK(names(*store, "roots/", "roots/11", 9).size() == 9);
    CHECK(names(*store, "zzz", "", 10).empty());
    CHECK(names(*store, "", "", 0).empty());
  }
}
