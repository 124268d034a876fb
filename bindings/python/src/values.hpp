#pragma once

#include <qfcsync/value.hpp>

#include <span>
#include <string_view>
#include <vector>

#include <nanobind/nanobind.h>

namespace qfcsync::python {

/// A Python str. Bytes that are no UTF-8 become surrogates, as in file names.
nanobind::object to_str(std::string_view bytes);

/// int, float, str, bytes, None, or UNDEFINED.
nanobind::object to_python(const ValueView& value);
inline nanobind::object to_python(const Value& value) { return to_python(value.view()); }
nanobind::tuple to_python(std::span<const ValueView> values);
nanobind::tuple to_python(const std::vector<Value>& values);

}  // namespace qfcsync::python
