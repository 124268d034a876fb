#include "repository/pack_extents.hpp"

#include <qfcsync/error.hpp>

#include "repository/chance.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>

namespace qfcsync::repository {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHexDigits = 2 * chunk::kIdBytes;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kCopyBytes = 256u << 10;
constexpr std::string_view kPartSuffix = ".part";
/// What a killed process left; no download of one piece takes so long.
constexpr std::chrono::hours kPartAge{24};

struct PieceName {
  chunk::ObjectId pack;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

bool take_number(std::string_view& text, std::uint64_t& number) {
  if (!text.starts_with('-')) return false;
  text.remove_prefix(1);
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

/// What the name of a file says; nothing for files of others.
std::optional<PieceName> parse_name(const std::string& name) {
  if (name.size() < kHexDigits) return std::nullopt;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  const std::string_view hex = std::string_view(name).substr(0, kHexDigits);
  std::string_view rest = std::string_view(name).substr(kHexDigits);
  if (!std::ranges::all_of(hex, is_hex)) return std::nullopt;
  PieceName piece;
  if (!take_number(rest, piece.offset) || !take_number(rest, piece.size) || !rest.empty()) {
    return std::nullopt;
  }
  piece.pack = chunk::ObjectId::from_hex(hex);
  return piece;
}

/// Whether a file ends with the hash of what is before it.
bool is_whole(int fd, std::uint64_t size, const fs::path& file) {
  base::Digest digest(base::DigestKind::Sha256);
  std::string part(kCopyBytes, '\0');
  for (std::uint64_t at = 0; at < size;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), size - at));
    io::read_at(fd, at, part.data(), count, file);
    digest.update({part.data(), count});
    at += count;
  }
  std::string hash(kHashBytes, '\0');
  io::read_at(fd, size, hash.data(), hash.size(), file);
  return digest.finish_raw() == hash;
}

void remove_quietly(const fs::path& file) noexcept {
  std::error_code ignored;
  fs::remove(file, ignored);
}

bool is_old(const fs::directory_entry& file) {
  std::error_code failed;
  const auto time = file.last_write_time(failed);
  return !failed && fs::file_time_type::clock::now() - time > kPartAge;
}

}  // namespace

ExtentSink::ExtentSink(const fs::path& folder) {
  if (folder.empty()) return;
  file_ = folder / (random_name() + std::string(kPartSuffix));
  fd_ = io::Descriptor(::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd_) throw_errno("cannot create " + file_.string());
}

ExtentSink::~ExtentSink() {
  if (!file_.empty()) remove_quietly(file_);
}

void ExtentSink::write(std::string_view bytes) {
  if (fd_) {
    digest_.update(bytes);
    io::write_all(fd_.get(), bytes, file_);
  } else {
    bytes_ += bytes;
  }
  size_ += bytes.size();
}

void ExtentSink::seal() {
  if (fd_) io::write_all(fd_.get(), digest_.finish_raw(), file_);
}

PackExtents::PackExtents(fs::path folder) : folder_(std::move(folder)) {
  if (is_in_memory()) return;
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) {
    throw Error(ErrorCode::Io,
                fmt::format("cannot create {}: {}", folder_.string(), failed.message()),
                ErrorOrigin::Os, failed.value());
  }
  find_files();
}

void PackExtents::find_files() {
  std::vector<std::pair<fs::file_time_type, PieceName>> found;
  std::error_code failed;
  for (const auto& file : fs::directory_iterator(folder_, failed)) {
    const auto name = parse_name(file.path().filename().string());
    if (!name) {
      if (file.path().extension() == kPartSuffix && is_old(file)) remove_quietly(file.path());
      continue;
    }
    std::error_code gone;
    const auto time = file.last_write_time(gone);
    if (!gone) found.emplace_back(time, *name);
  }
  std::ranges::sort(found, {}, [](const auto& file) { return file.first; });
  for (const auto& [time, piece] : found) {
    // Two processes may have read the same at once.
    if (piece.size == 0 || !is_free(piece.pack, piece.offset, piece.size)) continue;
    packs_[piece.pack].emplace(piece.offset, Extent{piece.size, ++now_, false, {}});
    total_ += piece.size;
  }
  make_room();
}

fs::path PackExtents::file_of(const chunk::ObjectId& pack, std::uint64_t offset,
                              std::uint64_t size) const {
  return folder_ / fmt::format("{}-{}-{}", pack.hex(), offset, size);
}

bool PackExtents::is_free(const chunk::ObjectId& pack, std::uint64_t offset,
                          std::uint64_t size) const {
  return missing_from(pack, offset) == offset &&
         next_piece(pack, offset, offset + size) == offset + size;
}

std::size_t PackExtents::read(const chunk::ObjectId& pack, std::uint64_t offset, char* buffer,
                              std::size_t size) {
  const auto found = packs_.find(pack);
  if (found == packs_.end()) return 0;
  auto at = found->second.upper_bound(offset);
  if (at == found->second.begin()) return 0;
  --at;
  auto& [begin, extent] = *at;
  if (offset - begin >= extent.size) return 0;
  const std::uint64_t from = offset - begin;
  size = static_cast<std::size_t>(std::min<std::uint64_t>(size, extent.size - from));
  if (!copy(pack, begin, extent, from, buffer, size)) {
    drop(pack, begin);
    return 0;
  }
  extent.used = ++now_;
  return size;
}

/// @return false: the file is gone or damaged
bool PackExtents::copy(const chunk::ObjectId& pack, std::uint64_t offset, Extent& extent,
                       std::uint64_t from, char* buffer, std::size_t size) const try {
  if (is_in_memory()) {
    std::memcpy(buffer, extent.bytes.data() + from, size);
    return true;
  }
  const fs::path file = file_of(pack, offset, extent.size);
  const io::Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return false;
  if (!extent.is_checked && !is_whole(fd.get(), extent.size, file)) return false;
  extent.is_checked = true;
  io::read_at(fd.get(), from, buffer, size, file);
  return true;
} catch (const Error&) {
  return false;  // torn
}

std::uint64_t PackExtents::missing_from(const chunk::ObjectId& pack, std::uint64_t offset) const {
  const auto found = packs_.find(pack);
  if (found == packs_.end()) return offset;
  for (auto at = found->second.upper_bound(offset); at != found->second.begin();) {
    --at;
    if (offset - at->first >= at->second.size) return offset;
    offset = at->first + at->second.size;
    at = found->second.upper_bound(offset);
  }
  return offset;
}

std::uint64_t PackExtents::next_piece(const chunk::ObjectId& pack, std::uint64_t offset,
                                      std::uint64_t end) const {
  const auto found = packs_.find(pack);
  if (found == packs_.end()) return end;
  const auto at = found->second.lower_bound(offset);
  return at == found->second.end() ? end : std::min(at->first, end);
}

void PackExtents::keep(const chunk::ObjectId& pack, std::uint64_t offset, ExtentSink& sink) {
  const std::uint64_t size = sink.size();
  if (size == 0 || !is_free(pack, offset, size)) return;
  sink.seal();
  if (!is_in_memory()) {
    std::error_code failed;
    fs::rename(sink.file_, file_of(pack, offset, size), failed);
    if (failed) {
      throw Error(ErrorCode::Io,
                  fmt::format("cannot rename {}: {}", sink.file_.string(), failed.message()),
                  ErrorOrigin::Os, failed.value());
    }
    sink.file_.clear();
  }
  packs_[pack].emplace(offset, Extent{size, ++now_, true, std::move(sink.bytes_)});
  total_ += size;
  make_room();
}

void PackExtents::make_room() {
  const std::uint64_t most = is_in_memory() ? kKeptPackBytesInMemory : kKeptPackBytes;
  while (total_ > most) {
    std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
    std::pair<chunk::ObjectId, std::uint64_t> place;
    for (const auto& [pack, pieces] : packs_) {
      for (const auto& [offset, extent] : pieces) {
        if (extent.used >= oldest) continue;
        oldest = extent.used;
        place = {pack, offset};
      }
    }
    if (oldest == now_) return;  // the one that was wanted just now
    drop(place.first, place.second);
  }
}

void PackExtents::drop(const chunk::ObjectId& pack, std::uint64_t offset) noexcept {
  const auto found = packs_.find(pack);
  if (found == packs_.end()) return;
  const auto piece = found->second.find(offset);
  if (piece == found->second.end()) return;
  if (!is_in_memory()) remove_quietly(file_of(pack, offset, piece->second.size));
  total_ -= piece->second.size;
  found->second.erase(piece);
  if (found->second.empty()) packs_.erase(found);
}

void PackExtents::clear() noexcept {
  while (!packs_.empty()) drop(packs_.begin()->first, packs_.begin()->second.begin()->first);
}

}  // namespace qfcsync::repository
