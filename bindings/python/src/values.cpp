#include "values.hpp"

#include "module.hpp"

namespace nb = nanobind;

namespace qfcsync::python {
namespace {

/// "Not part of the change", which is not None.
struct Undefined {};

/// Owned by the module, as its attribute UNDEFINED.
PyObject* undefined = nullptr;

nb::object take(PyObject* object) {
  if (object == nullptr) throw nb::python_error();
  return nb::steal(object);
}

template <typename Values>
nb::tuple to_tuple(const Values& values) {
  const auto tuple = take(PyTuple_New(static_cast<Py_ssize_t>(values.size())));
  Py_ssize_t index = 0;
  for (const auto& value : values) {
    PyTuple_SetItem(tuple.ptr(), index++, to_python(value).release().ptr());
  }
  return nb::borrow<nb::tuple>(tuple);
}

}  // namespace

nb::object to_str(std::string_view bytes) {
  return take(
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "surrogateescape"));
}

nb::object to_python(const ValueView& value) {
  switch (value.type()) {
    case ValueType::Undefined:
      return nb::borrow(undefined);
    case ValueType::Integer:
      return nb::int_(value.as_integer());
    case ValueType::Real:
      return nb::float_(value.as_real());
    case ValueType::Text:
      return to_str(value.bytes());
    case ValueType::Blob:
      return nb::bytes(value.bytes().data(), value.bytes().size());
    case ValueType::Null:
      break;
  }
  return nb::none();
}

nb::tuple to_python(std::span<const ValueView> values) { return to_tuple(values); }
nb::tuple to_python(const std::vector<Value>& values) { return to_tuple(values); }

void bind_values(nb::module_& module) {
  nb::class_<Undefined>(
      module, "Undefined",
      "The type of UNDEFINED: a cell that is not part of a change, which is not None.")
      .def("__repr__", [](const Undefined&) { return "UNDEFINED"; })
      .def("__bool__", [](const Undefined&) { return false; });
  const nb::object instance = nb::cast(Undefined{});
  undefined = instance.ptr();
  module.attr("UNDEFINED") = instance;
}

}  // namespace qfcsync::python
