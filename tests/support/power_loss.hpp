#pragma once

#include "support/watched_calls.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>

#include <sys/types.h>

namespace qfcsync::test {

/// A folder on a disk that keeps nothing but what was synced.
///
/// What was written to a file since its last sync may be there or not, 512 bytes at a time, and the
/// file may have its old length, the new one, or one between. Names that were made, removed or
/// renamed in a folder since its last sync may have been or not, each for itself and in any order;
/// a rename is one thing.
class PowerLoss {
 public:
  /// What is in the folder now is safe.
  explicit PowerLoss(std::filesystem::path folder);
  ~PowerLoss();
  PowerLoss(const PowerLoss&) = delete;
  PowerLoss& operator=(const PowerLoss&) = delete;

  /// Of each watched call, after it.
  void note(const WatchedCall& call);

  /// Writes what may be left of the folder when power is lost right now.
  void write_image(std::mt19937_64& random, const std::filesystem::path& target);

 private:
  using Names = std::map<std::string, ino_t>;
  struct Node {
    bool is_folder = false;
    std::string bytes;
    Names names;
  };
  using Nodes = std::map<ino_t, Node>;

  ino_t read_tree(const std::filesystem::path& path, Nodes& nodes);
  void hold(ino_t inode, const std::filesystem::path& path);
  void write_folder(std::mt19937_64& random, const Nodes& now, ino_t inode,
                    const std::filesystem::path& target) const;

  std::filesystem::path folder_;
  ino_t root_ = 0;
  Nodes safe_;
  std::map<ino_t, int> held_;  // so that no number is given to another file
};

}  // namespace qfcsync::test
