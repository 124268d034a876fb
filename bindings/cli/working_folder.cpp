#include "working_folder.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include "folder_config.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace {

namespace fs = std::filesystem;
using qfcsync::Error;
using qfcsync::ErrorCode;

constexpr const char* kKeptFolder = ".qfcsync";
constexpr const char* kConfigFile = "config";
constexpr const char* kBaseFile = "base";

bool is_address(const std::string& store) { return store.find("://") != std::string::npos; }

fs::path canonical(const std::string& folder) {
  std::error_code failed;
  const fs::path path = fs::canonical(folder.empty() ? "." : folder, failed);
  if (failed || !fs::is_directory(path)) {
    throw Error(ErrorCode::NotFound, fmt::format("there is no folder {}", folder));
  }
  return path;
}

/// The folder itself, or the nearest above it that has versions.
std::optional<fs::path> root_above(fs::path folder) {
  for (;; folder = folder.parent_path()) {
    if (fs::exists(folder / kKeptFolder / kConfigFile)) return folder;
    if (folder == folder.parent_path()) return std::nullopt;
  }
}

void write_whole(const fs::path& file, const std::string& text) {
  qfcsync::FileSink sink(file);
  sink.write(text);
  sink.publish();
}

}  // namespace

WorkingFolder::WorkingFolder(fs::path root, fs::path start, FolderConfig config)
    : root_(std::move(root)), start_(std::move(start)), config_(std::move(config)) {}

fs::path WorkingFolder::kept() const { return root_ / kKeptFolder; }

WorkingFolder WorkingFolder::find(const std::string& start) {
  const fs::path from = canonical(start);
  const auto root = root_above(from);
  if (!root) {
    throw Error(ErrorCode::NotFound,
                fmt::format("no versions here: neither {} nor a folder above it has a {}; begin "
                            "with qfcsync init, or name the folder with -C",
                            from.string(), kKeptFolder));
  }
  WorkingFolder found(*root, from, read_config(*root / kKeptFolder / kConfigFile));
  found.repository_ = std::make_unique<qfcsync::Repository>(
      qfcsync::Repository::open(found.open_store(), {found.kept() / "cache"}));
  return found;
}

WorkingFolder WorkingFolder::create(const std::string& name, const FolderConfig& config,
                                    bool& joined) {
  if (!name.empty()) fs::create_directories(name);
  const fs::path folder = canonical(name);
  const fs::path kept = folder / kKeptFolder;
  if (fs::exists(kept / kConfigFile)) {
    throw Error(ErrorCode::AlreadyExists,
                fmt::format("{} has versions already: see qfcsync status", folder.string()));
  }
  const bool is_new = fs::create_directory(kept);
  WorkingFolder made(folder, folder, config);
  if (!is_address(config.store)) {
    made.config_.store = (folder / kKeptFolder / config.store).lexically_normal().string();
  }
  try {
    auto store = made.open_store();
    const qfcsync::RepositoryOptions options{made.kept() / "cache"};
    try {
      made.repository_ =
          std::make_unique<qfcsync::Repository>(qfcsync::Repository::init(store, options));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::AlreadyExists) throw;
      joined = true;
      made.repository_ =
          std::make_unique<qfcsync::Repository>(qfcsync::Repository::open(store, options));
    }
    write_whole(kept / kConfigFile, config_text(config));
  } catch (...) {
    std::error_code ignored;
    if (is_new) fs::remove_all(kept / "cache", ignored), fs::remove(kept, ignored);
    throw;
  }
  return made;
}

qfcsync::OpenBlobsOptions WorkingFolder::blob_options() const {
  qfcsync::OpenBlobsOptions options;
  if (!config_.credentials_file.empty()) {
    options.credentials_file = kept() / config_.credentials_file;
  }
  if (!config_.profile.empty()) options.profile = config_.profile;
  if (!config_.ca_file.empty()) options.network.ca_file = kept() / config_.ca_file;
  options.resume_folder = kept() / "uploads";
  return options;
}

std::shared_ptr<qfcsync::BlobStore> WorkingFolder::open_store() {
  const std::string address =
      is_address(config_.store) ? config_.store : (kept() / config_.store).string();
  return watch_blobs(qfcsync::open_blobs(address, blob_options()));
}

std::shared_ptr<qfcsync::BlobStore> WorkingFolder::open_other(const std::string& address) const {
  if (!is_address(address) && !fs::is_directory(address)) {  // it would be made
    throw Error(ErrorCode::NotFound, fmt::format("there is no folder {}", address));
  }
  return watch_blobs(qfcsync::open_blobs(address, blob_options()));
}

std::string WorkingFolder::path_of(const std::string& given) const {
  fs::path path = (start_ / given).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  std::error_code ignored;
  const fs::path real = fs::weakly_canonical(path.parent_path(), ignored) / path.filename();
  const std::string relative = real.lexically_relative(root_).generic_string();
  if (relative == ".") return "";
  if (relative.empty() || relative == ".." || relative.starts_with("../")) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("{} is not in the folder {}", given, root_.string()));
  }
  return relative;
}

std::vector<std::string> WorkingFolder::paths_of(const std::vector<std::string>& given) const {
  std::vector<std::string> paths;
  for (const std::string& path : given) paths.push_back(path_of(path));
  if (std::find(paths.begin(), paths.end(), "") != paths.end()) return {};
  return paths;
}

std::string WorkingFolder::base() const {
  std::ifstream stream(kept() / kBaseFile);
  std::string version;
  stream >> version;
  return version;
}

void WorkingFolder::set_base(const std::string& version) const {
  if (version != base()) write_whole(kept() / kBaseFile, version + "\n");
}

bool is_in_working_folder() { return root_above(fs::current_path()).has_value(); }

void add_folder_option(CLI::App& command, std::string& folder) {
  command.group("Versions of a folder");
  command
      .add_option("-C", folder,
                  "Work as if started in this folder; the one with the versions is the first with "
                  "a .qfcsync from there upwards")
      ->option_text("FOLDER");
}
