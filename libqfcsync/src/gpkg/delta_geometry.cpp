// Geometries of deltas: from WKT to what the column stores.

#include "gpkg/delta_run.hpp"
#include "model/fit.hpp"
#include "model/gpkg_blob.hpp"
#include "model/wkt.hpp"

#include <fmt/format.h>

namespace qfcsync::gpkg {
namespace {

/// No more of a broken WKT is repeated in a message.
constexpr std::size_t kMaxQuotedWkt = 1000;

std::string shortened(const std::string& wkt) {
  return wkt.size() <= kMaxQuotedWkt ? wkt : wkt.substr(0, kMaxQuotedWkt) + "…";
}

}  // namespace

bool DeltaRun::assign_geometry(const FeatureState& state, Assignments& assignments) {
  if (!state.has_geometry) return true;
  if (!state.geometry_is_text) {
    return unknown_error(outcome_, "The geometry is neither a text nor null");
  }
  if (state.geometry_wkt) return parse_geometry(*state.geometry_wkt, assignments);
  if (!editor_.schema().geometry.empty()) {
    assignments.emplace_back(edit::kGeometryColumn, edit::SqlValue());
  }
  return true;
}

bool DeltaRun::parse_geometry(const std::string& wkt, Assignments& assignments) {
  if (wkt.empty()) return not_applied(outcome_, "Empty WKT string!");
  auto geometry = model::read_wkt(wkt);
  if (!geometry) {
    return not_applied(outcome_, fmt::format("Null geometry from wkt='{}'", shortened(wkt)));
  }
  const edit::TableSchema& schema = editor_.schema();
  if (schema.geometry.empty()) return true;
  const std::string_view type = to_string(geometry->type);
  auto fitting = model::fit_geometry(std::move(*geometry), schema.geometry_rule);
  if (!fitting) {
    return commit_failed(
        outcome_, fmt::format("Could not store a geometry of type {} in a layer of type {}", type,
                              to_string(schema.geometry_rule.type)));
  }
  box_ = model::envelope_of(*fitting);
  assignments.emplace_back(edit::kGeometryColumn,
                           edit::Blob{model::write_gpkg_blob(*fitting, schema.srs_id, box_)});
  return true;
}

bool DeltaRun::assign_changed_geometry(Assignments& assignments) {
  const FeatureState& after = *delta_.new_state;
  if (!after.has_geometry || editor_.schema().geometry.empty()) return true;
  const bool same = after.geometry_is_text && after.geometry_wkt == delta_.old_state->geometry_wkt;
  return same || assign_geometry(after, assignments);
}

}  // namespace qfcsync::gpkg
