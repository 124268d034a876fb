// Any text is refused or read; what was read survives the way through JSON and back, byte for byte,
// and every other operation on it ends well or with an Error.

#include <qfcsync/changeset_json.hpp>
#include <qfcsync/error.hpp>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace qfcsync;

void require(bool holds) {
  if (!holds) std::abort();
}

class PlainStore : public ByteStore {
 public:
  void write(std::string_view bytes) override { bytes_ += bytes; }
  std::uint64_t size() const override { return bytes_.size(); }
  std::string_view read(std::uint64_t offset, std::size_t size,
                        std::string& buffer) const override {
    require(offset <= bytes_.size() && size <= bytes_.size() - offset);
    buffer = bytes_.substr(static_cast<std::size_t>(offset), size);
    return buffer;
  }

 private:
  std::string bytes_;
};

/// The changeset in a text; nullopt when it is refused.
std::optional<std::string> read_text(std::string_view text) {
  try {
    MemorySource source(text);
    MemorySink sink;
    read_json(source, sink);
    return sink.take();
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string inverted(const std::string& changeset) {
  MemorySource source(changeset);
  MemorySink sink;
  invert(source, sink);
  return sink.take();
}

void check_round_trip(const std::string& changeset) {
  for (const bool with_wkt : {true, false}) {
    MemorySource source(changeset);
    MemorySink sink;
    JsonOptions options;
    options.geometry_as_wkt = with_wkt;
    write_json(source, sink, options);
    require(read_text(sink.bytes()) == changeset);
  }
}

/// Rows may stand twice in what was made up, which concat has to notice.
void check_concat(const std::string& changeset) {
  const std::string back = inverted(changeset);
  MemorySource first(changeset);
  MemorySource second(back);
  ByteSource* const sources[] = {&first, &second};
  MemorySink sink;
  PlainStore scratch;
  try {
    concat(sources, sink, scratch);
  } catch (const Error&) {
    return;
  }
  MemorySource result(sink.bytes());
  require(summarize(result).changes() == 0);
}

void check_geojson(const std::string& changeset) {
  try {
    MemorySource source(changeset);
    MemorySink sink;
    write_geojson(source, sink);
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto changeset = read_text({reinterpret_cast<const char*>(data), size});
  if (!changeset) return 0;
  try {
    check_round_trip(*changeset);
    check_concat(*changeset);
    check_geojson(*changeset);
  } catch (const Error&) {
    std::abort();
  }
  return 0;
}
