// Any bytes are refused or taken in as a bundle, and what was taken in is a good repository. The
// first byte says whether hashes and names are made to fit, so that what is behind them is reached.

#include <qfcsync/error.hpp>
#include <qfcsync/repository.hpp>

#include "chunk/little_endian.hpp"
#include "history/root.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace qfcsync;

constexpr std::size_t kHeadBytes = 12;
constexpr std::size_t kHashBytes = 32;

/// The same packs with the names that they have, and the hash of all.
std::string repaired(std::string_view bytes) try {
  if (bytes.size() < kHeadBytes + kHashBytes) return std::string(bytes);
  const std::size_t size = static_cast<std::size_t>(chunk::little(bytes.substr(8, 4)));
  if (size > bytes.size() - kHeadBytes - kHashBytes) return std::string(bytes);
  history::Root root = history::parse_root(bytes.substr(kHeadBytes, size));
  std::string_view rest = bytes.substr(kHeadBytes + size);
  rest.remove_suffix(kHashBytes);
  if (root.packs.size() != 1) return std::string(bytes);
  root.packs[0].id = chunk::sha256_id(rest);
  root.packs[0].bytes = rest.size();
  const std::string text = history::format_root(root);
  std::string made(bytes.substr(0, 8));
  chunk::put_little(made, text.size(), 4);
  made.append(text).append(rest);
  return made.append(chunk::sha256_id(made).view());
} catch (const Error&) {
  return std::string(bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string input = data[0] % 2 == 0 ? std::string(bytes) : repaired(bytes);
  Repository repository = Repository::init(make_memory_blobs());
  try {
    MemorySource source(input);
    repository.unbundle(source);
  } catch (const Error& error) {
    const bool is_refusal = error.code() == ErrorCode::Corrupt ||
                            error.code() == ErrorCode::FormatTooNew ||
                            error.code() == ErrorCode::NotFound;
    if (!is_refusal) std::abort();
  }
  if (!repository.check(CheckDepth::Deep).problems.empty()) std::abort();
  return 0;
}
