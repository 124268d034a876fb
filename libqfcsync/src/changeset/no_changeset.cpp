#include "changeset/no_changeset.hpp"

#include <algorithm>

namespace qfcsync::changeset {
namespace {

constexpr std::string_view kDatabaseMark("SQLite format 3\0", 16);
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view without_blanks(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

}  // namespace

std::string what_instead(std::string_view beginning) {
  if (beginning.starts_with(kDatabaseMark)) {
    return "this is a database, not a changeset; qfcsync diff makes changesets of two of them";
  }
  const std::string_view text = without_blanks(beginning);
  if (!text.starts_with('{') && !text.starts_with('[')) return "this is no changeset";
  if (text.find("\"FeatureCollection\"") != std::string_view::npos) {
    return "this is GeoJSON, not a changeset, and cannot be made one again; qfcsync show --json "
           "writes a form that can";
  }
  return "this is JSON, not a changeset; qfcsync from-json makes a changeset of what show --json "
         "writes";
}

}  // namespace qfcsync::changeset
