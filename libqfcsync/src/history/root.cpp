#include "history/root.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"
#include "history/git_name.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::history {
namespace {

using nlohmann::json;

constexpr std::uint64_t kFormat = 1;
constexpr std::size_t kGenerationDigits = 20;
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::string_view kPackSuffix = ".pack";

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::Corrupt, "root: " + what + "; fetch it from another replica");
}

const json& member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) fail(fmt::format("\"{}\" is missing", name));
  return *found;
}

std::uint64_t number(const json& object, const char* name, std::uint64_t most) {
  const json& value = member(object, name);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) {
    fail(fmt::format("\"{}\" is no such number", name));
  }
  return value.get<std::uint64_t>();
}

std::string text(const json& value, const char* name) {
  if (!value.is_string()) fail(fmt::format("\"{}\" is no text", name));
  return value.get<std::string>();
}

chunk::ObjectId id_of(const json& value, const char* name) try {
  return chunk::ObjectId::from_hex(text(value, name));
} catch (const Error&) {
  fail(fmt::format("\"{}\" is no id", name));
}

bool is_name(std::string_view name) {
  return name.size() <= kMaxNameBytes && std::ranges::all_of(name, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
         });
}

std::string name_of(const json& object, const char* name) {
  std::string value = text(member(object, name), name);
  if (!is_name(value)) fail(fmt::format("\"{}\" is no name of a writer", name));
  return value;
}

void read_refs(const json& refs, Root& root) {
  if (!refs.is_object()) fail("\"refs\" is no object");
  for (const auto& [name, value] : refs.items()) {
    if (!is_ref_name(name)) fail("a ref has a name that git refuses");
    const std::string hex = text(value, "refs");
    try {
      root.refs.emplace(name, git_id_from_hex(hex));
    } catch (const Error&) {
      fail("a ref is no git id");
    }
  }
}

RootPack read_pack(const json& value) {
  if (!value.is_object() || value.size() != 4) fail("a pack has other members");
  RootPack pack;
  pack.id = id_of(member(value, "id"), "id");
  pack.bytes = number(value, "size", chunk::kMaxPackBytes);
  pack.objects = static_cast<std::uint32_t>(number(value, "objects", chunk::kMaxPackObjects));
  constexpr std::uint64_t kMaxLevel = std::numeric_limits<std::uint8_t>::max();
  pack.level = static_cast<std::uint32_t>(number(value, "level", kMaxLevel));
  return pack;
}

void read_packs(const json& packs, Root& root) {
  if (!packs.is_array()) fail("\"packs\" is no list");
  for (const json& value : packs) {
    root.packs.push_back(read_pack(value));
    const std::size_t count = root.packs.size();
    if (count > 1 && root.packs[count - 1].id <= root.packs[count - 2].id) {
      fail("packs are not in order");
    }
  }
}

json parse_object(std::string_view bytes) {
  if (bytes.size() > kMaxRootBytes) fail("larger than any root");
  json object = json::parse(bytes, nullptr, false);
  if (!object.is_object()) fail("no JSON object");
  const json& format = member(object, "format");
  if (!format.is_number_unsigned()) fail("\"format\" is no number");
  if (format.get<std::uint64_t>() != kFormat) {
    throw Error(ErrorCode::FormatTooNew, "root: written by a newer version; upgrade first");
  }
  return object;
}

json to_json(const Root& root) {
  json packs = json::array();
  for (const RootPack& pack : root.packs) {
    packs.push_back({{"id", pack.id.hex()},
                     {"level", pack.level},
                     {"objects", pack.objects},
                     {"size", pack.bytes}});
  }
  json refs = json::object();
  for (const auto& [name, id] : root.refs) refs[name] = git_hex(id);
  return {{"format", kFormat},
          {"generation", root.generation},
          {"packs", std::move(packs)},
          {"previous", root.previous.hex()},
          {"refs", std::move(refs)},
          {"time", root.time_ms},
          {"writer", {{"nonce", root.nonce}, {"uuid", root.writer}}}};
}

std::string dump(const Root& root) { return to_json(root).dump() + '\n'; }

}  // namespace

std::string format_root(const Root& root) {
  const bool has_names =
      std::ranges::all_of(root.refs, [](const auto& ref) { return is_ref_name(ref.first); });
  if (!has_names || root.generation == 0 || root.time_ms < 0 || !is_name(root.writer) ||
      !is_name(root.nonce)) {
    throw Error(ErrorCode::Internal, "a root that no reader would take");
  }
  std::string bytes = dump(root);
  if (bytes.size() > kMaxRootBytes) {
    throw Error(ErrorCode::LimitExceeded,
                "the repository has too many packs and refs for one root; remove tags or prune");
  }
  return bytes;
}

Root parse_root(std::string_view bytes) {
  const json object = parse_object(bytes);
  Root root;
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  root.generation = number(object, "generation", std::numeric_limits<std::uint64_t>::max() - 1);
  if (root.generation == 0) fail("\"generation\" begins with 1");
  root.previous = id_of(member(object, "previous"), "previous");
  root.time_ms = static_cast<std::int64_t>(number(object, "time", kMost));
  const json& writer = member(object, "writer");
  if (!writer.is_object()) fail("\"writer\" is no object");
  root.writer = name_of(writer, "uuid");
  root.nonce = name_of(writer, "nonce");
  read_refs(member(object, "refs"), root);
  read_packs(member(object, "packs"), root);
  // One root has one form: whatever a bit flip makes of it is noticed.
  if (dump(root) != bytes) fail("not as it was written");
  return root;
}

std::string root_name(std::uint64_t generation) {
  return fmt::format("{}{:0{}}", kRootPrefix, generation, kGenerationDigits);
}

std::optional<std::uint64_t> parse_root_name(std::string_view name) {
  if (name.size() != kRootPrefix.size() + kGenerationDigits) return std::nullopt;
  std::uint64_t generation = 0;
  std::from_chars(name.data() + kRootPrefix.size(), name.data() + name.size(), generation);
  if (generation == 0 || root_name(generation) != name) return std::nullopt;
  return generation;
}

std::string pack_name(const chunk::ObjectId& id) {
  return fmt::format("{}{}{}", kPackPrefix, id.hex(), kPackSuffix);
}

std::optional<chunk::ObjectId> parse_pack_name(std::string_view name) {
  constexpr std::size_t kDigits = 2 * chunk::kIdBytes;
  if (name.size() != kPackPrefix.size() + kDigits + kPackSuffix.size()) return std::nullopt;
  try {
    const chunk::ObjectId id = chunk::ObjectId::from_hex(name.substr(kPackPrefix.size(), kDigits));
    if (pack_name(id) == name) return id;
  } catch (const Error&) {
    // Somebody else's file.
  }
  return std::nullopt;
}

}  // namespace qfcsync::history
