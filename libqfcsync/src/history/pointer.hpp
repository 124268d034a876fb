#pragma once

#include "chunk/object_id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::history {

/// Files whose name means something to git lie in its trees as they are, not as pointers.
inline constexpr std::string_view kAttributesPath = ".gitattributes";
inline constexpr std::string_view kAttributes = "* filter=lfs diff=lfs merge=lfs -text\n";

/// What stands for a file in git's trees: Git LFS, version 1; docs/formats/history.md.
struct Pointer {
  chunk::ObjectId file;
  std::uint64_t size = 0;  ///< bytes of the file
  bool operator==(const Pointer&) const = default;
};

/// The canonical text; empty for an empty file, as Git LFS has it.
std::string format_pointer(const Pointer& pointer);

/// @return nothing if the text is no canonical pointer
std::optional<Pointer> parse_pointer(std::string_view text);

}  // namespace qfcsync::history
