// Any bytes are refused or read as a root, and what was read is written with the same bytes. Names,
// pointers and messages, which come from strangers, too, are read from the same bytes.

#include <qfcsync/error.hpp>

#include "history/commit_message.hpp"
#include "history/git_name.hpp"
#include "history/pointer.hpp"
#include "history/root.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qfcsync;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (history::format_root(history::parse_root(bytes)) != bytes) std::abort();
  } catch (const Error& error) {
    const bool is_refusal =
        error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::FormatTooNew;
    if (!is_refusal) std::abort();
  }
  if (const auto pointer = history::parse_pointer(bytes)) {
    if (history::format_pointer(*pointer) != bytes) std::abort();
  }
  const history::CommitMessage message = history::parse_message(bytes);
  // Text of strangers is cleaned when it is written; from then on it stays as it is.
  const std::string written = history::format_message(message);
  const history::CommitMessage again = history::parse_message(written);
  if (again.paths != message.paths || again.removed != message.removed ||
      again.changes != message.changes) {
    std::abort();
  }
  for (const std::string& path : message.paths) {
    if (!history::is_versioned_path(path)) std::abort();
  }
  return 0;
}
