// Which triggers are those of the GeoPackage format: their effect is known word by word.

#include "apply/target_table.hpp"
#include "gpkg/edit_statement.hpp"

#include <algorithm>
#include <cctype>

namespace qfcsync::apply {
namespace {

using gpkg::edit::Statement;

/// SQL in lower case without quotes and blanks, so that spellings of one text are equal.
std::string squeezed(std::string_view sql) {
  std::string out;
  for (const char c : sql) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) != 0 || c == '"' || c == '`' || c == '[' || c == ']') continue;
    out += static_cast<char>(std::tolower(byte));
  }
  return out;
}

struct Names {
  std::string table;
  std::string key;
  std::string geometry;
  std::string rtree;
};

struct TriggerText {
  std::string head;  // up to BEGIN
  std::vector<std::string> statements;
};

TriggerText split(const std::string& sql) {
  const std::string text = squeezed(sql);
  const auto begin = text.find("begin");
  TriggerText out{text.substr(0, begin), {}};
  if (begin == std::string::npos || !text.ends_with("end")) return out;
  std::string_view body = std::string_view(text).substr(begin + 5);
  body.remove_suffix(3);
  while (!body.empty()) {
    const auto end = std::min(body.find(';'), body.size());
    if (end > 0) out.statements.emplace_back(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return out;
}

bool writes_index(const std::string& statement, const Names& names) {
  const std::string box = "(new." + names.geometry + ")";
  const std::string values =
      "st_minx" + box + ",st_maxx" + box + ",st_miny" + box + ",st_maxy" + box;
  return statement ==
             "insertorreplaceinto" + names.rtree + "values(new." + names.key + "," + values + ")" ||
         statement == "deletefrom" + names.rtree + "whereid=old." + names.key ||
         statement ==
             "deletefrom" + names.rtree + "whereidin(old." + names.key + ",new." + names.key + ")";
}

bool writes_count(const std::string& statement, const std::string& table, char sign) {
  const std::string change =
      std::string("updategpkg_ogr_contentssetfeature_count=feature_count") + sign + "1where";
  return statement == change + "lower(table_name)=lower('" + table + "')" ||
         statement == change + "table_name='" + table + "'";
}

enum class Event { Insert, Update, Delete, Other };

Event event_of(const std::string& head, const Names& names) {
  const auto has = [&](const std::string& part) { return head.find(part) != std::string::npos; };
  if (has("afterinserton" + names.table)) return Event::Insert;
  if (has("afterdeleteon" + names.table)) return Event::Delete;
  if (has("afterupdateof" + names.geometry + "on") || has("afterupdateon")) return Event::Update;
  return Event::Other;
}

/// The condition of the format; any other makes the trigger somebody else's.
bool has_known_condition(const std::string& head, Event event, const Names& names) {
  const std::string geometry = names.geometry;
  const std::string filled = "new." + geometry + "notnullandnotst_isempty(new." + geometry + "))";
  const std::string emptied = "(new." + geometry + "isnullorst_isempty(new." + geometry + "))";
  switch (event) {
    case Event::Insert:
      return head.ends_with("when(" + filled);
    case Event::Delete:
      return head.ends_with("whenold." + geometry + "notnull") ||
             head.find("when") == std::string::npos;
    case Event::Update:
      return head.ends_with("and(" + filled) || head.ends_with("and" + emptied) ||
             head.ends_with("and(" + filled + ")");
    default:
      return false;
  }
}

/// Which parts of what the format asks for were seen.
struct Seen {
  bool index_insert = false;
  bool index_update = false;
  bool index_delete = false;
  bool count_insert = false;
  bool count_delete = false;
  bool others = false;
};

void classify(const std::string& sql, const Names& names, Seen& seen) {
  const TriggerText text = split(sql);
  const Event event = event_of(text.head, names);
  const auto all = [&](auto&& matches) {
    return !text.statements.empty() &&
           std::all_of(text.statements.begin(), text.statements.end(), matches);
  };
  const bool is_index = !names.rtree.empty() && has_known_condition(text.head, event, names) &&
                        all([&](const auto& part) { return writes_index(part, names); });
  const bool has_when = text.head.find("when") != std::string::npos;
  const auto counts = [&](char sign) {
    return !has_when &&
           all([&](const auto& part) { return writes_count(part, names.table, sign); });
  };
  if (is_index) {
    (event == Event::Insert   ? seen.index_insert
     : event == Event::Update ? seen.index_update
                              : seen.index_delete) = true;
  } else if (event == Event::Insert && counts('+')) {
    seen.count_insert = true;
  } else if (event == Event::Delete && counts('-')) {
    seen.count_delete = true;
  } else {
    seen.others = true;
  }
}

bool has_table(sqlite3* database, const std::string& name) {
  Statement statement(database,
                      "SELECT 1 FROM pragma_table_list WHERE schema='main' AND name = ?1 "
                      "COLLATE NOCASE AND type = 'virtual'");
  return statement.bind_text(1, name).step();
}

std::string index_name(sqlite3* database, const TargetTable& table) {
  if (!table.geometry || !table.has_rowid_key) return {};
  std::string name = "rtree_" + table.name + "_" + table.columns[*table.geometry].name;
  return has_table(database, name) ? name : std::string();
}

}  // namespace

TableTriggers read_triggers(sqlite3* database, const TargetTable& table) {
  const std::string rtree = index_name(database, table);
  const Names names{
      squeezed(table.name), table.key.empty() ? "" : squeezed(table.columns[table.key[0]].name),
      table.geometry ? squeezed(table.columns[*table.geometry].name) : "", squeezed(rtree)};
  Statement statement(database,
                      "SELECT sql FROM sqlite_master WHERE type='trigger' AND tbl_name = "
                      "?1 COLLATE NOCASE");
  statement.bind_text(1, table.name);
  Seen seen;
  while (statement.step()) classify(statement.column_text(0), names, seen);

  TableTriggers triggers;
  const bool has_index = seen.index_insert && seen.index_update && seen.index_delete;
  triggers.has_counts = seen.count_insert && seen.count_delete;
  // Half a set is somebody's intention: it fires as it stands.
  const bool half_index =
      !has_index && (seen.index_insert || seen.index_update || seen.index_delete);
  const bool half_counts = seen.count_insert != seen.count_delete;
  triggers.has_others = seen.others || half_index || half_counts;
  if (has_index) triggers.rtree = rtree;
  return triggers;
}

}  // namespace qfcsync::apply
