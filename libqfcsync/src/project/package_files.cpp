#include "project/package_files.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "gpkg/table_source.hpp"
#include "project/sidecars.hpp"

#include <algorithm>

namespace qfcsync::project {
namespace {

namespace fs = std::filesystem;

bool is_sqlite_file(const fs::path& file) {
  const std::string extension = base::lower_case(file.extension().string());
  return extension == ".gpkg" || extension == ".sqlite" || extension == ".db" ||
         extension == ".mbtiles";
}

bool is_two_letter_code(const std::string& text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(),
                                         [](unsigned char c) { return std::isalpha(c) != 0; });
}

}  // namespace

PackageFiles::PackageFiles(fs::path output, Copied copied)
    : output_(std::move(output)), copied_(std::move(copied)) {}

void PackageFiles::reserve(const std::string& name) {
  taken_.emplace(base::lower_case(name), fs::path());
}

bool PackageFiles::is_free(const std::string& name, const fs::path& source) const {
  const auto found = taken_.find(base::lower_case(name));
  return found == taken_.end() || found->second == source;
}

std::string PackageFiles::free_name(const fs::path& file,
                                    const std::vector<fs::path>& sidecars) const {
  const auto fits = [&](const std::string& name) {
    return is_free(name, file) &&
           std::all_of(sidecars.begin(), sidecars.end(), [&](const fs::path& sidecar) {
             return is_free(sidecar_name(sidecar, file, name), sidecar);
           });
  };
  std::string name = file.filename().string();
  for (int number = 1; !fits(name); ++number) {
    name = fmt::format("{}_{}{}", file.stem().string(), number, file.extension().string());
  }
  return name;
}

void PackageFiles::copy(const fs::path& file, const std::string& name) {
  taken_.emplace(base::lower_case(name), file);
  const fs::path target = output_ / name;
  if (fs::exists(target)) return;
  fs::create_directories(target.parent_path());
  if (is_sqlite_file(file) && gpkg::has_pending_log(file)) {
    gpkg::copy_without_log(file, target);
  } else {
    fs::copy_file(file, target);
    fs::permissions(target, fs::perms::owner_write, fs::perm_options::add);
  }
  copied_(fs::file_size(target));
}

std::string PackageFiles::add_dataset(const fs::path& file) {
  if (const auto known = datasets_.find(file); known != datasets_.end()) return known->second;
  const bool is_folder = fs::is_directory(file);
  const std::vector<fs::path> sidecars = is_folder ? std::vector<fs::path>() : sidecars_of(file);
  const std::string name = free_name(file, sidecars);
  datasets_[file] = name;
  if (is_folder) {
    taken_.emplace(base::lower_case(name), file);
    add_folder(file, name, [](const fs::path&) { return false; });
    return name;
  }
  copy(file, name);
  for (const fs::path& sidecar : sidecars) copy(sidecar, sidecar_name(sidecar, file, name));
  return name;
}

void PackageFiles::add_file(const fs::path& file, const std::string& name) {
  if (is_free(name, file)) copy(file, name);
}

void PackageFiles::add_folder(const fs::path& folder, const std::string& name,
                              const std::function<bool(const fs::path&)>& skip) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (fs::is_regular_file(entry.symlink_status()) && !skip(entry.path())) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    add_file(file, name + "/" + file.lexically_relative(folder).generic_string());
  }
}

std::map<std::string, fs::path> project_companions(const fs::path& project_file) {
  const std::string stem = project_file.stem().string();
  std::map<std::string, fs::path> companions;
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(project_file.parent_path(), error)) {
    if (!fs::is_regular_file(entry.symlink_status(error))) continue;
    const std::string name = entry.path().filename().string();
    if (name == stem + ".qml") companions[stem + "_qfield.qml"] = entry.path();
    const std::string prefix = stem + "_";
    if (name.rfind(prefix, 0) != 0 || entry.path().extension() != ".qm") continue;
    const std::string language = entry.path().stem().string().substr(prefix.size());
    if (!is_two_letter_code(language)) continue;
    companions[stem + "_qfield_" + language + ".qm"] = entry.path();
  }
  return companions;
}

}  // namespace qfcsync::project
