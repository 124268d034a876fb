#include "callbacks.hpp"

namespace nb = nanobind;

namespace qfcsync::python {

Progress Callbacks::progress() {
  return [this](double share) {
    return call([&] {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      return progress_.is_none() || !progress_(share).is(Py_False);
    });
  };
}

}  // namespace qfcsync::python
