#include "history/reachable.hpp"

#include <qfcsync/error.hpp>

#include "history/git_name.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace qfcsync::history {
namespace {

constexpr std::string_view kTreeLine = "tree ";
constexpr std::string_view kParentLine = "parent ";

struct ToWalk {
  chunk::ObjectId id;
  std::string path;  // of a tree with its slash, of a blob without
};

[[noreturn]] void fail(const chunk::ObjectId& id, const char* what) {
  throw Error(ErrorCode::Corrupt, "git object " + git_hex(id) + ": " + what);
}

class Walk {
 public:
  Walk(GitObjects& objects, GitIds& seen, const ReachableVisitor& visitor)
      : objects_(objects), seen_(seen), visitor_(visitor) {}

  void run(const chunk::ObjectId& commit) {
    waiting_.push_back({commit, {}});
    while (!waiting_.empty()) {
      const ToWalk next = std::move(waiting_.back());
      waiting_.pop_back();
      if (!seen_.insert({chunk::ObjectKind::Git, next.id}).second) continue;
      try {
        walk_one(next);
      } catch (const Error& error) {
        const bool is_lost =
            error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::NotFound;
        if (!is_lost || !visitor_.on_lost) throw;
        visitor_.on_lost(next.id, error.what());
      }
    }
  }

 private:
  void walk_one(const ToWalk& next) {
    std::string object;
    if (!objects_.read(next.id, object)) {
      throw Error(ErrorCode::NotFound, "git object " + git_hex(next.id) + " is missing");
    }
    const std::size_t end = object.find('\0');
    if (end == std::string::npos) fail(next.id, "no head");
    const std::string_view content = std::string_view(object).substr(end + 1);
    if (object.starts_with("commit ")) {
      walk_commit(next.id, content);
    } else if (object.starts_with("tree ")) {
      walk_tree(next, content);
    } else if (object.starts_with("blob ")) {
      const auto pointer = parse_pointer(content);
      const bool is_file = pointer && next.path != kAttributesPath;
      if (is_file && visitor_.on_file) visitor_.on_file(next.path, *pointer);
    } else {
      fail(next.id, "of a kind that histories do not have");
    }
    if (visitor_.on_object) visitor_.on_object(next.id);
  }

  void walk_commit(const chunk::ObjectId& id, std::string_view content) {
    const std::size_t end = content.find("\n\n");
    std::string_view head = content.substr(0, end);
    while (!head.empty()) {
      const std::string_view line = head.substr(0, head.find('\n'));
      for (const std::string_view key : {kTreeLine, kParentLine}) {
        if (line.starts_with(key)) push(id, line.substr(key.size()));
      }
      head.remove_prefix(std::min(head.size(), line.size() + 1));
    }
    if (visitor_.on_message && end != std::string_view::npos) {
      visitor_.on_message(id, content.substr(end + 2));
    }
  }

  void push(const chunk::ObjectId& commit, std::string_view hex) {
    try {
      waiting_.push_back({git_id_from_hex(hex), {}});
    } catch (const Error&) {
      fail(commit, "a line without id");
    }
  }

  void walk_tree(const ToWalk& tree, std::string_view content) {
    while (!content.empty()) {
      const std::size_t space = content.find(' ');
      const std::size_t end = content.find('\0');
      const bool is_entry = space != std::string_view::npos && end != std::string_view::npos &&
                            space < end && content.size() - end > kGitIdBytes;
      if (!is_entry) fail(tree.id, "an entry is cut off");
      const bool is_folder = content.substr(0, space) == "40000";
      ToWalk entry;
      entry.path = tree.path + std::string(content.substr(space + 1, end - space - 1));
      if (is_folder) entry.path += '/';
      const std::string padding(chunk::kIdBytes - kGitIdBytes, '\0');
      entry.id =
          chunk::ObjectId::from_raw(std::string(content.substr(end + 1, kGitIdBytes)) + padding);
      waiting_.push_back(std::move(entry));
      content.remove_prefix(end + 1 + kGitIdBytes);
    }
  }

  GitObjects& objects_;
  GitIds& seen_;
  const ReachableVisitor& visitor_;
  std::vector<ToWalk> waiting_;
};

}  // namespace

void walk_reachable(GitObjects& objects, const chunk::ObjectId& commit, GitIds& seen,
                    const ReachableVisitor& visitor) {
  Walk(objects, seen, visitor).run(commit);
}

}  // namespace qfcsync::history
