#include "repository/roots.hpp"

#include <qfcsync/error.hpp>

#include "repository/blob_pack.hpp"
#include "repository/chance.hpp"

#include <chrono>

#include <fmt/format.h>

namespace qfcsync::repository {
namespace {

constexpr std::size_t kListedAtOnce = 1000;

std::int64_t now_ms() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

}  // namespace

std::uint64_t Roots::newest(std::uint64_t known) {
  if (known == 0) return newest_listed(0);
  const bool has_next = store_->stat(history::root_name(known + 1)).has_value();
  if (!store_->stat(history::root_name(known))) return newest_listed(0);
  return has_next ? newest_listed(known) : known;
}

std::uint64_t Roots::newest_listed(std::uint64_t after) {
  std::uint64_t newest = after;
  std::string last = after > 0 ? history::root_name(after) : std::string();
  for (;;) {
    const auto listed = store_->list(history::kRootPrefix, last, kListedAtOnce);
    if (listed.empty()) return newest;
    for (const BlobInfo& blob : listed) {
      if (const auto generation = history::parse_root_name(blob.name)) newest = *generation;
    }
    last = listed.back().name;
  }
}

std::optional<KnownRoot> Roots::find(std::uint64_t generation) try {
  return read(generation);
} catch (const Error& error) {
  if (error.code() != ErrorCode::NotFound) throw;
  return std::nullopt;
}

KnownRoot Roots::read(std::uint64_t generation) {
  const std::string bytes = read_blob(*store_, history::root_name(generation));
  KnownRoot known{history::parse_root(bytes), chunk::sha256_id(bytes)};
  if (known.root.generation != generation) {
    throw Error(ErrorCode::Corrupt,
                fmt::format("root {} says that it is {}; fetch it from another replica", generation,
                            known.root.generation));
  }
  return known;
}

history::Root Roots::successor(const KnownRoot& before) {
  history::Root next = before.root;
  ++next.generation;
  next.previous = before.hash;
  return next;
}

std::optional<KnownRoot> Roots::create(const history::Root& root) {
  history::Root made = root;
  made.time_ms = now_ms();
  static const std::string kWriter = random_name();
  made.writer = kWriter;
  made.nonce = random_name();
  const std::string bytes = history::format_root(made);
  MemorySource source(bytes);
  const std::string name = history::root_name(made.generation);
  if (store_->create(name, source, bytes.size()) == Created::Exists) {
    // A store may have made it and lost the answer: the nonce tells.
    if (read_blob(*store_, name) != bytes) return std::nullopt;
  }
  return KnownRoot{std::move(made), chunk::sha256_id(bytes)};
}

}  // namespace qfcsync::repository
