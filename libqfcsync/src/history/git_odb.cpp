#include "history/git_odb.hpp"

#include <qfcsync/error.hpp>

#include "history/git_name.hpp"

#include <charconv>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <git2.h>
#include <git2/sys/odb_backend.h>

namespace qfcsync::history {
namespace {

/// libgit2 is made ready once and stays so: other parts of the program may use it, too.
void start_libgit2() {
  static const int kResult = git_libgit2_init();
  if (kResult < 0) throw Error(ErrorCode::Internal, "libgit2 does not start", ErrorOrigin::Git);
}

chunk::ObjectId id_of(const git_oid& oid) {
  chunk::ObjectId id;
  std::memcpy(id.bytes.data(), oid.id, kGitIdBytes);
  return id;
}

chunk::ObjectKey key_of(const chunk::ObjectId& id) { return {chunk::ObjectKind::Git, id}; }

/// The content behind `type SP size NUL`; false when that does not fit.
bool split(const std::string& object, git_object_t& type, std::string_view& content) {
  const std::size_t space = object.find(' ');
  const std::size_t end = object.find('\0');
  if (space == std::string::npos || end == std::string::npos || end < space) return false;
  type = git_object_string2type(object.substr(0, space).c_str());
  content = std::string_view(object).substr(end + 1);
  std::size_t size = 0;
  const char* last = object.data() + end;
  const auto [stop, problem] = std::from_chars(object.data() + space + 1, last, size);
  return type != GIT_OBJECT_INVALID && problem == std::errc() && stop == last &&
         size == content.size();
}

}  // namespace

/// What libgit2 holds; the first member makes it a backend.
struct GitOdb::Backend {
  git_odb_backend base;
  GitOdb* owner;

  static GitOdb& of(git_odb_backend* backend) {
    return *reinterpret_cast<Backend*>(backend)->owner;
  }

  /// No exception goes through libgit2.
  template <typename Call>
  static int guarded(git_odb_backend* backend, Call&& call) noexcept {
    try {
      return call(of(backend));
    } catch (...) {
      of(backend).failure_ = std::current_exception();
      return GIT_ERROR;
    }
  }

  static int read(void** data, size_t* size, git_object_t* type, git_odb_backend* backend,
                  const git_oid* oid) {
    return guarded(backend, [&](GitOdb& self) {
      std::string object;
      if (!self.read(id_of(*oid), object)) return static_cast<int>(GIT_ENOTFOUND);
      std::string_view content;
      if (!split(object, *type, content)) return static_cast<int>(GIT_ERROR);
      *data = git_odb_backend_data_alloc(backend, content.size() + 1);
      if (*data == nullptr) return static_cast<int>(GIT_ERROR);
      std::memcpy(*data, content.data(), content.size());
      static_cast<char*>(*data)[content.size()] = '\0';
      *size = content.size();
      return 0;
    });
  }

  static int write(git_odb_backend* backend, const git_oid* oid, const void* data, size_t size,
                   git_object_t type) {
    return guarded(backend, [&](GitOdb& self) {
      std::string object = fmt::format("{} {}", git_object_type2string(type), size);
      object.push_back('\0');
      object.append(static_cast<const char*>(data), size);
      const chunk::ObjectId id = id_of(*oid);
      if (self.written_.emplace(key_of(id), std::move(object)).second) self.order_.push_back(id);
      return 0;
    });
  }

  static int exists(git_odb_backend* backend, const git_oid* oid) {
    return guarded(backend, [&](GitOdb& self) {
      const chunk::ObjectId id = id_of(*oid);
      return self.written_.contains(key_of(id)) || self.objects_->contains(id) ? 1 : 0;
    });
  }

  static void free(git_odb_backend* backend) { delete reinterpret_cast<Backend*>(backend); }
};

GitOdb::GitOdb(GitObjects& objects) : objects_(&objects) {
  start_libgit2();
  try {
    check(git_odb_new(&odb_), "make an object database");
    auto backend = std::make_unique<Backend>();
    check(git_odb_init_backend(&backend->base, GIT_ODB_BACKEND_VERSION), "make a backend");
    backend->owner = this;
    backend->base.read = &Backend::read;
    backend->base.write = &Backend::write;
    backend->base.exists = &Backend::exists;
    backend->base.free = &Backend::free;
    check(git_odb_add_backend(odb_, &backend->base, 1), "add a backend");
    backend.release();  // the database has it now
    check(git_repository_wrap_odb(&repository_, odb_), "make a repository");
  } catch (...) {
    close();
    throw;
  }
}

GitOdb::~GitOdb() { close(); }

void GitOdb::close() noexcept {
  git_repository_free(repository_);
  git_odb_free(odb_);
}

bool GitOdb::read(const chunk::ObjectId& id, std::string& object) {
  const auto found = written_.find(key_of(id));
  if (found == written_.end()) return objects_->read(id, object);
  object = found->second;
  return true;
}

std::vector<GitObject> GitOdb::take_new() {
  std::vector<GitObject> taken;
  for (const chunk::ObjectId& id : order_) taken.push_back({id, written_.at(key_of(id))});
  order_.clear();
  return taken;
}

void GitOdb::check(int result, std::string_view tried) {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  if (result >= 0) return;
  const git_error* error = git_error_last();
  const std::string why = error != nullptr && error->message != nullptr ? error->message : "";
  throw Error(result == GIT_ENOTFOUND ? ErrorCode::NotFound : ErrorCode::Corrupt,
              fmt::format("cannot {}: {}", tried, why), ErrorOrigin::Git, result);
}

}  // namespace qfcsync::history
