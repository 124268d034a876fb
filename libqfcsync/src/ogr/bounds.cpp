#include "ogr/bounds.hpp"

#include "ogr/dynamic_library.hpp"

#include <cmath>
#include <memory>

#include <proj.h>

namespace qfcsync::ogr {
namespace {

constexpr int kDensifyPoints = 21;

struct Proj {
  decltype(&::proj_context_create) context_create = nullptr;
  decltype(&::proj_context_destroy) context_destroy = nullptr;
  decltype(&::proj_context_set_enable_network) enable_network = nullptr;
  decltype(&::proj_log_level) log_level = nullptr;
  decltype(&::proj_create_crs_to_crs) crs_to_crs = nullptr;
  decltype(&::proj_normalize_for_visualization) normalize = nullptr;
  decltype(&::proj_trans_bounds) trans_bounds = nullptr;
  decltype(&::proj_destroy) destroy = nullptr;
};

const Proj* load() {
  static const DynamicLibrary library(QFCSYNC_PROJ_SONAME);
  static Proj proj;
  const bool complete = library.bind(proj.context_create, "proj_context_create") &&
                        library.bind(proj.context_destroy, "proj_context_destroy") &&
                        library.bind(proj.enable_network, "proj_context_set_enable_network") &&
                        library.bind(proj.log_level, "proj_log_level") &&
                        library.bind(proj.crs_to_crs, "proj_create_crs_to_crs") &&
                        library.bind(proj.normalize, "proj_normalize_for_visualization") &&
                        library.bind(proj.trans_bounds, "proj_trans_bounds") &&
                        library.bind(proj.destroy, "proj_destroy");
  return complete ? &proj : nullptr;
}

const Proj* proj_functions() {
  static const Proj* const loaded = load();
  return loaded;
}

// A definition may name grid files; a stranger's definition must not choose what we open.
bool is_plain_definition(const std::string& crs) {
  return !crs.empty() && crs.find('+') != 0 && crs.find("PARAMETERFILE") == std::string::npos &&
         crs.find("EXTENSION[") == std::string::npos && crs.find("grids=") == std::string::npos;
}

}  // namespace

bool Bounds::is_finite() const {
  return std::isfinite(min_x) && std::isfinite(min_y) && std::isfinite(max_x) &&
         std::isfinite(max_y) && min_x <= max_x && min_y <= max_y;
}

std::optional<Bounds> transform_bounds(const std::string& from, const std::string& to,
                                       const Bounds& bounds) {
  if (!bounds.is_finite()) return std::nullopt;
  if (from == to && !from.empty()) return bounds;
  if (!is_plain_definition(from) || !is_plain_definition(to)) return std::nullopt;
  const Proj* proj = proj_functions();
  if (proj == nullptr) return std::nullopt;

  const std::unique_ptr<PJ_CONTEXT, decltype(proj->context_destroy)> context(proj->context_create(),
                                                                             proj->context_destroy);
  proj->log_level(context.get(), PJ_LOG_NONE);
  proj->enable_network(context.get(), 0);
  using Operation = std::unique_ptr<PJ, decltype(proj->destroy)>;
  const Operation raw(proj->crs_to_crs(context.get(), from.c_str(), to.c_str(), nullptr),
                      proj->destroy);
  if (raw == nullptr) return std::nullopt;
  const Operation operation(proj->normalize(context.get(), raw.get()), proj->destroy);
  if (operation == nullptr) return std::nullopt;

  Bounds result;
  const int done = proj->trans_bounds(context.get(), operation.get(), PJ_FWD, bounds.min_x,
                                      bounds.min_y, bounds.max_x, bounds.max_y, &result.min_x,
                                      &result.min_y, &result.max_x, &result.max_y, kDensifyPoints);
  if (done == 0 || !result.is_finite()) return std::nullopt;
  return result;
}

}  // namespace qfcsync::ogr
