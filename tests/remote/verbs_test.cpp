#include "remote/servers.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace qfcsync {
namespace {

/// What a surveyor types, and a second one who joins. Words of the address stand in $STORE.
constexpr const char* kScript = R"sh(
set -eu
cd "$WORK"
mkdir ada
cp "$SAMPLE" ada/trees.gpkg
echo first > ada/notes.txt
"$QFCSYNC" init ada --store "$STORE"
cd ada
"$QFCSYNC" commit -m one
sqlite3 trees.gpkg "CREATE TABLE visits(id INTEGER PRIMARY KEY, note TEXT)"
"$QFCSYNC" commit -m two
sqlite3 trees.gpkg "INSERT INTO visits VALUES (1, 'ivy'), (2, 'limb')"
"$QFCSYNC" status
"$QFCSYNC" diff trees.gpkg | grep ivy
"$QFCSYNC" commit -m three
"$QFCSYNC" log trees.gpkg --table visits --key 1 | grep ivy
"$QFCSYNC" tag before
cd ..
"$QFCSYNC" init bob --store "$STORE"
"$QFCSYNC" update -C bob
cmp ada/trees.gpkg bob/trees.gpkg
echo second > bob/notes.txt
"$QFCSYNC" commit -m four -C bob
cd ada
"$QFCSYNC" undo before trees.gpkg --table visits --key 2
test "$(cat notes.txt)" = second
test "$(sqlite3 trees.gpkg 'SELECT count(*) FROM visits')" = 1
"$QFCSYNC" restore before trees.gpkg
test "$(sqlite3 trees.gpkg 'SELECT count(*) FROM visits')" = 2
"$QFCSYNC" diff before HEAD | grep limb
test "$("$QFCSYNC" cat HEAD notes.txt --range 0-2)" = sec
"$QFCSYNC" export HEAD ../out
"$QFCSYNC" bundle ../all.bundle
"$QFCSYNC" prune --keep-newest 1
"$QFCSYNC" check --deep
"$QFCSYNC" init ../copy
"$QFCSYNC" unbundle ../all.bundle -C ../copy
"$QFCSYNC" repair --from "$STORE" -C ../copy
"$QFCSYNC" tag -d before
git --git-dir .qfcsync/cache/git log --format=%s | grep -x four
)sh";

/// Runs the script with a program and a shell as people have them.
void run_verbs(const std::string& store) {
  const test::TemporaryFolder work;
  const auto script = work.path() / "verbs.sh";
  const auto log = work.path() / "verbs.log";
  std::ofstream(script) << kScript;
  const auto set = [](const char* name, const std::string& value) {
    REQUIRE_EQ(setenv(name, value.c_str(), 1), 0);
  };
  set("WORK", work.path().string());
  set("STORE", store);
  set("SAMPLE", QFCSYNC_SAMPLE);
  set("QFCSYNC", QFCSYNC_PROGRAM);
  set("QFCSYNC_AUTHOR", "Ada");
  set("AWS_ACCESS_KEY_ID", test::kServerCredentials.user);
  set("AWS_SECRET_ACCESS_KEY", test::kServerCredentials.password);
  set("QFCSYNC_WEBDAV_USER", test::kServerCredentials.user);
  set("QFCSYNC_WEBDAV_PASSWORD", test::kServerCredentials.password);
  const std::string command = fmt::format("sh -x {} > {} 2>&1", script.string(), log.string());
  const int status = std::system(command.c_str());
  std::ifstream stream(log);
  INFO(std::string(std::istreambuf_iterator<char>(stream), {}));
  CHECK_EQ(status, 0);
}

TEST_SUITE("remote/verbs") {
  TEST_CASE("every verb of the command works on a bucket: SeaweedFS") {
    const test::SeaweedServer& server = test::seaweed();
    const S3Options options = server.options("verbs");
    run_verbs(
        fmt::format("s3://{}/{}?endpoint={}", options.bucket, options.prefix, options.endpoint));
  }

  TEST_CASE("every verb of the command works on a collection: Apache") {
    run_verbs(fmt::format("webdav+http://127.0.0.1:{}/verbs", test::apache().port()));
  }

  TEST_CASE("every verb of the command works on a collection: rclone") {
    run_verbs(fmt::format("webdav+http://127.0.0.1:{}/verbs", test::rclone().port()));
  }
}

}  // namespace
}  // namespace qfcsync
