#include "project/paths.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>

namespace qfcsync::project {
namespace {

namespace fs = std::filesystem;

fs::path canonical_folder(const fs::path& folder) {
  std::error_code error;
  fs::path result = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
  if (error) {
    throw Error(ErrorCode::NotFound, fmt::format("folder {} does not exist", folder.string()),
                ErrorOrigin::Os, error.value());
  }
  return result;
}

bool is_absolute(std::string_view text) {
  if (text.empty() || text.front() == '/' || text.front() == '\\') return true;
  return text.size() > 1 && text[1] == ':' &&
         std::isalpha(static_cast<unsigned char>(text.front())) != 0;
}

}  // namespace

ProjectFolder::ProjectFolder(const fs::path& folder, const fs::path& root)
    : folder_(canonical_folder(folder)), root_(canonical_folder(root)) {
  if (!contains(folder_)) {
    throw Error(ErrorCode::InvalidArgument, fmt::format("the project's folder {} is not inside {}",
                                                        folder_.string(), root_.string()));
  }
}

bool ProjectFolder::contains(const fs::path& canonical) const {
  return std::mismatch(root_.begin(), root_.end(), canonical.begin(), canonical.end()).first ==
         root_.end();
}

fs::path ProjectFolder::resolve(std::string_view text) const {
  if (is_absolute(text) || text.find('\0') != std::string_view::npos) return {};
  const fs::path wanted = (folder_ / fs::path(text)).lexically_normal();
  if (!contains(wanted)) return {};
  std::error_code error;
  const fs::path real = fs::canonical(wanted, error);
  return error || !contains(real) ? fs::path() : real;
}

std::string ProjectFolder::name_of(const fs::path& file) const {
  return file.lexically_relative(root_).generic_string();
}

std::string plain_path(std::string_view text) {
  while (text.rfind("./", 0) == 0) text.remove_prefix(2);
  return std::string(text);
}

std::string read_file(const fs::path& file, std::size_t limit) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) {
    throw Error(error == std::errc::no_such_file_or_directory ? ErrorCode::NotFound : ErrorCode::Io,
                fmt::format("cannot read {}: {}", file.string(), error.message()), ErrorOrigin::Os,
                error.value());
  }
  if (size > limit) {
    throw Error(ErrorCode::LimitExceeded,
                fmt::format("{} has {} bytes, more than {}", file.string(), size, limit));
  }
  std::string bytes(size, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  if (stream.gcount() != static_cast<std::streamsize>(size)) {
    throw Error(ErrorCode::Io, fmt::format("cannot read {}", file.string()), ErrorOrigin::Os,
                errno);
  }
  return bytes;
}

}  // namespace qfcsync::project
