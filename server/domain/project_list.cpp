// Which projects a person sees, in which order; and their pages.

#include "domain/projects.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

constexpr std::size_t kMaxSearchWords = 10;  // further ones are ignored

std::string lower_like_pattern(std::string_view word) {
  std::string pattern = "%";
  for (const char c : word) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

std::vector<std::string> search_words(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ',' || std::isspace(static_cast<unsigned char>(c)) != 0) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// Conditions on p and o, with their values behind those in `params`.
std::string conditions(const ProjectFilter& filter, SqlParams& params) {
  std::string where = filter.only_public ? "p.is_public" : "TRUE";
  const auto add = [&](std::string_view condition, std::string value) {
    params.emplace_back(std::move(value));
    where += fmt::format(fmt::runtime(condition), params.size());
  };
  if (!filter.owner.empty()) add(" AND o.username = ?{} COLLATE NOCASE", filter.owner);
  if (!filter.name.empty()) add(" AND p.name = ?{} COLLATE NOCASE", filter.name);
  std::vector<std::string> words = search_words(filter.search);
  if (words.size() > kMaxSearchWords) words.resize(kMaxSearchWords);
  for (const std::string& word : words) {
    add(" AND (o.username LIKE ?{0} ESCAPE '\\' OR p.name LIKE ?{0} ESCAPE '\\')",
        lower_like_pattern(word));
  }
  return where;
}

std::string order_by(const std::string& ordering) {
  static const std::vector<std::pair<std::string, std::string>> kColumns = {
      {"owner", "o.username"}, {"name", "p.name"}, {"created_at", "p.created_at"}};
  std::string order;
  std::set<std::string> used;
  for (const std::string& term : search_words(ordering)) {
    const bool descending = term.front() == '-';
    for (const auto& [name, column] : kColumns) {
      if (term.substr(descending ? 1 : 0) != name || !used.insert(name).second) continue;
      order += fmt::format("{}{}, ", column, descending ? " DESC" : "");
    }
  }
  if (order.empty()) order = "p.is_featured DESC, o.username, p.name, ";
  return " ORDER BY " + order + "p.id";
}

}  // namespace

ProjectPage list_projects(Connection& db, std::int64_t user_id, const ProjectFilter& filter) {
  const bool sees_public = filter.only_public || filter.include_public;
  SqlParams params = {user_id};
  const std::string where = conditions(filter, params);
  // Ids and roles of all, then all columns of those on the page: sorting whole rows would cost
  // more.
  const auto visible = db.all(
      fmt::format("SELECT p.rowid, min(g.code) FROM ({}) g JOIN project p ON p.rowid = g.project "
                  "JOIN user o ON o.id = p.owner_id WHERE {} GROUP BY p.rowid{}",
                  grants_sql(sees_public ? GrantScope::WithPublic : GrantScope::AllProjects), where,
                  order_by(filter.ordering)),
      params, [](const Row& row) {
        return GrantedProject{row.integer(0), Grant::of_code(row.integer(1))};
      });
  ProjectPage page;
  page.total = static_cast<std::int64_t>(visible.size());
  const std::int64_t first = filter.limit ? std::min(filter.offset, page.total) : 0;
  const std::int64_t end = filter.limit ? std::min(first + *filter.limit, page.total) : page.total;
  page.projects =
      load_projects(db, std::span(visible).subspan(static_cast<std::size_t>(first),
                                                   static_cast<std::size_t>(end - first)));
  return page;
}

}  // namespace qfcsync::server
