#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "commands.hpp"
#include "data_folder_lock.hpp"
#include "domain/config.hpp"
#include "domain/services.hpp"
#include "domain/version_places.hpp"

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace qfcsync::server {
namespace {

constexpr std::size_t kReadBytes = 1u << 20;

struct StoredVersion {
  std::string id;
  std::string project_id;
  std::string name;
  ObjectInfo content;
  bool in_repository = false;
};

std::vector<StoredVersion> all_versions(Services& services) {
  return services.db.read([](Connection& db) {
    return db.all(
        "SELECT v.id, f.project_id, f.name, v.sha256, v.etag, v.size, v.in_repository "
        "FROM file_version v JOIN file f ON f.id = v.file_id ORDER BY f.project_id, v.seq",
        {}, [](const Row& row) {
          const ObjectInfo content = {row.text(3), row.text(4),
                                      static_cast<std::uint64_t>(row.integer(5))};
          return StoredVersion{row.text(0), row.text(1), row.text(2), content, row.boolean(6)};
        });
  });
}

ObjectInfo digest(const ObjectReader& reader) {
  base::Digest sha(base::DigestKind::Sha256);
  base::EtagDigest etag;
  ObjectInfo info;
  std::vector<char> buffer(kReadBytes);
  while (const std::size_t count = reader.read_at(info.size, buffer)) {
    sha.update({buffer.data(), count});
    etag.update({buffer.data(), count});
    info.size += count;
  }
  info.sha256 = sha.finish_hex();
  info.etag = etag.finish();
  return info;
}

/// @return what is wrong with it; "" if nothing is
std::string problem_of(Services& services, const StoredVersion& version) {
  try {
    const std::string& sha256 = version.content.sha256;
    const auto reader = version.in_repository
                            ? services.repositories.read(version.project_id, sha256)
                            : services.store->open(sha256);
    const ObjectInfo found = digest(*reader);
    const bool is_good = found.sha256 == sha256 && found.etag == version.content.etag &&
                         found.size == version.content.size;
    return is_good ? "" : "its bytes are not those that were uploaded";
  } catch (const Error& error) {
    return error.what();
  }
}

void check(const std::string& data) {
  if (!std::filesystem::exists(std::filesystem::path(data) / "server.db")) {
    throw Error(ErrorCode::NotFound, fmt::format("{} is no data folder of a server", data));
  }
  const DataFolderLock lock(data);
  Config config;
  config.data = data;
  Services services(config);
  std::size_t problems = 0;
  const auto versions = all_versions(services);
  for (const StoredVersion& version : versions) {
    const std::string problem = problem_of(services, version);
    if (problem.empty()) continue;
    ++problems;
    fmt::print("version {} of {} in project {}: {}\n", version.id, version.name, version.project_id,
               problem);
  }
  fmt::print("{} versions checked, {} damaged\n", versions.size(), problems);
  if (problems > 0) throw Error(ErrorCode::Corrupt, "the data folder is damaged");
}

}  // namespace

void add_check_command(CLI::App& app) {
  auto data = std::make_shared<std::string>(Config().data.string());
  CLI::App* command = app.add_subcommand(
      "check",
      "Read every version of every file of a data folder and compare it with its hash. "
      "Names those that are damaged; the exit code is 1 then.");
  command->add_option("--data", *data, "Data folder")->capture_default_str();
  command->callback([data] { check(*data); });
}

}  // namespace qfcsync::server
