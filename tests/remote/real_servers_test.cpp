// What only real servers can tell: races of large uploads, processes that die, TLS, refusals.

#include <qfcsync/error.hpp>
#include <qfcsync/remote_store.hpp>

#include "base/digest.hpp"
#include "remote/dav_publish.hpp"
#include "remote/s3_bucket.hpp"
#include "remote/servers.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <latch>
#include <random>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace qfcsync;

namespace {

constexpr std::size_t kLargeBytes = (20u << 20) + 77;

WebdavOptions options_of(const test::RealServer& server, std::string_view folder) {
  WebdavOptions options;
  options.url = fmt::format("{}/{}", server.address(), folder);
  options.credentials = test::kServerCredentials;
  options.network.stall_timeout = std::chrono::seconds(10);  // a stuck server fails soon
  return options;
}

std::string random_bytes(unsigned seed, std::size_t size) {
  std::minstd_rand chance(seed);
  std::string bytes(size, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(chance() >> 8);
  return bytes;
}

Created put(BlobStore& store, std::string_view name, std::string_view bytes) {
  MemorySource source(bytes);
  return store.create(name, source, bytes.size());
}

std::string get(BlobStore& store, std::string_view name) {
  MemorySink sink;
  store.read(name, 0, 0, sink);
  return sink.take();
}

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(text.find(test::kServerCredentials.password) == std::string::npos);
    CHECK(text.find("wrong one") == std::string::npos);
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::Internal;
}

/// Ends its process, as a power failure does, when the last of its bytes are read.
class DeadlySource : public ByteSource {
 public:
  explicit DeadlySource(std::string_view bytes) : bytes_(bytes), source_(bytes) {}
  std::size_t read(char* buffer, std::size_t size) override {
    const std::size_t count = source_.read(buffer, std::min<std::size_t>(size, 1u << 20));
    read_ += count;
    if (read_ > bytes_.size() * 9 / 10) {
      std::this_thread::sleep_for(std::chrono::seconds(2));  // parts under way arrive
      ::kill(::getpid(), SIGKILL);
    }
    return count;
  }

 private:
  std::string_view bytes_;
  MemorySource source_;
  std::size_t read_ = 0;
};

/// Runs an action in a process of its own.
pid_t start_process(const std::function<void()>& action) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    action();
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

bool was_killed(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

/// Kills creators of a blob at random times; what is visible is whole, and the next one succeeds.
void check_kills(const WebdavOptions& options) {
  const auto store = open_webdav_blobs(options);
  const unsigned seed = std::random_device{}();
  INFO("seed ", seed);
  std::minstd_rand chance(seed);
  const std::string bytes = random_bytes(seed, 6u << 20);
  int kills = 0;
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    const std::string name = fmt::format("packs/{}", round);
    const pid_t child = start_process([&] { put(*open_webdav_blobs(options), name, bytes); });
    std::this_thread::sleep_for(std::chrono::milliseconds(chance() % 120));
    ::kill(child, SIGKILL);
    kills += was_killed(child) ? 1 : 0;
    const bool is_visible = store->stat(name).has_value();
    if (is_visible) CHECK(get(*store, name) == bytes);
    const Created told = put(*store, name, bytes);
    // A server may finish after its client died, but nothing of it is lost or mixed.
    if (is_visible) CHECK(told == Created::Exists);
    CHECK(get(*store, name) == bytes);
  }
  CHECK(kills > 0);
}

}  // namespace

TEST_SUITE("remote/real_servers") {
  // This server looks for an older blob and completes in two steps, so two racers may both be told
  // that they created it. Roots go in one request, where it is exact; see the contract's races.
  TEST_CASE("of racing uploads in parts one stays whole, and it was told so") {
    constexpr std::size_t kRacers = 4;
    const auto store = open_s3_blobs(test::seaweed().options("race"));
    std::vector<std::string> contents;
    for (unsigned i = 0; i < kRacers; ++i) contents.push_back(random_bytes(i + 1, kLargeBytes));
    std::array<std::atomic<bool>, kRacers> has_created{};
    {
      std::latch start(kRacers);
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < kRacers; ++i) {
        threads.emplace_back([&, i] {
          start.arrive_and_wait();
          has_created[i] = put(*store, "packs/x", contents[i]) == Created::Created;
        });
      }
    }
    const auto stored = std::ranges::find(contents, get(*store, "packs/x"));
    REQUIRE(stored != contents.end());
    CHECK(has_created[static_cast<std::size_t>(stored - contents.begin())]);
    CHECK(remote::S3Bucket(test::seaweed().options("race")).list_uploads().empty());
  }

  TEST_CASE("an upload whose process was killed goes on, and nothing half is visible before") {
    const test::TemporaryFolder notes;
    S3Options options = test::seaweed().options("kill");
    options.resume_folder = notes.path();
    const std::string bytes = random_bytes(7, kLargeBytes);
    REQUIRE(was_killed(start_process([&] {
      DeadlySource source(bytes);
      open_s3_blobs(options)->create("packs/x", source, bytes.size());
    })));
    const auto store = open_s3_blobs(options);
    CHECK_FALSE(store->stat("packs/x"));
    CHECK(store->list("", "", 10).empty());
    remote::S3Bucket bucket(options);
    const auto uploads = bucket.list_uploads();
    REQUIRE(uploads.size() == 1);
    CHECK(bucket.list_parts("packs/x", uploads[0].id)->size() == 2);
    CHECK(put(*store, "packs/x", bytes) == Created::Created);
    CHECK(get(*store, "packs/x") == bytes);
    CHECK(bucket.list_uploads().empty());  // it was that one that was completed
    for (const auto& file : std::filesystem::directory_iterator(notes.path())) {
      CHECK(file.path().extension() != ".upload");
    }
  }

  TEST_CASE("an upload that goes on with other bytes has the other bytes") {
    const test::TemporaryFolder notes;
    S3Options options = test::seaweed().options("other");
    options.resume_folder = notes.path();
    const std::string old_bytes = random_bytes(8, kLargeBytes);
    std::string bytes = old_bytes;
    bytes[9u << 20] ^= 1;  // in the second part
    REQUIRE(was_killed(start_process([&] {
      DeadlySource source(old_bytes);
      open_s3_blobs(options)->create("packs/x", source, old_bytes.size());
    })));
    const auto store = open_s3_blobs(options);
    CHECK(put(*store, "packs/x", bytes) == Created::Created);
    CHECK(get(*store, "packs/x") == bytes);
  }

  TEST_CASE("creators of a WebDAV blob may be killed at any time: Apache") {
    check_kills(options_of(test::apache(), "shared"));
  }

  TEST_CASE("creators of a WebDAV blob may be killed at any time: rclone") {
    check_kills(options_of(test::rclone(), "kill"));
  }

  TEST_CASE("a claim whose owner died is finished by the next who wants the name") {
    const WebdavOptions options = options_of(test::apache(), "shared");
    const auto store = open_webdav_blobs(options);
    remote::DavServer dav(options);
    const auto claim = [](std::string_view name) {
      return "tmp/claim-" + base::sha256_hex(name).substr(0, 40);
    };
    put(*store, "roots/0", "x");
    remote::DavUpload upload(dav);
    upload.send(remote::HttpBody("the dead one's"));
    REQUIRE(dav.move(upload.folder(), claim("roots/1")).is_success());
    upload.forget();
    CHECK_FALSE(store->stat("roots/1"));
    CHECK(put(*store, "roots/1", "the next one's") == Created::Exists);
    CHECK(get(*store, "roots/1") == "the dead one's");
    CHECK_FALSE(dav.look(claim("roots/1")));

    dav.make_collection(claim("roots/2"));  // its file is published and was removed since
    CHECK(put(*store, "roots/2", "bytes") == Created::Created);
    CHECK_FALSE(dav.look(claim("roots/2")));
  }

  TEST_CASE("bytes that a server has only in part are not published from a claim") {
    const WebdavOptions options = options_of(test::apache(), "shared");
    const auto store = open_webdav_blobs(options);
    remote::DavServer dav(options);
    const std::string claim = "tmp/claim-" + base::sha256_hex("roots/3").substr(0, 40);
    dav.make_collection(claim);
    dav.put(claim + "/1000-abc", remote::HttpBody("not a thousand bytes"));
    CHECK(put(*store, "roots/3", "whole") == Created::Created);
    CHECK(get(*store, "roots/3") == "whole");
  }

  TEST_CASE("a certificate of nobody we trust is refused, one of ours is not") {
    WebdavOptions options = options_of(test::apache(), "");
    options.url = test::apache().tls_address() + "/tls";
    CHECK(code_of([&] { open_webdav_blobs(options); }) == ErrorCode::Denied);
    options.network.ca_file = test::apache().certificate();
    const auto store = open_webdav_blobs(options);
    CHECK(put(*store, "x", "over TLS") == Created::Created);
    CHECK(get(*store, "x") == "over TLS");
    // The certificate is for another name.
    options.url.replace(options.url.find("localhost"), 9, "127.0.0.1");
    CHECK(code_of([&] { open_webdav_blobs(options); }) == ErrorCode::Denied);
  }

  TEST_CASE("wrong credentials are denied, and named nowhere") {
    WebdavOptions webdav = options_of(test::apache(), "denied");
    webdav.credentials->password = "wrong one";
    CHECK(code_of([&] { open_webdav_blobs(webdav); }) == ErrorCode::Denied);
    webdav = options_of(test::rclone(), "denied");
    webdav.credentials->password = "wrong one";
    CHECK(code_of([&] { open_webdav_blobs(webdav); }) == ErrorCode::Denied);
    S3Options s3 = test::seaweed().options("denied");
    s3.credentials->password = "wrong one";
    CHECK(code_of([&] { open_s3_blobs(s3); }) == ErrorCode::Denied);
  }

  TEST_CASE("stores are opened by their addresses, with credentials from a file") {
    const test::TemporaryFolder folder;
    OpenBlobsOptions options;
    options.credentials_file = folder / "credentials";
    std::ofstream(options.credentials_file) << fmt::format(
        "[default]\naws_access_key_id = {0}\naws_secret_access_key = {1}\n"
        "user = {0}\npassword = {1}\n",
        test::kServerCredentials.user, test::kServerCredentials.password);
    for (const std::string& address :
         {"s3://qfcsync-test/by-address?endpoint=" + test::seaweed().address(),
          "webdav+" + test::apache().address() + "/by-address",
          "webdav+" + test::rclone().address() + "/by-address"}) {
      CAPTURE(address);
      CHECK(put(*open_blobs(address, options), "a/b", "bytes") == Created::Created);
      CHECK(get(*open_blobs(address, options), "a/b") == "bytes");
    }
  }
}
