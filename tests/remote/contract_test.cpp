// The contract of blob stores, kept by real servers.

#include <qfcsync/remote_store.hpp>

#include "base/digest.hpp"
#include "contract/blob_store_contract.hpp"
#include "remote/dav_server.hpp"
#include "remote/s3_bucket.hpp"
#include "remote/servers.hpp"

#include <atomic>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace qfcsync;

namespace {

/// Every subcase gets a store of its own.
std::string next_name() {
  static std::atomic<int> number{0};
  return fmt::format("store-{}", number.fetch_add(1));
}

/// What the first store of a server found out by its probe is handed to the others: a probe for
/// every subcase would take a minute.
constexpr std::string_view kNote = "tmp/manners-1";

S3Options s3_with_note(const test::SeaweedServer& server) {
  static const std::string kText = [&] {
    const S3Options first = server.options("first");
    open_s3_blobs(first);
    remote::S3Bucket bucket(first);
    return bucket.sender().send(bucket.get_request(kNote)).body;
  }();
  REQUIRE(kText == "exclusive, not in order");
  const S3Options options = server.options(next_name());
  remote::S3Bucket bucket(options);
  base::Digest digest(base::DigestKind::Sha256);
  digest.update(kText);
  bucket.put(kNote, remote::HttpBody(kText), digest.finish_raw(), remote::Replace::Yes);
  return options;
}

WebdavOptions options_of(const test::RealServer& server) {
  WebdavOptions options;
  options.url = fmt::format("{}/{}/below", server.address(), next_name());
  options.credentials = test::kServerCredentials;
  return options;
}

std::string note_of(const test::RealServer& server) {
  const WebdavOptions first = options_of(server);
  open_webdav_blobs(first);
  remote::DavServer dav(first);
  return dav.sender().send(dav.get_request(kNote)).body;
}

test::BlobStoreKind webdav_kind(const test::RealServer& server, const std::string& note) {
  REQUIRE(note.starts_with("claim\n"));
  const WebdavOptions options = options_of(server);
  remote::DavServer dav(options);
  dav.make_root();
  dav.make_collection("tmp");
  dav.put(kNote, remote::HttpBody(note));
  test::BlobStoreKind kind;
  kind.open = [options] { return open_webdav_blobs(options); };
  return kind;
}

}  // namespace

TEST_SUITE("remote/contract") {
  TEST_CASE("a bucket keeps the contract of blob stores: SeaweedFS") {
    test::BlobStoreKind kind;
    kind.racers = 8;  // SeaweedFS lets losers wait for a second, one after the other
    kind.open = [options = s3_with_note(test::seaweed())] { return open_s3_blobs(options); };
    test::check_blob_store(kind);
  }

  TEST_CASE("a collection keeps the contract of blob stores: Apache") {
    static const std::string note = note_of(test::apache());
    test::check_blob_store(webdav_kind(test::apache(), note));
  }

  TEST_CASE("a collection keeps the contract of blob stores: rclone") {
    static const std::string note = note_of(test::rclone());
    test::check_blob_store(webdav_kind(test::rclone(), note));
  }
}
