#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "files.hpp"
#include "watched_blobs.hpp"
#include "working_folder.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace {

using qfcsync::Error;
using qfcsync::ErrorCode;

constexpr const char* kHelp = R"(
Writes a file of a version, or a part of it, to standard output; only the pieces that the part lies
in are read. FIRST and LAST are bytes, counted from 0, as HTTP and curl count them: 0-499 are the
first 500, 500- is the rest.

Exit status: 0 done, 1 the work failed, 2 wrong usage, no such file or version, or a range behind
the end.

Examples:
  qfcsync cat HEAD notes.txt
  qfcsync cat HEAD~3 survey.gpkg --range 0-99 | xxd | head
)";

struct Arguments {
  std::string folder;
  std::string version;
  std::string path;
  std::string range;
};

struct Range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< 0: to the end
};

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size();
}

Range range_of(const std::string& text) {
  Range range;
  const std::size_t dash = text.find('-');
  std::uint64_t last = 0;
  const bool is_first = dash != std::string::npos && dash != 0 &&
                        read_number(std::string_view(text).substr(0, dash), range.offset);
  const std::string_view rest = is_first ? std::string_view(text).substr(dash + 1) : "";
  if (is_first && rest.empty()) return range;
  if (!is_first || !read_number(rest, last) || last < range.offset || last == UINT64_MAX) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("--range {}: write FIRST-LAST or FIRST-, e.g. 0-499", text));
  }
  range.length = last - range.offset + 1;
  return range;
}

class Output : public qfcsync::ByteSink {
 public:
  void write(std::string_view bytes) override {
    stop_when_interrupted();
    file_.write(bytes);
  }
  void publish() { file_.publish(); }

 private:
  qfcsync::FileSink file_{kStandardStream};
};

/// As of HTTP, a range may end behind the file, but not begin there.
void limit_to_file(Range& range, qfcsync::Repository& repository, const std::string& version,
                   const std::string& path) {
  const auto files = repository.files(version);
  const auto file = std::ranges::find(files, path, &qfcsync::FileInfo::path);
  if (file == files.end()) return;  // read() says it
  if (range.offset >= file->size) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("{} has {} bytes: the range begins behind its end", path, file->size));
  }
  range.length = std::min(range.length, file->size - range.offset);
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  Range range;
  if (!arguments.range.empty()) range = range_of(arguments.range);
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  const std::string version = folder.repository().resolve(arguments.version);
  const std::string path = folder.path_of(arguments.path);
  if (!arguments.range.empty()) limit_to_file(range, folder.repository(), version, path);
  Output out;
  folder.repository().read(version, path, range.offset, range.length, out);
  out.publish();
}

}  // namespace

void add_cat(CLI::App& app) {
  CLI::App* command = app.add_subcommand("cat", "Write a file of a version to standard output");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("VERSION", arguments->version, "Which one")->required();
  command->add_option("PATH", arguments->path, "Which file")->required();
  command->add_option("--range", arguments->range, "Only these bytes")->option_text("FIRST-LAST");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
