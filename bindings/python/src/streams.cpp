#include "streams.hpp"

#include <utility>

namespace nb = nanobind;

namespace qfcsync::python {

Source::Source(nb::object from) {
  if (nb::isinstance<nb::bytes>(from)) {
    const auto bytes = nb::borrow<nb::bytes>(from);
    stream_ = std::make_unique<MemorySource>(std::string_view(bytes.c_str(), bytes.size()));
    bytes_ = std::move(from);
  } else {
    const auto path = nb::cast<std::filesystem::path>(from);
    const nb::gil_scoped_release release;  // opening a pipe waits for whoever writes into it
    stream_ = std::make_unique<FileSource>(path);
  }
}

Target::Target(const std::optional<std::filesystem::path>& path) {
  if (path) file_.emplace(*path);
}

ByteSink& Target::stream() {
  if (file_) return *file_;
  return memory_;
}

void Target::publish() {
  if (file_) file_->publish();
}

nb::object Target::result() const {
  if (file_) return nb::none();
  return nb::bytes(memory_.bytes().data(), memory_.bytes().size());
}

}  // namespace qfcsync::python
