#include "gpkg/edit_functions.hpp"

#include "base/text.hpp"
#include "gpkg/edit_statement.hpp"
#include "model/gpkg_blob.hpp"

#include <string>
#include <string_view>

#include <sqlite3.h>

namespace qfcsync::gpkg::edit {
namespace {

using model::Envelope;
using model::GeometryType;

constexpr int kPure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

std::string_view blob_of(sqlite3_value* value) {
  if (sqlite3_value_type(value) != SQLITE_BLOB) return {};
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
  return {bytes, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

/// Runs a function of ours; no exception may pass through SQLite.
template <typename Body>
void guarded(sqlite3_context* context, Body&& body) noexcept {
  try {
    body();
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

template <double Envelope::*kSide>
void st_side(sqlite3_context* context, int, sqlite3_value** arguments) {
  guarded(context, [&] {
    const auto box = model::gpkg_blob_envelope(blob_of(arguments[0]));
    if (box && !box->is_empty()) sqlite3_result_double(context, (*box).*kSide);
  });
}

void st_is_empty(sqlite3_context* context, int, sqlite3_value** arguments) {
  guarded(context, [&] {
    const auto box = model::gpkg_blob_envelope(blob_of(arguments[0]));
    if (box) sqlite3_result_int(context, box->is_empty() ? 1 : 0);
  });
}

void st_geometry_type(sqlite3_context* context, int, sqlite3_value** arguments) {
  guarded(context, [&] {
    const auto geometry = model::read_gpkg_blob(blob_of(arguments[0]));
    if (!geometry) return;
    const std::string_view name = to_string(geometry->type);
    sqlite3_result_text(context, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
  });
}

void st_srid(sqlite3_context* context, int, sqlite3_value** arguments) {
  guarded(context, [&] {
    const auto header = model::read_gpkg_header(blob_of(arguments[0]));
    if (header) sqlite3_result_int(context, header->srs_id);
  });
}

bool type_argument(sqlite3_value* value, GeometryType& type) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return false;
  return model::type_from_name(base::upper_case(text), type);
}

/// Parent in the tree of types (GeoPackage, annex G); Any for the root.
GeometryType parent_of(GeometryType type) {
  switch (type) {
    case GeometryType::LineString:
    case GeometryType::CircularString:
    case GeometryType::CompoundCurve:
      return GeometryType::Curve;
    case GeometryType::Polygon:
      return GeometryType::CurvePolygon;
    case GeometryType::CurvePolygon:
    case GeometryType::PolyhedralSurface:
      return GeometryType::Surface;
    case GeometryType::Triangle:
      return GeometryType::Polygon;
    case GeometryType::Tin:
      return GeometryType::PolyhedralSurface;
    case GeometryType::MultiLineString:
      return GeometryType::MultiCurve;
    case GeometryType::MultiPolygon:
      return GeometryType::MultiSurface;
    case GeometryType::MultiPoint:
    case GeometryType::MultiCurve:
    case GeometryType::MultiSurface:
      return GeometryType::GeometryCollection;
    default:
      return GeometryType::Any;
  }
}

void gpkg_is_assignable(sqlite3_context* context, int, sqlite3_value** arguments) {
  guarded(context, [&] {
    GeometryType expected{};
    GeometryType actual{};
    if (!type_argument(arguments[0], expected) || !type_argument(arguments[1], actual)) {
      return sqlite3_result_int(context, 0);
    }
    while (actual != expected && actual != GeometryType::Any) actual = parent_of(actual);
    sqlite3_result_int(context, actual == expected ? 1 : 0);
  });
}

using Function = void (*)(sqlite3_context*, int, sqlite3_value**);

void add(sqlite3* database, const char* name, int arguments, Function function) {
  if (sqlite3_create_function_v2(database, name, arguments, kPure, nullptr, function, nullptr,
                                 nullptr, nullptr) != SQLITE_OK) {
    throw_sqlite(database, name);
  }
}

}  // namespace

void register_functions(sqlite3* database) {
  add(database, "ST_MinX", 1, st_side<&Envelope::min_x>);
  add(database, "ST_MaxX", 1, st_side<&Envelope::max_x>);
  add(database, "ST_MinY", 1, st_side<&Envelope::min_y>);
  add(database, "ST_MaxY", 1, st_side<&Envelope::max_y>);
  add(database, "ST_IsEmpty", 1, st_is_empty);
  add(database, "ST_GeometryType", 1, st_geometry_type);
  add(database, "ST_SRID", 1, st_srid);
  add(database, "GPKG_IsAssignable", 2, gpkg_is_assignable);
}

}  // namespace qfcsync::gpkg::edit
