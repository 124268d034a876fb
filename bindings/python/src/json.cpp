#include <qfcsync/changeset_json.hpp>

#include "callbacks.hpp"
#include "module.hpp"
#include "streams.hpp"

#include <optional>
#include <utility>

namespace nb = nanobind;
using Path = std::filesystem::path;

namespace qfcsync::python {
namespace {

template <auto kWrite>
nb::object to_json(nb::object changeset, const std::optional<Path>& output,
                   const DatabaseSchema* schema, bool geometry_as_wkt, nb::object progress) {
  Callbacks callbacks(std::move(progress));
  JsonOptions options;
  options.schema = schema;
  options.geometry_as_wkt = geometry_as_wkt;
  options.progress = callbacks.progress();
  Source source(std::move(changeset));
  Target target(output);
  callbacks.run([&] {
    kWrite(source.stream(), target.stream(), options);
    target.publish();
  });
  return target.result();
}

nb::object from_json(nb::object json, const std::optional<Path>& output,
                     const DatabaseSchema* schema) {
  Source source(std::move(json));
  Target target(output);
  Callbacks callbacks{nb::none()};
  callbacks.run([&] {
    read_json(callbacks.watch(source.stream()), target.stream(), schema);
    target.publish();
  });
  return target.result();
}

}  // namespace

void bind_json(nb::module_& module) {
  module.def("to_json", &to_json<write_json>, nb::arg("changeset"), nb::arg("output").none(),
             nb::arg("schema").none(), nb::arg("geometry_as_wkt"), nb::arg("progress").none());
  module.def("to_geojson", &to_json<write_geojson>, nb::arg("changeset"), nb::arg("output").none(),
             nb::arg("schema").none(), nb::arg("geometry_as_wkt"), nb::arg("progress").none());
  module.def("from_json", &from_json, nb::arg("json"), nb::arg("output").none(),
             nb::arg("schema").none());
}

}  // namespace qfcsync::python
