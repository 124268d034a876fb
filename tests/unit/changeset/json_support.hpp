#pragma once

#include <qfcsync/changeset_json.hpp>

#include <string>
#include <string_view>

namespace qfcsync::test {

inline std::string json_of(std::string_view changeset, const JsonOptions& options = {}) {
  MemorySource source(changeset);
  MemorySink sink;
  write_json(source, sink, options);
  return sink.take();
}

inline std::string changeset_from(std::string_view json, const DatabaseSchema* schema = nullptr) {
  MemorySource source(json);
  MemorySink sink;
  read_json(source, sink, schema);
  return sink.take();
}

inline std::string geojson_of(std::string_view changeset, const JsonOptions& options = {}) {
  MemorySource source(changeset);
  MemorySink sink;
  write_geojson(source, sink, options);
  return sink.take();
}

}  // namespace qfcsync::test
