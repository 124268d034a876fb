// Any text is either refused with an Error or read; what is read can be read again from its own
// content, and agrees with another JSON reader about what JSON is.

#include <qfcsync/deltafile.hpp>
#include <qfcsync/error.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_again(const qfcsync::Delta& delta) {
  const qfcsync::Delta again = qfcsync::parse_delta(delta.content);
  require(again.uuid == delta.uuid && again.method == delta.method);
  require(again.content == delta.content);
  require(again.new_state.has_value() == delta.new_state.has_value());
  if (delta.new_state) require(again.new_state->attributes == delta.new_state->attributes);
  require(!nlohmann::json::parse(delta.content, nullptr, false).is_discarded());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const qfcsync::Deltafile file = qfcsync::parse_deltafile(text);
    for (const qfcsync::Delta& delta : file.deltas) check_again(delta);
  } catch (const qfcsync::Error&) {
  }
  try {
    check_again(qfcsync::parse_delta(text));
  } catch (const qfcsync::Error&) {
  }
  return 0;
}
