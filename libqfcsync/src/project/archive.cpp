#include "project/archive.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>

#include <algorithm>
#include <memory>

#include <zip.h>

namespace qfcsync::project {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 64u << 10;
// 1980-01-01 00:00 in the packed form of ZIP: the earliest it knows.
constexpr zip_uint16_t kFixedDate = (1 << 5) | 1;
constexpr zip_uint16_t kFixedTime = 0;

using Zip = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using ZipFile = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

[[noreturn]] void fail(ErrorCode code, const fs::path& file, const std::string& what) {
  throw Error(code, fmt::format("{}: {}", file.filename().string(), what), ErrorOrigin::Zip);
}

bool ends_with_qgs(std::string_view name) {
  if (name.size() < 4) return false;
  const std::string_view end = name.substr(name.size() - 4);
  return end[0] == '.' && (end[1] | 0x20) == 'q' && (end[2] | 0x20) == 'g' &&
         (end[3] | 0x20) == 's';
}

Zip open_archive(const fs::path& file) {
  if (!fs::is_regular_file(file)) fail(ErrorCode::NotFound, file, "no such file");
  int code = 0;
  Zip zip(zip_open(file.c_str(), ZIP_RDONLY, &code), zip_discard);
  if (zip == nullptr) fail(ErrorCode::Corrupt, file, "is not a ZIP archive (.qgz)");
  const auto count = zip_get_num_entries(zip.get(), 0);
  if (count > static_cast<zip_int64_t>(kMaxProjectArchiveEntries)) {
    fail(ErrorCode::LimitExceeded, file,
         fmt::format("has {} entries, more than {}", count, kMaxProjectArchiveEntries));
  }
  return zip;
}

std::string entry_name(zip_t* zip, zip_uint64_t index, const fs::path& file) {
  const char* name = zip_get_name(zip, index, ZIP_FL_ENC_GUESS);
  if (name == nullptr) fail(ErrorCode::Corrupt, file, "has an entry without name");
  if (!is_safe_entry_name(name)) {
    fail(ErrorCode::Corrupt, file, fmt::format("has an entry with the unsafe name \"{}\"", name));
  }
  return name;
}

void refuse_bomb(zip_t* zip, zip_uint64_t index, const fs::path& file, std::size_t limit) {
  zip_stat_t stat;
  if (zip_stat_index(zip, index, 0, &stat) != 0) fail(ErrorCode::Corrupt, file, "is damaged");
  const bool sized = (stat.valid & ZIP_STAT_SIZE) != 0 && (stat.valid & ZIP_STAT_COMP_SIZE) != 0;
  if (!sized) fail(ErrorCode::Corrupt, file, "has an entry without size");
  if (stat.size > limit) {
    fail(ErrorCode::LimitExceeded, file, fmt::format("unpacks to more than {} bytes", limit));
  }
  if (stat.size >= kBombMinBytes &&
      stat.size / std::max<zip_uint64_t>(stat.comp_size, 1) > kMaxPackRatio) {
    fail(ErrorCode::LimitExceeded, file, "is packed too densely to be a project (zip bomb?)");
  }
}

// Reads at most `limit` bytes; says through `is_whole` whether that was all.
std::string read_entry(zip_t* zip, zip_uint64_t index, const fs::path& file, std::size_t limit,
                       bool& is_whole) {
  const ZipFile entry(zip_fopen_index(zip, index, 0), zip_fclose);
  if (entry == nullptr) fail(ErrorCode::Corrupt, file, "has an entry that cannot be unpacked");
  std::string bytes;
  std::string buffer(kReadBytes, '\0');
  is_whole = false;
  while (bytes.size() <= limit) {
    const auto got = zip_fread(entry.get(), buffer.data(), buffer.size());
    if (got < 0) fail(ErrorCode::Corrupt, file, "has damaged content");
    if (got == 0) {
      is_whole = true;
      break;
    }
    bytes.append(buffer, 0, static_cast<std::size_t>(got));
  }
  return bytes;
}

std::string read_whole(zip_t* zip, zip_uint64_t index, const fs::path& file, std::size_t limit) {
  refuse_bomb(zip, index, file, limit);
  bool is_whole = false;
  std::string bytes = read_entry(zip, index, file, limit, is_whole);
  if (!is_whole)
    fail(ErrorCode::LimitExceeded, file, fmt::format("unpacks to more than {} bytes", limit));
  return bytes;
}

zip_uint64_t find_project(zip_t* zip, std::string_view stem, const fs::path& file) {
  const std::string wanted = std::string(stem) + ".qgs";
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(zip, 0));
  std::string best;
  zip_uint64_t best_index = count;
  for (zip_uint64_t i = 0; i < count; ++i) {
    const std::string name = entry_name(zip, i, file);
    if (name == wanted) return i;
    if (ends_with_qgs(name) && (best_index == count || name < best)) {
      best = name;
      best_index = i;
    }
  }
  if (best_index == count) fail(ErrorCode::Corrupt, file, "holds no .qgs");
  return best_index;
}

void add_entry(zip_t* zip, const ArchiveEntry& entry, const fs::path& file) {
  zip_source_t* source = zip_source_buffer(zip, entry.bytes.data(), entry.bytes.size(), 0);
  const auto index =
      source == nullptr ? -1 : zip_file_add(zip, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    fail(ErrorCode::Io, file, fmt::format("cannot add \"{}\": {}", entry.name, zip_strerror(zip)));
  }
  zip_file_set_dostime(zip, static_cast<zip_uint64_t>(index), kFixedTime, kFixedDate, 0);
}

}  // namespace

bool is_safe_entry_name(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos)
    return false;
  if (name.size() > 1 && name[1] == ':') return false;
  const fs::path path(name);
  return std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

std::string read_archived_project(const fs::path& archive, std::string_view stem,
                                  std::size_t limit) {
  const Zip zip = open_archive(archive);
  return read_whole(zip.get(), find_project(zip.get(), stem, archive), archive, limit);
}

std::string read_archived_project_head(const fs::path& archive, std::string_view stem,
                                       std::size_t bytes) {
  const Zip zip = open_archive(archive);
  const zip_uint64_t index = find_project(zip.get(), stem, archive);
  refuse_bomb(zip.get(), index, archive, kMaxProjectXmlBytes);
  bool is_whole = false;
  return read_entry(zip.get(), index, archive, bytes, is_whole);
}

std::vector<ArchiveEntry> read_archive(const fs::path& archive, std::size_t limit) {
  const Zip zip = open_archive(archive);
  std::vector<ArchiveEntry> entries;
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(zip.get(), 0));
  for (zip_uint64_t i = 0; i < count; ++i) {
    const std::string name = entry_name(zip.get(), i, archive);
    if (name.back() == '/') continue;
    entries.push_back({name, read_whole(zip.get(), i, archive, limit)});
    limit -= entries.back().bytes.size();
  }
  return entries;
}

void write_archive(const fs::path& file, const std::vector<ArchiveEntry>& entries) {
  int code = 0;
  Zip zip(zip_open(file.c_str(), ZIP_CREATE | ZIP_EXCL, &code), zip_discard);
  if (zip == nullptr) fail(ErrorCode::Io, file, "cannot be created");
  for (const ArchiveEntry& entry : entries) add_entry(zip.get(), entry, file);
  if (zip_close(zip.get()) != 0) {
    fail(ErrorCode::Io, file, fmt::format("cannot be written: {}", zip_strerror(zip.get())));
  }
  zip.release();  // zip_close has freed it
}

}  // namespace qfcsync::project
