#include "history/graph.hpp"

#include <qfcsync/error.hpp>

#include "history/git_name.hpp"
#include "unit/chunk/memory_objects.hpp"

#include <doctest/doctest.h>

namespace qfcsync::history {
namespace {

using test::code_of;

/// What packs are in a repository.
class StoredObjects : public GitObjects {
 public:
  bool read(const chunk::ObjectId& id, std::string& object) override {
    const auto found = objects.find(id);
    if (found == objects.end()) return false;
    if (is_failing) throw Error(ErrorCode::Io, "the disk is gone");
    object = found->second;
    return true;
  }
  bool contains(const chunk::ObjectId& id) override { return objects.contains(id); }
  void take(Graph& graph) {
    for (GitObject& made : graph.take_new()) objects.emplace(made.id, std::move(made.object));
  }

  std::map<chunk::ObjectId, std::string> objects;
  bool is_failing = false;
};

Pointer pointer(const std::string& content) { return {chunk::sha256_id(content), content.size()}; }

chunk::ObjectId commit(Graph& graph, std::vector<chunk::ObjectId> parents,
                       const std::vector<TreeChange>& changes, const std::string& message = "m") {
  Commit made;
  const auto first = parents.empty() ? std::nullopt : std::optional(parents.front());
  made.tree = graph.change_tree(first, changes);
  made.parents = std::move(parents);
  made.author = {"Ada", "phone"};
  made.time_s = 1'700'000'000;
  made.message = message;
  return graph.add_commit(made);
}

TEST_SUITE_BEGIN("history/graph");

TEST_CASE("commits and trees come back from stored objects alone, under the ids of git") {
  StoredObjects stored;
  chunk::ObjectId id;
  {
    Graph graph(stored);
    id = commit(graph, {}, {{"a/b.txt", pointer("one")}, {"c", pointer("")}}, "first\n");
    stored.take(graph);
    CHECK(graph.take_new().empty());
  }
  for (const auto& [name, object] : stored.objects) CHECK(chunk::git_id(object) == name);
  Graph graph(stored);
  const Commit read = graph.commit(id);
  CHECK(read.author.name == "Ada");
  CHECK(read.author.email == "phone");
  CHECK(read.time_s == 1'700'000'000);
  CHECK(read.message == "first\n");
  CHECK(read.parents.empty());
  const TreeFiles files{{"a/b.txt", pointer("one")}, {"c", pointer("")}};
  CHECK(graph.files(id) == files);
  CHECK(graph.find(id, "a/b.txt") == pointer("one"));
  CHECK_FALSE(graph.find(id, "a"));
  CHECK_FALSE(graph.find(id, "x/y"));
  CHECK_FALSE(graph.find(id, kAttributesPath));
}

TEST_CASE("files change, go, and take the place of folders") {
  StoredObjects stored;
  Graph graph(stored);
  const auto one = commit(graph, {}, {{"a/b", pointer("1")}, {"a/c", pointer("2")}});
  const auto two = commit(graph, {one}, {{"a/b", pointer("3")}, {"d", std::nullopt}});
  CHECK(graph.find(two, "a/b") == pointer("3"));
  CHECK(graph.find(two, "a/c") == pointer("2"));
  const auto three =
      commit(graph, {two}, {{"a", pointer("4")}, {"a/b", std::nullopt}, {"a/c", std::nullopt}});
  CHECK(graph.files(three) == TreeFiles{{"a", pointer("4")}});
  const auto four = commit(graph, {three}, {{"a", std::nullopt}});
  CHECK(graph.files(four).empty());
}

TEST_CASE("a file is no folder of another") {
  StoredObjects stored;
  Graph graph(stored);
  const auto one = commit(graph, {}, {{"a", pointer("1")}, {"b/c", pointer("1")}});
  const auto change = [&](std::vector<TreeChange> changes) {
    return code_of([&] { graph.change_tree(one, changes); });
  };
  CHECK(change({{"a/x", pointer("2")}}) == ErrorCode::InvalidArgument);
  CHECK(change({{"b", pointer("2")}}) == ErrorCode::InvalidArgument);
  CHECK(change({{"n", pointer("2")}, {"n/m", pointer("2")}}) == ErrorCode::InvalidArgument);
  CHECK(change({{"../n", pointer("2")}}) == ErrorCode::InvalidArgument);
}

TEST_CASE("an object is made once") {
  StoredObjects stored;
  Graph first(stored);
  const auto one = commit(first, {}, {{"a", pointer("1")}});
  stored.take(first);
  Graph second(stored);
  commit(second, {one}, {{"a", pointer("1")}}, "the same again");
  CHECK(second.take_new().size() == 1);  // the commit
}

TEST_CASE("merge bases are found, and histories without one are told apart") {
  StoredObjects stored;
  Graph graph(stored);
  const auto base = commit(graph, {}, {{"a", pointer("1")}});
  const auto ours = commit(graph, {base}, {{"a", pointer("2")}});
  const auto theirs = commit(graph, {base}, {{"a", pointer("3")}});
  const auto merged = commit(graph, {ours, theirs}, {{"a", pointer("4")}});
  const auto other = commit(graph, {}, {{"z", pointer("9")}});
  CHECK(graph.merge_base(ours, theirs) == base);
  CHECK(graph.merge_base(merged, theirs) == theirs);
  CHECK_FALSE(graph.merge_base(merged, other));
  CHECK(graph.is_ancestor(base, merged));
  CHECK(graph.is_ancestor(base, base));
  CHECK_FALSE(graph.is_ancestor(ours, theirs));
  CHECK_FALSE(graph.is_ancestor(other, ours));
}

TEST_CASE("names that git would not take become ones it takes") {
  StoredObjects stored;
  Graph graph(stored);
  for (const char* name : {"", "...", "<>", "\n"}) {
    Commit made;
    made.tree = graph.change_tree(std::nullopt, {});
    made.author = {name, "a<b>\nc"};
    made.message = "m";
    CHECK(graph.commit(graph.add_commit(made)).author.name == "unknown");
  }
}

TEST_CASE("what is missing, damaged or unreadable is told as such") {
  StoredObjects stored;
  Graph first(stored);
  const auto one = commit(first, {}, {{"a", pointer("1")}});
  stored.take(first);
  const auto code = [&](const chunk::ObjectId& id) {
    Graph graph(stored);
    return code_of([&] { graph.files(id); });
  };
  CHECK(code(chunk::ObjectId()) == ErrorCode::NotFound);
  stored.is_failing = true;
  CHECK(code(one) == ErrorCode::Io);
  stored.is_failing = false;
  stored.objects[one] = "commit 5";
  CHECK(code(one) == ErrorCode::Corrupt);
  stored.objects[one] = std::string("commit 3\0abc", 12);
  CHECK(code(one) == ErrorCode::Corrupt);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::history
