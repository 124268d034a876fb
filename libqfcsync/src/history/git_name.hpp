#pragma once

#include "chunk/object_id.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// Names that plain git has to accept, because it reads the history, too.
namespace qfcsync::history {

inline constexpr std::size_t kGitHexDigits = 40;
inline constexpr std::size_t kGitIdBytes = 20;
inline constexpr std::size_t kMaxRefNameBytes = 200;
inline constexpr std::size_t kMaxPathBytes = 1024;

inline constexpr std::string_view kMainRef = "refs/heads/main";
inline constexpr std::string_view kTagPrefix = "refs/tags/";

/// The 40 digits that git shows; the zeros that pad an id in packs are left out.
std::string git_hex(const chunk::ObjectId& id);

/// @errors InvalidArgument: not 40 lower-case hexadecimal digits
chunk::ObjectId git_id_from_hex(std::string_view text);

/// Whether git takes the name, and a file of that name stays inside its folder: parts of letters,
/// digits, "._+-" and UTF-8 between slashes, no leading dot, below "refs/".
bool is_ref_name(std::string_view name) noexcept;

/// Whether a file of that name can be versioned: relative, parts between single slashes, UTF-8
/// without control characters, no "." or ".." and nothing that git keeps for itself (".git").
bool is_versioned_path(std::string_view path) noexcept;

/// @errors InvalidArgument: see is_versioned_path()
void check_versioned_path(std::string_view path);

}  // namespace qfcsync::history
