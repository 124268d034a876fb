#pragma once

#include <filesystem>
#include <string>

namespace qfcsync::oracle {

/// geodiff's shared library, when there is one: GEODIFFLIB names it, else it is looked for where
/// tests/support/setup.sh installs pygeodiff.
class Geodiff {
 public:
  /// The one of this process; nullptr (and a message once) when geodiff is not installed.
  static Geodiff* find();
  ~Geodiff();
  Geodiff(const Geodiff&) = delete;
  Geodiff& operator=(const Geodiff&) = delete;

  // Each returns whether geodiff says that all went well.
  bool extract(const std::filesystem::path& base, const std::filesystem::path& modified,
               const std::filesystem::path& changeset);
  bool apply(const std::filesystem::path& target, const std::filesystem::path& changeset);
  bool invert(const std::filesystem::path& changeset, const std::filesystem::path& result);
  bool concat(const std::filesystem::path& first, const std::filesystem::path& second,
              const std::filesystem::path& result);
  /// Rewrites ours so that it holds both; conflicts is not written when there are none.
  bool merge(const std::filesystem::path& base, const std::filesystem::path& theirs,
             const std::filesystem::path& ours, const std::filesystem::path& conflicts);

 private:
  explicit Geodiff(void* library);
  template <typename Function>
  Function function(const char* name) const;

  void* library_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace qfcsync::oracle
