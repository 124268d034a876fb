// Repositories on real servers: requests, cut connections, writers in processes of their own.

#include <qfcsync/error.hpp>
#include <qfcsync/remote_store.hpp>
#include <qfcsync/repository.hpp>

#include "remote/servers.hpp"
#include "support/cutting_proxy.hpp"
#include "support/seed_offset.hpp"
#include "unit/repository/repository_fixture.hpp"

#include <algorithm>
#include <functional>
#include <random>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace qfcsync;

namespace {

using test::CuttingProxy;
using Requests = std::vector<std::string>;

std::string random_bytes(std::uint64_t seed, std::size_t size) {
  std::minstd_rand chance(static_cast<unsigned>(seed + test::seed_offset() + 1));
  std::string bytes(size, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(chance() >> 8);
  return bytes;
}

/// A place on a server, reached through a proxy. Openers have a folder of notes.
struct Place {
  std::string name;
  int port;
  std::function<std::shared_ptr<BlobStore>(const std::string& address,
                                           const std::filesystem::path& notes)>
      open;
};

NetworkOptions patient() {
  NetworkOptions network;
  network.first_delay = std::chrono::milliseconds(10);
  network.stall_timeout = std::chrono::seconds(20);
  return network;
}

Place bucket(const std::string& name) {
  const test::SeaweedServer& server = test::seaweed();
  return {"SeaweedFS", server.port(), [&server, name](const auto& address, const auto& notes) {
            S3Options options = server.options(name);
            options.endpoint = address;
            options.resume_folder = notes;
            options.network = patient();
            return std::shared_ptr<BlobStore>(open_s3_blobs(options));
          }};
}

Place collection(const std::string& kind, int port, const std::string& name) {
  return {kind, port, [name](const auto& address, const auto& notes) {
            WebdavOptions options;
            options.url = address + "/" + name;
            options.credentials = test::kServerCredentials;
            options.resume_folder = notes;
            options.network = patient();
            return std::shared_ptr<BlobStore>(open_webdav_blobs(options));
          }};
}

std::vector<Place> places(const std::string& name) {
  return {bucket(name), collection("Apache", test::apache().port(), name),
          collection("rclone", test::rclone().port(), name)};
}

CommitResult commit(Repository& repository, const std::filesystem::path& folder,
                    const std::string& path, std::string_view bytes) {
  const std::filesystem::path file = folder / "work";
  test::put_file(file, bytes);
  const WorkingFile working{path, file};
  return repository.commit({&working, 1}, {});
}

std::string restored(Repository& repository, const std::filesystem::path& folder,
                     const std::string& version, const std::string& path) {
  repository.restore(version, path, folder / "restored");
  return test::file_bytes(folder / "restored");
}

std::string told(const Requests& requests) {
  std::string text;
  for (const std::string& request : requests) text += request + '\n';
  return text;
}

}  // namespace

TEST_SUITE("remote/repository") {
  TEST_CASE("a client that is up to date sends one request, and one a version behind sends two") {
    for (const Place& place : places("few")) {
      CAPTURE(place.name);
      CuttingProxy proxy(place.port);
      const test::TemporaryFolder ada;
      const test::TemporaryFolder bob;
      Repository writer =
          Repository::init(place.open(proxy.address(), ada / "notes"), {ada / "cache"});
      commit(writer, ada.path(), "a", "one");
      const auto open = [&] {
        RepositoryOptions options{bob / "cache"};
        options.look_counts_for = std::chrono::milliseconds(0);
        return Repository::open(place.open(proxy.address(), bob / "notes"), options);
      };
      open();
      proxy.take_requests();
      open();
      const Requests idle = proxy.take_requests();
      INFO(told(idle));
      CHECK(idle.size() == 1);
      commit(writer, ada.path(), "a", "two");
      const Requests committed = proxy.take_requests();
      MESSAGE(place.name << ": a commit sends " << committed.size() << " requests");
      INFO(told(committed));
      CHECK(committed.size() <= 14);
      Repository reader = open();
      const Requests pulled = proxy.take_requests();
      INFO(told(pulled));
      CHECK(pulled.size() == 2);
      CHECK(restored(reader, bob.path(), "HEAD", "a") == "two");
      CHECK(proxy.take_requests().size() == 1);
    }
  }

  TEST_CASE("commits and restores get through lines that are cut again and again") {
    const std::string bytes = random_bytes(1, 20u << 20);
    for (const Place& place : places("cut")) {
      CAPTURE(place.name);
      CuttingProxy proxy(place.port);
      const test::TemporaryFolder ada;
      const test::TemporaryFolder bob;
      Repository writer =
          Repository::init(place.open(proxy.address(), ada / "notes"), {ada / "cache"});
      proxy.cut_every(11u << 20, 0);
      commit(writer, ada.path(), "a", bytes);
      CHECK(proxy.cuts() > 0);
      const int cuts = proxy.cuts();
      const std::uint64_t before = proxy.bytes_down();
      proxy.cut_every(0, 3u << 20);
      Repository reader =
          Repository::open(place.open(proxy.address(), bob / "notes"), {bob / "cache"});
      CHECK((restored(reader, bob.path(), "HEAD", "a") == bytes));
      CHECK(proxy.cuts() > cuts);
      // What arrived was not sent again; what was on its way when a line was cut was.
      MESSAGE(place.name << ": " << proxy.bytes_down() - before << " bytes for " << bytes.size()
                         << " over a line cut " << proxy.cuts() - cuts << " times");
      CHECK(proxy.bytes_down() - before < bytes.size() + bytes.size() / 2);
      proxy.cut_every(0, 0);
      CHECK(reader.check(CheckDepth::Deep).problems.empty());
    }
  }

  TEST_CASE("ranges of a file that lies in several packs are those of the file") {
    const Place place = bucket("border");
    CuttingProxy proxy(place.port);
    const test::TemporaryFolder ada;
    Repository writer =
        Repository::init(place.open(proxy.address(), ada / "notes"), {ada / "cache"});
    const std::string bytes = random_bytes(2, (72u << 20) + 12'345);
    commit(writer, ada.path(), "a", bytes);
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::minstd_rand chance(seed);
    Repository reader = Repository::open(place.open(proxy.address(), ada / "notes"));
    std::set<std::string> packs;
    for (int i = 0; i < 12; ++i) {
      // Packs end at 64 MiB: every other range lies across that.
      const std::uint64_t border = (64u << 20) - (chance() % (600u << 10));
      const std::uint64_t offset = i % 2 == 0 ? border : chance() % bytes.size();
      const std::uint64_t size =
          std::min<std::uint64_t>(1 + chance() % (900u << 10), bytes.size() - offset);
      MemorySink sink;
      reader.read("HEAD", "a", offset, size, sink);
      REQUIRE((sink.bytes() == bytes.substr(offset, size)));
    }
    for (const std::string& request : proxy.take_requests()) {
      if (request.find("/packs/") != std::string::npos) packs.insert(request);
    }
    CHECK(packs.size() >= 2);
  }

  TEST_CASE("of writers in processes of their own, every commit that was acknowledged is there") {
    constexpr int kWriters = 2;
    constexpr int kCommits = 8;
    const Place place = bucket("race");
    const std::string address = fmt::format("http://127.0.0.1:{}", place.port);
    const test::TemporaryFolder folder;
    Repository::init(place.open(address, folder / "notes"));
    std::vector<pid_t> children;
    for (int writer = 0; writer < kWriters; ++writer) {
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child != 0) {
        children.push_back(child);
        continue;
      }
      const std::filesystem::path own = folder / std::to_string(writer);
      std::filesystem::create_directories(own);
      std::string acknowledged;
      try {
        Repository repository =
            Repository::open(place.open(address, folder / "notes"), {own / "cache"});
        for (int i = 0; i < kCommits; ++i) {
          const std::string text = fmt::format("{}.{}", writer, i);
          const auto result = commit(repository, own, fmt::format("of {}", writer), text);
          acknowledged += result.version + ' ' + text + '\n';
        }
      } catch (const std::exception& error) {
        acknowledged += std::string("failed: ") + error.what();
      }
      test::put_file(own / "acknowledged", acknowledged);
      ::_exit(0);
    }
    for (const pid_t child : children) {
      int status = 0;
      ::waitpid(child, &status, 0);
      CHECK(status == 0);
    }
    Repository reader = Repository::open(place.open(address, folder / "notes"));
    CHECK(reader.log({"", "", {}, "", 1000}).size() == kWriters * kCommits);
    for (int writer = 0; writer < kWriters; ++writer) {
      const std::string text = test::file_bytes(folder / std::to_string(writer) / "acknowledged");
      INFO(text);
      CHECK(std::ranges::count(text, '\n') == kCommits);
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        at = end + 1;
        REQUIRE(line.size() > 41);
        CHECK(restored(reader, folder.path(), line.substr(0, 40), fmt::format("of {}", writer)) ==
              line.substr(41));
      }
    }
    CHECK(reader.check(CheckDepth::Deep).problems.empty());
  }
}
