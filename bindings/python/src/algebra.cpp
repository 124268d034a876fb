#include <qfcsync/changeset.hpp>

#include "callbacks.hpp"
#include "module.hpp"
#include "streams.hpp"

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace nb = nanobind;
using Path = std::filesystem::path;

namespace qfcsync::python {
namespace {

ChangesetSummary summary_of(nb::object changeset) {
  Source source(std::move(changeset));
  ChangesetSummary summary;
  Callbacks callbacks{nb::none()};
  callbacks.run([&] { summary = summarize(callbacks.watch(source.stream())); });
  return summary;
}

nb::object invert_to(nb::object changeset, const std::optional<Path>& output) {
  Source source(std::move(changeset));
  Target target(output);
  Callbacks callbacks{nb::none()};
  callbacks.run([&] {
    invert(callbacks.watch(source.stream()), target.stream());
    target.publish();
  });
  return target.result();
}

nb::object concat_to(const nb::list& changesets, const std::optional<Path>& output) {
  Callbacks callbacks{nb::none()};
  std::vector<std::unique_ptr<Source>> sources;
  std::vector<ByteSource*> streams;
  for (const auto& changeset : changesets) {
    sources.push_back(std::make_unique<Source>(nb::borrow(changeset)));
    streams.push_back(&callbacks.watch(sources.back()->stream()));
  }
  Target target(output);
  callbacks.run([&] {
    const auto scratch = make_scratch();
    concat(streams, target.stream(), *scratch);
    target.publish();
  });
  return target.result();
}

/// Puts the bytes of a source into a file that appears whole.
void save(nb::object changeset, const Path& path) {
  Source source(std::move(changeset));
  Target target(path);
  Callbacks callbacks{nb::none()};
  callbacks.run([&] {
    ByteSource& stream = callbacks.watch(source.stream());
    std::array<char, 65536> buffer;
    while (const auto size = stream.read(buffer.data(), buffer.size())) {
      target.stream().write({buffer.data(), size});
    }
    target.publish();
  });
}

}  // namespace

void bind_algebra(nb::module_& module) {
  module.def("summary", &summary_of, nb::arg("changeset"));
  module.def("invert", &invert_to, nb::arg("changeset"), nb::arg("output").none());
  module.def("concat", &concat_to, nb::arg("changesets"), nb::arg("output").none());
  module.def("save", &save, nb::arg("changeset"), nb::arg("path"));
}

}  // namespace qfcsync::python
