#include "callbacks.hpp"

namespace nb = nanobind;

namespace qfcsync::python {

class Callbacks::WatchedSource : public ByteSource {
 public:
  WatchedSource(Callbacks& callbacks, ByteSource& source)
      : callbacks_(callbacks), source_(source) {}

  std::size_t read(char* buffer, std::size_t size) override {
    const std::size_t got = source_.read(buffer, size);
    unchecked_ += got;
    if (unchecked_ < kBytesBetweenChecks) return got;
    unchecked_ = 0;
    callbacks_.check_signals();
    return got;
  }

 private:
  static constexpr std::size_t kBytesBetweenChecks = 1u << 20;  // each one waits for the GIL

  Callbacks& callbacks_;
  ByteSource& source_;
  std::size_t unchecked_ = 0;
};

ByteSource& Callbacks::watch(ByteSource& source) {
  watched_.push_back(std::make_unique<WatchedSource>(*this, source));
  return *watched_.back();
}

void Callbacks::check_signals() {
  call([] {
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    return true;
  });
}

Progress Callbacks::progress() {
  return [this](double share) {
    return call([&] {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      return progress_.is_none() || !progress_(share).is(Py_False);
    });
  };
}

}  // namespace qfcsync::python
