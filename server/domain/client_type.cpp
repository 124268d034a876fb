#include "domain/client_type.hpp"

#include "domain/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace qfcsync::server {
namespace {

constexpr std::array<std::pair<ClientType, std::string_view>, 7> kNames = {{
    {ClientType::Unknown, "unknown"},
    {ClientType::QField, "qfield"},
    {ClientType::QFieldSync, "qfieldsync"},
    {ClientType::Sdk, "sdk"},
    {ClientType::Cli, "cli"},
    {ClientType::Browser, "browser"},
    {ClientType::Worker, "worker"},
}};

/// Calls `matches` with what follows each occurrence of `word` until it says yes.
template <class Matches>
bool any_after(std::string_view text, std::string_view word, Matches matches) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (matches(text.substr(at + word.size()))) return true;
  }
  return false;
}

/// Drops the digits at the front. @return whether there were any
bool skip_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count > 0;
}

/// QGIS 3 and 4: " QGIS/" and five digits that begin with 3 or 4, then the end or "/<system>".
bool names_qgis(std::string_view user_agent) {
  return any_after(user_agent, " QGIS/", [](std::string_view rest) {
    if (rest.size() < 5 || (rest[0] != '3' && rest[0] != '4')) return false;
    if (!std::all_of(rest.begin() + 1, rest.begin() + 5, is_digit)) return false;
    return rest.size() == 5 || rest[5] == '/';
  });
}

/// "AppleWebKit/<n>.<n> (KHTML, like Gecko)"
bool names_webkit(std::string_view user_agent) {
  return any_after(user_agent, "AppleWebKit/", [](std::string_view rest) {
    if (!skip_digits(rest) || !rest.starts_with('.')) return false;
    rest.remove_prefix(1);
    return skip_digits(rest) && rest.starts_with(" (KHTML, like Gecko)");
  });
}

bool names_firefox(std::string_view user_agent) {
  return any_after(user_agent, "Firefox/", [](std::string_view rest) { return skip_digits(rest); });
}

}  // namespace

ClientType client_type_of(std::string_view user_agent) {
  // QField's agent ends like that of QGIS, so the prefixes come first.
  if (user_agent.starts_with("qfield|")) return ClientType::QField;
  if (user_agent.starts_with("sdk|")) return ClientType::Sdk;
  if (user_agent.starts_with("cli|")) return ClientType::Cli;
  if (names_qgis(user_agent)) return ClientType::QFieldSync;
  if (user_agent.starts_with("Mozilla/5.0 ") &&
      (names_webkit(user_agent) || names_firefox(user_agent))) {
    return ClientType::Browser;
  }
  return ClientType::Unknown;
}

bool is_single_token(ClientType type) {
  return type == ClientType::QField || type == ClientType::QFieldSync ||
         type == ClientType::Unknown;
}

std::string_view to_string(ClientType type) {
  return kNames[static_cast<std::size_t>(type)].second;
}

std::optional<ClientType> client_type_named(std::string_view text) {
  const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                         [&](const auto& entry) { return entry.second == text; });
  if (found == kNames.end()) return std::nullopt;
  return found->first;
}

}  // namespace qfcsync::server
