#pragma once

#include <qfcsync/error.hpp>

#include "random_database.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <stdlib.h>

namespace qfcsync::oracle {

/// An empty folder, in memory where the system has such a place: thousands of databases are made.
class FastFolder {
 public:
  FastFolder() {
    const char* shared_memory = "/dev/shm";
    const auto parent = std::filesystem::is_directory(shared_memory)
                            ? std::filesystem::path(shared_memory)
                            : std::filesystem::temp_directory_path();
    std::string name = (parent / "qfcsync-oracle-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot create " + name);
    path_ = name;
  }
  ~FastFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  FastFolder(const FastFolder&) = delete;
  FastFolder& operator=(const FastFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Runs a law for many seeds. QFCSYNC_ORACLE_SEEDS multiplies their number (1 unless set),
/// QFCSYNC_ORACLE_SEED runs one seed only.
inline void for_each_seed(std::uint64_t count, const std::function<void(std::uint64_t)>& law) {
  std::uint64_t first = 1, last = count;
  if (const char* factor = std::getenv("QFCSYNC_ORACLE_SEEDS")) last *= std::stoull(factor);
  if (const char* one = std::getenv("QFCSYNC_ORACLE_SEED")) first = last = std::stoull(one);
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    try {
      law(seed);
    } catch (const std::exception& error) {
      FAIL_CHECK(std::string(error.what()));
    }
  }
}

}  // namespace qfcsync::oracle
