#include "io/temporary_folder.hpp"

#include <qfcsync/error.hpp>

#include <string>
#include <system_error>

#include <stdlib.h>

namespace qfcsync::io {

std::filesystem::path temporary_place() {
  std::error_code failure;
  std::filesystem::path place = std::filesystem::temp_directory_path(failure);
  if (!failure) return place;
  throw Error(ErrorCode::Io,
              "there is no folder for temporary files; let TMPDIR name one: " + failure.message(),
              ErrorOrigin::Os, failure.value());
}

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) {
  std::string name = (parent / "qfcsync-XXXXXX").string();  // mkdtemp puts letters there
  if (::mkdtemp(name.data()) == nullptr) throw_errno("cannot create a temporary folder " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace qfcsync::io
