#pragma once

#include <nanobind/nanobind.h>

/// One function a file of this folder: each adds its part to the module qfcsync._native.
namespace qfcsync::python {

void bind_errors(nanobind::module_& module);
void bind_values(nanobind::module_& module);
void bind_schema(nanobind::module_& module);
void bind_reader(nanobind::module_& module);
void bind_diff(nanobind::module_& module);
void bind_algebra(nanobind::module_& module);
void bind_json(nanobind::module_& module);
void bind_apply(nanobind::module_& module);
void bind_merge(nanobind::module_& module);
void bind_repository(nanobind::module_& module);

}  // namespace qfcsync::python
