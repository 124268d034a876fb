#include "repository/resolve.hpp"

#include <qfcsync/error.hpp>

#include "history/git_name.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace qfcsync::repository {
namespace {

constexpr std::size_t kFewestDigits = 8;
constexpr std::size_t kMostBack = 1'000'000'000;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

[[noreturn]] void fail(std::string_view name, const char* why) {
  throw Error(ErrorCode::NotFound, fmt::format("there is no version '{}'{}", name, why));
}

chunk::ObjectId by_digits(State& state, std::string_view digits) {
  const auto filled = [&](char digit) {
    std::string hex(digits);
    hex.resize(2 * chunk::kIdBytes, digit);
    return chunk::ObjectId::from_hex(hex);
  };
  const auto found = state.index().versions_between(filled('0'), filled('f'));
  if (found.size() > 1) fail(digits, " alone: more than one begins so");
  if (found.size() == 1) return found.front();
  if (digits.size() == history::kGitHexDigits) {
    const chunk::ObjectId id = history::git_id_from_hex(digits);
    // One beside the main line.
    if (state.git_objects().contains(id)) return id;
  }
  fail(digits, "");
}

chunk::ObjectId by_name(State& state, std::string_view name) {
  if (name == "HEAD") {
    if (const auto head = state.head()) return *head;
    fail(name, ": nothing has been committed yet");
  }
  const auto& refs = state.root().root.refs;
  for (const std::string& ref :
       {std::string(history::kTagPrefix).append(name), std::string(name)}) {
    const auto found = refs.find(ref);
    if (found != refs.end()) return found->second;
  }
  const bool is_id =
      name.size() >= kFewestDigits && name.size() <= history::kGitHexDigits && is_hex(name);
  if (!is_id) fail(name, "; name it by 8 digits of its id or more, by a tag, or by HEAD");
  return by_digits(state, name);
}

chunk::ObjectId ancestor(State& state, const chunk::ObjectId& version, std::size_t back,
                         std::string_view name) {
  if (const auto position = position_of(state, version)) {
    const auto found = state.index().version_at(*position - static_cast<std::int64_t>(back));
    if (!found) fail(name, ": history begins later");
    return found->id;
  }
  history::Graph graph(state.git_objects());
  chunk::ObjectId id = version;
  for (; back > 0; --back) {
    const history::Commit commit = graph.commit(id);
    if (commit.parents.empty()) fail(name, ": history begins later");
    id = commit.parents.front();
  }
  return id;
}

}  // namespace

chunk::ObjectId resolve(State& state, std::string_view name) {
  const std::size_t tilde = name.rfind('~');
  if (tilde == std::string_view::npos) return by_name(state, name);
  std::size_t back = 0;
  const std::string_view number = name.substr(tilde + 1);
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), back);
  if (problem != std::errc() || end != number.data() + number.size() || back > kMostBack) {
    fail(name, ": a number follows '~'");
  }
  return ancestor(state, by_name(state, name.substr(0, tilde)), back, name);
}

history::Pointer pointer_of(State& state, const chunk::ObjectId& version, std::string_view path) {
  history::check_versioned_path(path);
  const auto pointer = history::Graph(state.git_objects()).find(version, path);
  if (pointer) return *pointer;
  throw Error(ErrorCode::NotFound,
              fmt::format("version {} has no file {}", history::git_hex(version), path));
}

std::optional<std::int64_t> position_of(State& state, const chunk::ObjectId& version) {
  const auto row = state.index().find_version(version);
  if (!row) return std::nullopt;
  return row->position;
}

}  // namespace qfcsync::repository
