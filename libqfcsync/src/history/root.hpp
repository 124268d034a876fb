#pragma once

#include "chunk/object_id.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::history {

inline constexpr std::size_t kMaxRootBytes = 1u << 20;
inline constexpr std::string_view kRootPrefix = "roots/";
inline constexpr std::string_view kPackPrefix = "packs/";

/// One pack that a root stands on.
struct RootPack {
  chunk::ObjectId id;
  std::uint64_t bytes = 0;
  std::uint32_t objects = 0;
  std::uint32_t level = 0;  ///< 0: one commit; each merge of small packs is one more
  bool operator==(const RootPack&) const = default;
};

/// The one thing that "changes": creating root n+1 is what makes a commit; docs/formats/root.md.
struct Root {
  std::uint64_t generation = 1;
  chunk::ObjectId previous;  ///< SHA-256 of the root before; zeros in the first
  std::int64_t time_ms = 0;  ///< since 1970, of the writer's clock; nothing is decided by it
  std::string writer;        ///< names who wrote it
  std::string nonce;         ///< makes the bytes differ from any other root
  std::map<std::string, chunk::ObjectId> refs;
  std::vector<RootPack> packs;  ///< by id
  bool operator==(const Root&) const = default;
};

/// @errors LimitExceeded: larger than kMaxRootBytes; Internal: fields that no reader would take
std::string format_root(const Root& root);

/// @errors Corrupt: no root, or not as a writer writes it; FormatTooNew
Root parse_root(std::string_view bytes);

/// "roots/00000000000000000042"
std::string root_name(std::uint64_t generation);
/// @return nothing if the name is none of a root
std::optional<std::uint64_t> parse_root_name(std::string_view name);
/// "packs/<hex>.pack"
std::string pack_name(const chunk::ObjectId& id);
std::optional<chunk::ObjectId> parse_pack_name(std::string_view name);

}  // namespace qfcsync::history
