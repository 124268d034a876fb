// What a GeoPackage says about its tables: extent, last change, number of features.

#include <qfcsync/error.hpp>

#include "gpkg/edit_table.hpp"

#include <fmt/format.h>

namespace qfcsync::gpkg::edit {
namespace {

/// The notes are a service to readers. A file whose own tables are odd still gets its deltas.
template <typename Body>
void leniently(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::SchemaMismatch) throw;
  }
}

}  // namespace

model::Envelope Table::whole_extent() {
  Statement statement(database_,
                      fmt::format("SELECT min(ST_MinX({0})), max(ST_MaxX({0})), min(ST_MinY({0})), "
                                  "max(ST_MaxY({0})) FROM {1}",
                                  sql_name(schema_.geometry), sql_name(schema_.name)));
  model::Envelope box;
  if (!statement.step()) return box;
  const SqlValue sides[] = {statement.column(0), statement.column(1), statement.column(2),
                            statement.column(3)};
  double numbers[4] = {};
  for (int i = 0; i < 4; ++i) {
    const auto* number = std::get_if<double>(&sides[i]);
    if (number == nullptr) return box;
    numbers[i] = *number;
  }
  box.add(numbers[0], numbers[2]);
  box.add(numbers[1], numbers[3]);
  return box;
}

void Table::write_extent() {
  model::Envelope box = grown_by_;
  {
    Statement known(database_,
                    "SELECT 1 FROM gpkg_contents WHERE table_name = ?1 COLLATE NOCASE "
                    "AND min_x IS NOT NULL AND max_x IS NOT NULL AND min_y IS NOT NULL "
                    "AND max_y IS NOT NULL");
    // Without a known extent the other rows count, too.
    if (!known.bind_text(1, schema_.name).step()) box.add(whole_extent());
  }
  Statement statement(
      database_,
      "UPDATE gpkg_contents SET min_x = min(ifnull(min_x, ?2), ?2), max_x = max(ifnull(max_x, ?3), "
      "?3), min_y = min(ifnull(min_y, ?4), ?4), max_y = max(ifnull(max_y, ?5), ?5) "
      "WHERE table_name = ?1 COLLATE NOCASE");
  statement.bind_text(1, schema_.name).bind_real(2, box.min_x).bind_real(3, box.max_x);
  statement.bind_real(4, box.min_y).bind_real(5, box.max_y).run();
}

void Table::write_notes() {
  if (!changed_) return;
  leniently([&] {
    Statement statement(database_,
                        "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', "
                        "'now') WHERE table_name = ?1 COLLATE NOCASE");
    statement.bind_text(1, schema_.name).run();
  });
  if (!grown_by_.is_empty()) leniently([&] { write_extent(); });
  if (count_changed_ && !schema_.has_count_triggers) {
    leniently([&] {  // NULL makes GDAL count anew
      Statement statement(database_,
                          "UPDATE gpkg_ogr_contents SET feature_count = NULL WHERE "
                          "table_name = ?1 COLLATE NOCASE");
      statement.bind_text(1, schema_.name).run();
    });
  }
  changed_ = false;
  count_changed_ = false;
  grown_by_ = {};
}

}  // namespace qfcsync::gpkg::edit
