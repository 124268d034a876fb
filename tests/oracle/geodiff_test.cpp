// Changesets byte-equal with geodiff's where geodiff is right; the reasons where they are not.

#include "engine_side.hpp"
#include "geodiff_side.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

using namespace qfcsync;
using namespace qfcsync::oracle;

namespace {

/// Why geodiff's bytes may differ for this database; "" if they must be the same.
std::string reason_to_differ(const Traits& traits, Connection& connection) {
  if (traits.has_collation) return "geodiff compares by collation and does not see all edits";
  if (traits.has_untyped) return "geodiff takes 1 and 1.0 for equal";
  if (traits.has_generated) return "geodiff counts generated columns on one side only";
  for (const auto& table : tables_with_key(connection)) {
    if (table.name.starts_with("gpkg_") || table.name.starts_with("rtree_")) {
      return "geodiff leaves out tables with names that look reserved";
    }
    if (table.name.find('"') != std::string::npos) return "geodiff does not quote names";
    for (const auto& type : connection.query("SELECT type FROM pragma_table_xinfo(?)",
                                             {Value(ValueView::text(table.name))})) {
      if (type[0].view().bytes() == "DATETIME") {
        return "geodiff compares parsed times and does not see text it cannot parse";
      }
    }
  }
  return "";
}

/// Whether every table's key is its rowid. Else geodiff writes in the order of rowids where ours
/// writes in that of keys, and does not say which column of a key comes first.
bool has_integer_keys(const std::filesystem::path& file) {
  const auto schema = read_schema(file);
  return std::all_of(schema.tables.begin(), schema.tables.end(),
                     [](const TableSchema& table) { return table.has_integer_key; });
}

}  // namespace

TEST_SUITE("oracle/geodiff") {
  TEST_CASE("changesets are byte-equal with geodiff's where no reason is known") {
    Geodiff* geodiff = Geodiff::find();
    if (geodiff == nullptr) return;
    int compared = 0;
    for_each_seed(400, [&](std::uint64_t seed) {
      const FastFolder folder;
      const auto base = folder / "base", modified = folder / "modified", theirs = folder / "theirs";
      RandomDatabase database(seed, base, {.with_collations = false, .with_generated = false});
      database.edit(base, modified);
      {
        Connection connection(modified);
        if (!reason_to_differ(database.traits(), connection).empty()) return;
      }
      REQUIRE(geodiff->extract(base, modified, theirs));
      ++compared;
      const std::string ours = extracted(base, modified);
      const std::string bytes = read_file(theirs);
      CHECK(difference(decode(bytes), decode(ours)) == "");
      if (has_integer_keys(base)) CHECK(ours == bytes);
    });
    MESSAGE("compared with geodiff: ", compared);
  }
}
