#include "repository/version_text.hpp"

#include "history/commit_message.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

namespace qfcsync {

std::string_view to_string(FileAction action) noexcept {
  switch (action) {
    case FileAction::Added:
      return "added";
    case FileAction::Changed:
      return "changed";
    case FileAction::Removed:
      return "removed";
    case FileAction::Same:
      return "same";
  }
  return "";
}

namespace repository {
namespace {

std::string describe_file(const FileChange& file) {
  if (file.action == FileAction::Removed) return file.path + ": removed";
  if (file.action == FileAction::Same) return file.path + ": uploaded again, same bytes";
  if (!file.tables.empty()) return fmt::format("{}: {}", file.path, describe_tables(file.tables));
  return fmt::format("{}: {}, {} bytes", file.path, to_string(file.action), file.size);
}

std::string describe_counts(const std::vector<FileChange>& files) {
  std::string text;
  for (const FileAction action :
       {FileAction::Added, FileAction::Changed, FileAction::Removed, FileAction::Same}) {
    const auto count = std::ranges::count(files, action, &FileChange::action);
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {} {}", count, count == 1 ? "file" : "files", to_string(action));
  }
  return text;
}

}  // namespace

std::string describe_tables(const std::vector<ChangesetSummary::Table>& tables) {
  std::string text;
  for (const ChangesetSummary::Table& table : tables) {
    if (!text.empty()) text += "; ";
    text += table.name;
    const char* separator = " ";
    for (const auto& [count, what] : std::initializer_list<std::pair<std::uint64_t, const char*>>{
             {table.inserts, "inserted"}, {table.updates, "updated"}, {table.deletes, "deleted"}}) {
      if (count == 0) continue;
      text += fmt::format("{}{} {}", separator, count, what);
      separator = ", ";
    }
  }
  return history::clean_line(text);
}

std::string describe_version(std::string_view message, const std::vector<FileChange>& files) {
  std::string text(message);
  const bool is_one_line = message.empty() && files.size() == 1;
  if (is_one_line) return describe_file(files.front());
  if (message.empty()) text = describe_counts(files);
  text += "\n\n";
  const std::size_t listed = std::min(files.size(), kMaxFilesInText);
  for (std::size_t i = 0; i < listed; ++i) text += describe_file(files[i]) + '\n';
  if (listed < files.size()) text += fmt::format("and {} more files\n", files.size() - listed);
  return text;
}

std::string without_files(std::string_view text, const std::vector<std::string>& paths) {
  const std::size_t end = text.rfind("\n\n");
  if (end == std::string_view::npos) return std::string(text);
  std::string_view list = text.substr(end + 2);
  while (!list.empty()) {
    const std::string_view line = list.substr(0, list.find('\n'));
    list.remove_prefix(std::min(list.size(), line.size() + 1));
    const bool is_file = std::ranges::any_of(paths, [&](const std::string& path) {
      return line.starts_with(history::clean_line(path) + ": ");
    });
    const bool is_rest = line.starts_with("and ") && line.ends_with(" more files");
    if (!is_file && !is_rest) return std::string(text);
  }
  return std::string(text.substr(0, end));
}

}  // namespace repository
}  // namespace qfcsync
