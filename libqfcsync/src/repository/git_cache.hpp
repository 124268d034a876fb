#pragma once

#include "chunk/object.hpp"
#include "history/root.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace qfcsync::repository {

/// A bare git repository that mirrors the history, for `git log`, `git fsck` and `git clone`. A
/// cache: nothing is read from it but by git, and it can be deleted at any time.
///
/// To be used inside a transaction of the index, which keeps other processes out.
class GitCache {
 public:
  explicit GitCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The root that it shows; 0 when it has to be filled anew.
  std::uint64_t generation() const;

  using EachObject =
      std::function<void(const std::function<void(const chunk::ObjectId&, std::string_view)>&)>;
  /// Adds objects and sets the refs to those of a root.
  ///
  /// @param each_object  gives the git objects that the root before had not
  /// @errors             Io
  void update(const history::Root& root, const EachObject& each_object);

  /// Whether an object is in it, undamaged.
  bool has(const chunk::ObjectId& id, std::string_view object) const;

  /// Removes it. @errors Io
  void clear();

 private:
  void create() const;
  void write_refs(const history::Root& root) const;
  void write_file(const std::filesystem::path& name, std::string_view text) const;
  void pack_when_many() const;

  std::filesystem::path folder_;
};

}  // namespace qfcsync::repository
