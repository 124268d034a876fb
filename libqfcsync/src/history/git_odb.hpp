#pragma once

#include "chunk/object_id.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct git_odb;
struct git_repository;

namespace qfcsync::history {

/// Where stored git objects come from: `type SP size NUL content`, by padded id.
class GitObjects {
 public:
  virtual ~GitObjects() = default;
  /// @return false if there is none. @errors Corrupt, Io
  virtual bool read(const chunk::ObjectId& id, std::string& object) = 0;
  virtual bool contains(const chunk::ObjectId& id) = 0;
};

struct GitObject {
  chunk::ObjectId id;
  std::string object;  ///< `type SP size NUL content`
};

/// The object database that libgit2 works on: reads from GitObjects, keeps what is new in memory.
/// No file is touched. One thread at a time; the source has to outlive it.
class GitOdb {
 public:
  explicit GitOdb(GitObjects& objects);
  ~GitOdb();
  GitOdb(const GitOdb&) = delete;
  GitOdb& operator=(const GitOdb&) = delete;

  git_repository* repository() const { return repository_; }
  git_odb* odb() const { return odb_; }

  /// Objects written since the last call, in that order. They stay readable.
  std::vector<GitObject> take_new();

  /// Throws what happened when a call of libgit2 failed.
  ///
  /// @param result  what the call returned; nothing is done for 0 and more
  /// @errors        those of GitObjects; NotFound; Corrupt: libgit2 does not understand an object
  void check(int result, std::string_view tried);

 private:
  struct Backend;
  void close() noexcept;
  bool read(const chunk::ObjectId& id, std::string& object);

  GitObjects* objects_;
  std::unordered_map<chunk::ObjectKey, std::string, chunk::ObjectKeyHash> written_;
  std::vector<chunk::ObjectId> order_;
  std::exception_ptr failure_;  // what a callback could not throw through libgit2
  git_odb* odb_ = nullptr;
  git_repository* repository_ = nullptr;
};

}  // namespace qfcsync::history
