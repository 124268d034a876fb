#pragma once

#include <string>
#include <string_view>

namespace qfcsync::changeset {

/// Enough of a file's beginning for what_instead().
inline constexpr std::size_t kBeginningBytes = 256;

/// What a file is that does not begin as a changeset does, and how to get a changeset from it: a
/// sentence for people.
std::string what_instead(std::string_view beginning);

}  // namespace qfcsync::changeset
