#include "project/scratch_folder.hpp"

#include <qfcsync/error.hpp>

#include "io/descriptor.hpp"

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync::project {
namespace {

namespace fs = std::filesystem;

void require_free(const fs::path& target) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(target, error))) return;
  if (fs::is_directory(target, error) && fs::is_empty(target, error) && !error) return;
  throw Error(ErrorCode::InvalidArgument,
              fmt::format("{} is not an empty folder; name another or empty it", target.string()));
}

}  // namespace

ScratchFolder::ScratchFolder(const fs::path& target)
    : target_((fs::absolute(target) / "").parent_path().lexically_normal()) {
  require_free(target_);
  std::error_code error;
  fs::create_directories(target_.parent_path(), error);
  std::string pattern =
      (target_.parent_path() / ("." + target_.filename().string() + ".XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw_errno(fmt::format("cannot create a folder beside {}", target_.string()));
  }
  path_ = pattern;
  ::chmod(path_.c_str(), 0755);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

void ScratchFolder::publish() {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path_)) {
    if (entry.is_regular_file()) io::sync_file(entry.path());
    if (entry.is_directory()) io::sync_folder(entry.path());
  }
  io::sync_folder(path_);
  require_free(target_);
  if (::rename(path_.c_str(), target_.c_str()) != 0) {
    throw_errno(fmt::format("cannot move the package to {}", target_.string()));
  }
  path_.clear();
  io::sync_folder(target_.parent_path());
}

}  // namespace qfcsync::project
