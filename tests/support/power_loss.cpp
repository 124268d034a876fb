#include "support/power_loss.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSectorBytes = 512;

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::optional<struct stat> look_at(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;  // it went away just now
  return status;
}

bool chance(std::mt19937_64& random) { return random() % 2 == 0; }

std::string sector_of(const std::string& bytes, std::size_t at, std::size_t size) {
  std::string sector = at < bytes.size() ? bytes.substr(at, size) : std::string();
  sector.resize(size, '\0');
  return sector;
}

/// What may be left of a file.
std::string mixed(std::mt19937_64& random, const std::string& safe, const std::string& now) {
  if (safe == now) return safe;
  if (random() % 4 == 0) return safe;
  if (random() % 4 == 0) return now;
  const std::size_t least = std::min(safe.size(), now.size());
  const std::size_t most = std::max(safe.size(), now.size());
  std::size_t size = chance(random) ? safe.size() : now.size();
  if (random() % 4 == 0) size = least + random() % (most - least + 1);
  std::string left;
  for (std::size_t at = 0; at < size; at += kSectorBytes) {
    left += sector_of(chance(random) ? safe : now, at, std::min(kSectorBytes, size - at));
  }
  return left;
}

using Names = std::map<std::string, ino_t>;

std::optional<ino_t> inode_at(const Names& names, const std::string& name) {
  const auto found = names.find(name);
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

/// Where a file was before it was renamed to a name; "" if it was not.
std::string renamed_from(const Names& safe, const Names& now, ino_t inode) {
  for (const auto& [name, there] : safe) {
    if (there == inode && inode_at(now, name) != inode) return name;
  }
  return {};
}

/// What may be left of the names in a folder.
Names mixed_names(std::mt19937_64& random, const Names& safe, const Names& now) {
  std::set<std::string> open;
  for (const Names* names : {&safe, &now}) {
    for (const auto& [name, inode] : *names) {
      if (inode_at(safe, name) != inode_at(now, name)) open.insert(name);
    }
  }
  Names left = safe;
  const auto set = [&](const std::string& name, const Names& to) {
    left.erase(name);
    if (const auto inode = inode_at(to, name)) left.emplace(name, *inode);
    open.erase(name);
  };
  for (const auto& [name, inode] : now) {
    if (!open.contains(name)) continue;
    const std::string from = renamed_from(safe, now, inode);
    const Names& to = chance(random) ? safe : now;
    set(name, to);
    if (open.contains(from)) set(from, to);
  }
  for (const std::string& name : std::set(open)) set(name, chance(random) ? safe : now);
  return left;
}

}  // namespace

PowerLoss::PowerLoss(fs::path folder) : folder_(std::move(folder)) {
  const CallsUnwatched quiet;
  root_ = read_tree(folder_, safe_);
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (const auto status = look_at(entry.path())) hold(status->st_ino, entry.path());
  }
}

PowerLoss::~PowerLoss() {
  for (const auto& [inode, fd] : held_) ::close(fd);
}

void PowerLoss::hold(ino_t inode, const fs::path& path) {
  if (held_.contains(inode)) return;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::runtime_error("cannot open " + path.string());
  held_.emplace(inode, fd);
}

ino_t PowerLoss::read_tree(const fs::path& path, Nodes& nodes) {
  const auto status = look_at(path);
  if (!status) return 0;
  if (nodes.contains(status->st_ino)) return status->st_ino;
  Node node;
  node.is_folder = S_ISDIR(status->st_mode);
  if (node.is_folder) {
    for (const auto& entry : fs::directory_iterator(path)) {
      const ino_t inode = read_tree(entry.path(), nodes);
      if (inode != 0) node.names.emplace(entry.path().filename().string(), inode);
    }
  } else {
    node.bytes = bytes_of(path);
  }
  nodes[status->st_ino] = std::move(node);
  return status->st_ino;
}

void PowerLoss::note(const WatchedCall& call) {
  if (call.name != "fsync" && call.name != "fdatasync") return;
  const fs::path path = "/proc/self/fd/" + std::to_string(call.fd);
  struct stat status {};
  if (::fstat(call.fd, &status) != 0) return;
  hold(status.st_ino, path);
  Node node;
  node.is_folder = S_ISDIR(status.st_mode);
  if (node.is_folder) {
    for (const auto& entry : fs::directory_iterator(path)) {
      const auto there = look_at(entry.path());
      if (!there) continue;
      hold(there->st_ino, entry.path());
      node.names.emplace(entry.path().filename().string(), there->st_ino);
      Node empty;
      empty.is_folder = S_ISDIR(there->st_mode);
      safe_.emplace(there->st_ino, empty);  // the name is safe, what is in it is not
    }
  } else {
    node.bytes = bytes_of(path);
  }
  safe_[status.st_ino] = std::move(node);
}

void PowerLoss::write_image(std::mt19937_64& random, const fs::path& target) {
  const CallsUnwatched quiet;
  Nodes now;
  read_tree(folder_, now);
  write_folder(random, now, root_, target);
}

void PowerLoss::write_folder(std::mt19937_64& random, const Nodes& now, ino_t inode,
                             const fs::path& target) const {
  static const Node kNothing;
  const auto node_of = [](const Nodes& nodes, ino_t wanted, const Node& other) -> const Node& {
    const auto found = nodes.find(wanted);
    return found == nodes.end() ? other : found->second;
  };
  fs::create_directory(target);
  const Node& safe = node_of(safe_, inode, kNothing);
  const Node& current = node_of(now, inode, safe);
  for (const auto& [name, child] : mixed_names(random, safe.names, current.names)) {
    const Node& safe_child = node_of(safe_, child, kNothing);
    const Node& current_child = node_of(now, child, safe_child);
    if (current_child.is_folder) {
      write_folder(random, now, child, target / name);
    } else {
      std::ofstream(target / name, std::ios::binary)
          << mixed(random, safe_child.bytes, current_child.bytes);
    }
  }
}

}  // namespace qfcsync::test
