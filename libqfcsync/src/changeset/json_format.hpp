#pragma once

#include <cstddef>
#include <string_view>

/// Constants of the people's form of changesets (docs/formats/changeset-json.md).
namespace qfcsync::changeset {

inline constexpr std::string_view kJsonFormat = "qfcsync-changeset";
inline constexpr int kJsonVersion = 1;

/// Longest string: a value of the greatest size in base64.
inline constexpr std::size_t kMaxJsonStringBytes = 1'400'000'000;
/// Brackets within each other, in the envelope; all else has a fixed depth.
inline constexpr int kMaxJsonDepth = 32;
/// Of a number; the longest that are written have 25.
inline constexpr std::size_t kMaxNumberBytes = 1'100;

}  // namespace qfcsync::changeset
