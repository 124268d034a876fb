#include "domain/services.hpp"

#include "domain/subscriptions.hpp"
#include "domain/uuid.hpp"

#include <string>

#include <spdlog/spdlog.h>

namespace qfcsync::server {
namespace fs = std::filesystem;
namespace {

fs::path work_root(const Config& config) { return config.data / "work"; }

fs::path prepared_data_folder(const Config& config) {
  fs::create_directories(config.data);
  fs::permissions(config.data, fs::perms::owner_all);
  fs::remove_all(work_root(config));  // left by a killed process
  return config.data;
}

}  // namespace

Services::Services(const Config& settings)
    : config(settings),
      db(prepared_data_folder(settings) / "server.db"),
      store(open_folder_store(settings.data)),
      repositories(settings.data / "versions"),
      accounts(db, settings.token_lifetime_hours) {
  db.write([&](Connection& connection) { store_plan(connection, plan_of(config)); });
}

WorkFolder::WorkFolder(const Config& config) : path_(fs::absolute(work_root(config)) / new_uuid()) {
  fs::create_directories(path_);
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string WorkFolder::without_paths(std::string text) const {
  const std::string project = (path_ / "project").string() + "/";
  for (const std::string& prefix : {project, path_.string() + "/", path_.string()}) {
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
      text.erase(at, prefix.size());
    }
  }
  return text;
}

bool is_passing(const Error& error) {
  return error.code() == ErrorCode::Io || error.code() == ErrorCode::Busy;
}

void note_unused_content(Services& services, const std::string& sha256) {
  services.db.write(
      [&](Connection& db) { db.run("INSERT OR IGNORE INTO unused_content VALUES (?)", {sha256}); });
  services.wake_jobs();
}

void remove_unused_contents(Services& services) {
  const auto candidates = services.db.read([](Connection& db) {
    return db.all("SELECT sha256 FROM unused_content", {},
                  [](const Row& row) { return row.text(0); });
  });
  for (const std::string& sha256 : candidates) {
    const std::unique_lock gate(services.content_gate);
    const auto forget = [&](Connection& db) {
      db.run("DELETE FROM unused_content WHERE sha256 = ?", {sha256});
    };
    const bool used = services.db.write([&](Connection& db) {
      const bool is_used = db.integer(
                                 "SELECT EXISTS (SELECT 1 FROM file_version WHERE sha256 = ?1 "
                                 "AND NOT in_repository) OR "
                                 "EXISTS (SELECT 1 FROM package_file WHERE sha256 = ?1) OR "
                                 "EXISTS (SELECT 1 FROM faulty_deltafile WHERE sha256 = ?1) OR "
                                 "EXISTS (SELECT 1 FROM avatar WHERE sha256 = ?1) OR "
                                 "EXISTS (SELECT 1 FROM thumbnail WHERE sha256 = ?1) OR "
                                 "EXISTS (SELECT 1 FROM seed WHERE xlsform_sha256 = ?1)",
                                 {sha256})
                               .value_or(1) != 0;
      if (is_used) forget(db);
      return is_used;
    });
    if (used) continue;
    services.store->remove(sha256);
    services.db.write(forget);  // last: killed before this, it is looked at again
  }
}

}  // namespace qfcsync::server
