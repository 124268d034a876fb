#pragma once

#include "chunk/object_id.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::history {

inline constexpr std::size_t kMaxMessageBytes = 8u << 20;

/// A change that a commit holds: an object of kind 4.
struct ChangeOfPath {
  chunk::ObjectId id;
  std::string path;
  bool operator==(const ChangeOfPath&) const = default;
};

/// The message of a commit: text for people, then trailers; docs/formats/history.md.
struct CommitMessage {
  /// What people read: one line, then perhaps an empty one and more.
  std::string text;
  std::string device;                 ///< empty: not known
  std::vector<std::string> paths;     ///< files that got a version, also of identical bytes
  std::vector<std::string> removed;   ///< files that are not in the commit any more
  std::vector<ChangeOfPath> changes;  ///< rows that changed, against the parent
  bool operator==(const CommitMessage&) const = default;
};

/// The message as git gets it. Control characters in text become spaces, but for line ends.
std::string format_message(const CommitMessage& message);

/// Never fails: what is no trailer of ours is text. Trailers that do not parse are left out.
CommitMessage parse_message(std::string_view message);

/// A line without control characters, trimmed; for names of people and devices, without <>, too.
std::string clean_line(std::string_view text);
std::string clean_name(std::string_view text);

}  // namespace qfcsync::history
