#include "conflict_file.hpp"

#include <qfcsync/changeset_json.hpp>
#include <qfcsync/error.hpp>

#include "change_printer.hpp"
#include "conflict_text.hpp"
#include "files.hpp"

#include <fmt/format.h>

namespace {

constexpr std::uint64_t kMaxShown = 20;  ///< of those that are in the file, too

}  // namespace

ConflictFile::ConflictFile(const std::string& path, std::FILE* shown)
    : path_(path), shown_(shown), paint_(shown) {
  if (!path_.empty()) sink_.emplace(path_);
}

void ConflictFile::add(const qfcsync::Conflict& conflict) {
  ++count_;
  if (sink_) {
    sink_->write(qfcsync::conflict_json(conflict));
    sink_->write("\n");
    if (path_ == kStandardStream) return;
  }
  if (sink_ && count_ > kMaxShown) return;
  const std::string text = conflict_text(conflict, paint_);
  // Checked at once: the values of the losing side may be nowhere else soon.
  if (std::fputs(text.c_str(), shown_) < 0 || std::fflush(shown_) != 0) {
    qfcsync::throw_errno("a conflict cannot be shown; nothing was changed");
  }
}

void ConflictFile::publish() {
  if (sink_) sink_->publish();
}

std::string ConflictFile::summary() const {
  std::string text = count_ == 0 ? "no conflicts" : counted(count_, "conflict");
  if (sink_ && count_ != 0) {
    text += fmt::format(", with all values in {}", printable(output_name(path_)));
  }
  return text;
}
