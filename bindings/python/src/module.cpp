#include "module.hpp"

#include <qfcsync/version.hpp>

#include <nanobind/stl/string_view.h>

NB_MODULE(_native, module) {
  using namespace qfcsync::python;
  module.def("version", [] { return qfcsync::version(); });
  bind_errors(module);
  bind_values(module);
  bind_schema(module);
  bind_reader(module);
  bind_diff(module);
  bind_algebra(module);
  bind_json(module);
  bind_apply(module);
  bind_merge(module);
  bind_repository(module);
}
