#include "remote/tree_list.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::remote;

namespace {

/// Folders as a server shows them, with their entries in any order.
class Tree {
 public:
  explicit Tree(const std::set<std::string>& names) {
    for (const auto& name : names) add(name);
  }
  std::vector<TreeEntry> read(const std::string& path) {
    ++reads;
    std::vector<TreeEntry> entries;
    for (const auto& [name, is_folder] : folders_[path]) {
      entries.push_back({{name, 1, {}}, is_folder});
    }
    std::shuffle(entries.begin(), entries.end(), chance_);
    return entries;
  }
  int reads = 0;

 private:
  void add(const std::string& name) {
    const std::size_t slash = name.rfind('/', name.size() - 2);
    const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash + 1);
    const bool is_folder = name.ends_with('/');
    std::string last = name.substr(folder.size());
    if (is_folder) last.pop_back();
    folders_[folder][last] = is_folder;
    if (!folder.empty()) add(folder);
  }
  std::map<std::string, std::map<std::string, bool>> folders_;
  std::minstd_rand chance_{1};
};

std::vector<std::string> list(Tree& tree, std::string_view prefix, std::string_view after,
                              std::size_t limit) {
  std::vector<std::string> names;
  for (const auto& blob :
       list_tree([&](const std::string& path) { return tree.read(path); }, prefix, after, limit)) {
    names.push_back(blob.name);
  }
  return names;
}

std::set<std::string> random_names(std::minstd_rand& chance) {
  std::set<std::string> names;
  const auto part = [&] { return std::string(1 + chance() % 2, "ab-.0"[chance() % 5]); };
  for (int i = 0; i < 40; ++i) {
    std::string name = "x" + part();
    for (unsigned depth = chance() % 3; depth > 0; --depth) name += "/y" + part();
    names.insert(name);
  }
  // No blob is the folder of another.
  std::erase_if(names, [&](const std::string& name) {
    const auto below = names.lower_bound(name + "/");
    return below != names.end() && below->starts_with(name + "/");
  });
  return names;
}

}  // namespace

TEST_SUITE("remote/tree_list") {
  TEST_CASE("any tree is listed in byte order, from any name, with any prefix and limit") {
    for (unsigned seed = 1; seed <= 200; ++seed) {
      CAPTURE(seed);
      std::minstd_rand chance(seed);
      const auto names = random_names(chance);
      Tree tree(names);
      const std::vector<std::string> sorted(names.begin(), names.end());
      const std::string prefix = sorted[chance() % sorted.size()].substr(0, chance() % 5);
      const std::string after = sorted[chance() % sorted.size()].substr(0, chance() % 7);
      const std::size_t limit = chance() % 50;
      std::vector<std::string> expected;
      for (const auto& name : sorted) {
        const bool is_wanted = name.starts_with(prefix) && name > after;
        if (is_wanted && expected.size() < limit) expected.push_back(name);
      }
      CHECK(list(tree, prefix, after, limit) == expected);
    }
  }

  TEST_CASE("folders without wanted names are not read") {
    Tree tree({"a/1", "b/1", "c/1", "c/d/1", "tmp/x"});
    CHECK(list(tree, "c/", "", 10) == std::vector<std::string>{"c/1", "c/d/1"});
    CHECK(tree.reads == 2);
    tree.reads = 0;
    CHECK(list(tree, "", "b/1", 1) == std::vector<std::string>{"c/1"});
    CHECK(tree.reads == 3);
    CHECK(list(tree, "c/", "d", 10).empty());
    CHECK(tree.reads == 3);
  }

  TEST_CASE("the store's own folders and names of strangers are not listed") {
    Tree tree({"tmp/x", "cache/y", "A", ".hidden", "a b", "a"});
    CHECK(list(tree, "", "", 10) == std::vector<std::string>{"a"});
  }

  TEST_CASE("a server whose folders have no bottom is left in the end") {
    const auto endless = [](const std::string&) {
      return std::vector<TreeEntry>{{{"a", 0, {}}, true}};
    };
    CHECK(list_tree(endless, "", "", 10).empty());
  }
}
