// The contract of blob stores, kept by real servers.

#include <qfcsync/remote_store.hpp>

#include "contract/blob_store_contract.hpp"
#include "remote/real_server.hpp"

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

test::BlobStoreKind webdav_kind(const test::RealServer& server) {
  WebdavOptions options;
  options.url = fmt::format("{}/{}/below", server.address(), next_name());
  options.credentials = test::kServerCredentials;
  test::BlobStoreKind kind;
  kind.open = [options] { return open_webdav_blobs(options); };
  return kind;
}

}  // namespace

TEST_SUITE("remote/contract") {
  TEST_CASE("a bucket keeps the contract of blob stores: SeaweedFS") {
    static const test::SeaweedServer server;
    test::BlobStoreKind kind;
    kind.open = [options = server.options(next_name())] { return open_s3_blobs(options); };
    test::check_blob_store(kind);
  }

  TEST_CASE("a collection keeps the contract of blob stores: Apache") {
    static const test::ApacheServer server;
    test::check_blob_store(webdav_kind(server));
  }

  TEST_CASE("a collection keeps the contract of blob stores: rclone") {
    static const test::RcloneServer server;
    test::check_blob_store(webdav_kind(server));
  }
}
