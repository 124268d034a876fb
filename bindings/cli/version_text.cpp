#include "version_text.hpp"

#include "change_printer.hpp"
#include "terminal.hpp"

#include <array>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kShownDigits = 10;  // 8 are enough for the library, as long as they are few

enum class Zone : std::uint8_t { Local, Utc };

std::tm parts_of(qfcsync::Timestamp time, Zone zone) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts = {};
  zone == Zone::Utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts);
  return parts;
}

std::string tables_text(const std::vector<qfcsync::ChangesetSummary::Table>& tables) {
  std::string text;
  for (const auto& table : tables) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{} {}", printable(table.name), counts_text(table));
  }
  return text;
}

}  // namespace

std::string short_id(std::string_view id) { return std::string(id.substr(0, kShownDigits)); }

std::string size_text(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  double size = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; size >= 999.95 && unit + 1 < std::size(kUnits); ++unit) size /= 1000;
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string time_text(qfcsync::Timestamp time) {
  return fmt::format("{:%Y-%m-%d %H:%M}", parts_of(time, Zone::Local));
}

std::string message_of(const qfcsync::VersionInfo& version) {
  return version.message.substr(0, version.message.find_last_not_of("\n") + 1);
}

std::string version_line(const qfcsync::VersionInfo& version) {
  const Paint paint(stdout);
  const std::string device = version.device.empty() ? "" : ", " + printable(version.device);
  return fmt::format("{}  {}  {}{}", paint(Ink::Yellow, short_id(version.id)),
                     time_text(version.time), printable(version.author), device);
}

std::string action_text(qfcsync::FileAction action) {
  constexpr Ink kInks[] = {Ink::Green, Ink::Yellow, Ink::Red, Ink::Dim};
  const std::string word = fmt::format("{:<7}", qfcsync::to_string(action));
  return Paint(stdout)(kInks[static_cast<int>(action)], word);
}

std::string file_line(const qfcsync::FileChange& file) {
  const std::string what = !file.tables.empty()                          ? tables_text(file.tables)
                           : file.action == qfcsync::FileAction::Removed ? ""
                                                                         : size_text(file.size);
  return fmt::format("{}  {}{}{}", action_text(file.action), printable(file.path),
                     what.empty() ? "" : "  ", what);
}

ordered_json to_json(const qfcsync::FileChange& file) {
  ordered_json json = {{"path", file.path}, {"action", qfcsync::to_string(file.action)}};
  if (file.action != qfcsync::FileAction::Removed) {
    json["size"] = file.size;
    json["sha256"] = file.sha256;
  }
  if (!file.tables.empty()) json["tables"] = ordered_json::array();
  for (const auto& table : file.tables) {
    json["tables"].push_back({{"name", table.name},
                              {"inserts", table.inserts},
                              {"updates", table.updates},
                              {"deletes", table.deletes}});
  }
  return json;
}

ordered_json to_json(const std::vector<qfcsync::FileChange>& files) {
  ordered_json json = ordered_json::array();
  for (const qfcsync::FileChange& file : files) json.push_back(to_json(file));
  return json;
}

ordered_json to_json(const qfcsync::VersionInfo& version) {
  return {{"version", version.id},
          {"parents", version.parents},
          {"author", version.author},
          {"device", version.device},
          {"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", parts_of(version.time, Zone::Utc))},
          {"message", message_of(version)},
          {"files", to_json(version.files)}};
}

void JsonLines::add(const ordered_json& object) {
  out_.sink().write(object.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

void print_json(const ordered_json& object) {
  JsonLines lines;
  lines.add(object);
  lines.publish();
}
