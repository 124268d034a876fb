#include <qfcsync/error.hpp>

#include "module.hpp"

#include <exception>
#include <string_view>

#include <nanobind/stl/string_view.h>

namespace nb = nanobind;

namespace qfcsync::python {
namespace {

/// The class that the package keeps for a code, see qfcsync/errors.py.
void raise(const Error& error) {
  const nb::object by_number = nb::module_::import_("qfcsync.errors").attr("_BY_NUMBER");
  const nb::object type = by_number[nb::int_(static_cast<int>(error.code()))];
  // A message may quote damaged data.
  const std::string_view what = error.what();
  const nb::object message =
      nb::steal(PyUnicode_DecodeUTF8(what.data(), static_cast<Py_ssize_t>(what.size()), "replace"));
  const nb::object exception = type(message, static_cast<int>(error.origin()), error.native());
  PyErr_SetObject(type.ptr(), exception.ptr());
}

}  // namespace

void bind_errors(nb::module_& module) {
  nb::list codes;
#define X(name, number, text) codes.append(nb::make_tuple(#name, number, text));
#include <qfcsync/error_codes.def>
#undef X
  module.attr("error_codes") = codes;

  nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      raise(error);
    }
  });
}

}  // namespace qfcsync::python
