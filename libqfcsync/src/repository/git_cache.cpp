#include "repository/git_cache.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include "history/git_handle.hpp"
#include "history/git_name.hpp"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <git2.h>
#include <git2/sys/odb_backend.h>

namespace qfcsync::repository {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGenerationFile = "qfcsync-generation";
constexpr int kCompression = 1;  // 0 writes objects that nobody can read
/// One folder of 256 is counted: so many in it mean some 2,000 loose objects.
constexpr const char* kCountedFolder = "17";
constexpr std::size_t kManyInOneFolder = 8;

using OdbHandle = history::GitHandle<git_odb, git_odb_free>;
using OdbObjectHandle = history::GitHandle<git_odb_object, git_odb_object_free>;
using RepositoryHandle = history::GitHandle<git_repository, git_repository_free>;
using BuilderHandle = history::GitHandle<git_packbuilder, git_packbuilder_free>;

void check(int result, std::string_view tried) {
  if (result >= 0) return;
  const git_error* error = git_error_last();
  const std::string why = error != nullptr && error->message != nullptr ? error->message : "";
  throw Error(ErrorCode::Io, fmt::format("the git cache: cannot {}: {}", tried, why),
              ErrorOrigin::Git, result);
}

void start_libgit2() {
  static const int kResult = git_libgit2_init();
  check(kResult, "start libgit2");
}

git_oid oid_of(const chunk::ObjectId& id) {
  git_oid oid;
  std::memcpy(oid.id, id.bytes.data(), history::kGitIdBytes);
  return oid;
}

OdbHandle open_loose(const fs::path& folder) {
  git_odb* odb = nullptr;
  check(git_odb_new(&odb), "open objects");
  OdbHandle owned(odb);
  git_odb_backend* backend = nullptr;
  const std::string objects = (folder / "objects").string();
  check(git_odb_backend_loose(&backend, objects.c_str(), kCompression, 0, 0, 0), "open objects");
  const int result = git_odb_add_backend(odb, backend, 1);
  if (result < 0) backend->free(backend);
  check(result, "open objects");
  return owned;
}

/// `type SP size NUL content` taken apart; the caller has decoded and checked it.
std::string_view content_of(std::string_view object) {
  return object.substr(object.find('\0') + 1);
}
git_object_t type_of(std::string_view object) {
  return git_object_string2type(std::string(object.substr(0, object.find(' '))).c_str());
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Loose objects, by their ids.
std::vector<git_oid> loose_objects(const fs::path& objects) {
  std::vector<git_oid> ids;
  for (const auto& folder : fs::directory_iterator(objects)) {
    const std::string begin = folder.path().filename().string();
    if (begin.size() != 2 || !folder.is_directory()) continue;
    for (const auto& file : fs::directory_iterator(folder)) {
      git_oid oid;
      const std::string hex = begin + file.path().filename().string();
      if (hex.size() == history::kGitHexDigits && git_oid_fromstr(&oid, hex.c_str()) == 0) {
        ids.push_back(oid);
      }
    }
  }
  return ids;
}

fs::path loose_path(const fs::path& objects, const git_oid& oid) {
  char hex[history::kGitHexDigits + 1];
  git_oid_tostr(hex, sizeof hex, &oid);
  return objects / std::string(hex, 2) / std::string(hex + 2);
}

}  // namespace

std::uint64_t GitCache::generation() const {
  const std::string text = text_of(folder_ / kGenerationFile);
  std::uint64_t generation = 0;
  std::from_chars(text.data(), text.data() + text.size(), generation);
  return generation;
}

void GitCache::create() const {
  start_libgit2();
  git_repository* opened = nullptr;
  check(git_repository_init(&opened, folder_.string().c_str(), 1), "create a bare repository");
  git_repository_free(opened);
  write_file("HEAD", fmt::format("ref: {}\n", history::kMainRef));
}

void GitCache::update(const history::Root& root, const EachObject& each_object) try {
  start_libgit2();
  if (!fs::exists(folder_ / "objects")) create();
  {
    const OdbHandle odb = open_loose(folder_);
    each_object([&](const chunk::ObjectId&, std::string_view object) {
      git_oid oid;
      const std::string_view content = content_of(object);
      check(git_odb_write(&oid, odb.get(), content.data(), content.size(), type_of(object)),
            "write an object");
    });
  }
  write_refs(root);
  write_file(kGenerationFile, fmt::format("{}\n", root.generation));
  pack_when_many();
} catch (const fs::filesystem_error& error) {
  throw Error(ErrorCode::Io, fmt::format("the git cache: {}", error.what()), ErrorOrigin::Os,
              error.code().value());
}

/// Appears whole, without git's lock files, which a killed process would leave behind.
void GitCache::write_file(const fs::path& name, std::string_view text) const {
  const fs::path path = folder_ / name;
  fs::create_directories(path.parent_path());
  const fs::path part = path.string() + ".part";
  {
    std::ofstream stream(part, std::ios::binary | std::ios::trunc);
    stream << text;
    if (!stream.flush()) throw Error(ErrorCode::Io, "cannot write " + part.string());
  }
  fs::rename(part, path);
}

void GitCache::write_refs(const history::Root& root) const {
  std::set<fs::path> wanted;
  for (const auto& [name, id] : root.refs) {
    const std::string line = history::git_hex(id) + '\n';
    wanted.insert(folder_ / name);
    if (text_of(folder_ / name) != line) write_file(name, line);
  }
  fs::remove(folder_ / "packed-refs");  // of a gc by hand; all refs are in files of their own
  std::vector<fs::path> gone;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "refs")) {
    if (entry.is_regular_file() && !wanted.contains(entry.path())) gone.push_back(entry.path());
  }
  for (const fs::path& path : gone) fs::remove(path);
}

void GitCache::pack_when_many() const {
  const fs::path objects = folder_ / "objects";
  std::error_code none;
  const fs::directory_iterator counted(objects / kCountedFolder, none);
  if (none ||
      static_cast<std::size_t>(std::distance(begin(counted), end(counted))) <= kManyInOneFolder) {
    return;
  }
  git_repository* opened = nullptr;
  check(git_repository_open_bare(&opened, folder_.string().c_str()), "open");
  const RepositoryHandle repository(opened);
  git_packbuilder* made = nullptr;
  check(git_packbuilder_new(&made, opened), "pack objects");
  const BuilderHandle builder(made);
  git_packbuilder_set_threads(made, 1);
  const std::vector<git_oid> ids = loose_objects(objects);
  for (const git_oid& id : ids) check(git_packbuilder_insert(made, &id, nullptr), "pack objects");
  check(git_packbuilder_write(made, nullptr, 0, nullptr, nullptr), "pack objects");
  // The pack has been indexed, and so read, by now.
  for (const git_oid& id : ids) fs::remove(loose_path(objects, id));
}

bool GitCache::has(const chunk::ObjectId& id, std::string_view object) const {
  start_libgit2();
  git_odb* odb = nullptr;
  if (git_odb_open(&odb, (folder_ / "objects").string().c_str()) < 0) return false;
  const OdbHandle owned(odb);
  git_odb_object* read = nullptr;
  const git_oid oid = oid_of(id);
  if (git_odb_read(&read, odb, &oid) < 0) return false;
  const OdbObjectHandle owned_object(read);
  const std::string_view content(static_cast<const char*>(git_odb_object_data(read)),
                                 git_odb_object_size(read));
  return content == content_of(object) && git_odb_object_type(read) == type_of(object);
}

void GitCache::clear() {
  std::error_code failed;
  fs::remove_all(folder_, failed);
  if (failed) {
    throw Error(ErrorCode::Io, fmt::format("cannot remove the git cache: {}", failed.message()),
                ErrorOrigin::Os, failed.value());
  }
}

}  // namespace qfcsync::repository
