#include "remote/manners_note.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include "base/digest.hpp"

#include <array>
#include <system_error>

namespace qfcsync::remote {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNoteBytes = 1024;
/// Comes last: without it the writer was killed.
constexpr char kEnd = '\n';

}  // namespace

MannersNote::MannersNote(const fs::path& folder, std::string_view address) {
  if (!folder.empty()) file_ = folder / (base::sha256_hex(address) + ".manners");
}

std::optional<std::string> MannersNote::read() const {
  if (file_.empty()) return std::nullopt;
  std::error_code failed;
  const auto age = fs::file_time_type::clock::now() - fs::last_write_time(file_, failed);
  if (failed || age < age.zero() || age > kMannersTrust) return std::nullopt;
  try {
    std::array<char, kMaxNoteBytes> buffer;
    FileSource source(file_);
    const std::size_t size = source.read(buffer.data(), buffer.size());
    if (size < 2 || buffer[size - 1] != kEnd) return std::nullopt;
    return std::string(buffer.data(), size - 1);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void MannersNote::write(std::string_view text) const noexcept try {
  if (file_.empty()) return;
  fs::create_directories(file_.parent_path());
  FileSink sink(file_);
  sink.write(text);
  sink.write({&kEnd, 1});
  sink.publish();
} catch (const std::exception&) {
  return;
}

}  // namespace qfcsync::remote
