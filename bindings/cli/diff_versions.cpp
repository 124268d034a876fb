#include "diff_versions.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>

#include "change_printer.hpp"
#include "files.hpp"
#include "folder_status.hpp"
#include "scratch_folder.hpp"
#include "version_text.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace {

using qfcsync::Error;
using qfcsync::ErrorCode;
using qfcsync::FileAction;
using qfcsync::FileChange;

/// Files that differ, and how the rows of one of them are compared.
struct Sides {
  std::vector<FileChange> files;
  std::function<qfcsync::DiffResult(const std::string& path, qfcsync::ByteSink& out)> compare;
};

Sides versions(WorkingFolder& folder, const VersionDiff& asked) {
  qfcsync::Repository& repository = folder.repository();
  const std::string from = repository.resolve(asked.from);
  const std::string to = repository.resolve(asked.to);
  return {repository.diff_files(from, to),
          [&repository, from, to](const std::string& path, qfcsync::ByteSink& out) {
            return repository.diff(from, to, path, out);
          }};
}

qfcsync::DiffResult compare_with_base(WorkingFolder& folder, const std::string& path,
                                      qfcsync::ByteSink& out) {
  if (folder.base().empty()) {
    throw Error(ErrorCode::NotFound, path + " has no version yet: qfcsync commit makes one");
  }
  const ScratchFolder scratch(folder.root() / ".qfcsync");
  const auto base = scratch / "base";
  folder.repository().restore(folder.base(), path, base);
  if (!is_database(base.string())) {
    throw Error(ErrorCode::Unsupported, path + " is no SQLite file: it has no rows to compare");
  }
  ProgressLine line("Comparing");
  qfcsync::ExtractOptions options;
  options.schema = qfcsync::SchemaPolicy::Report;
  options.with_envelope = true;
  options.progress = line.callback();
  auto found = qfcsync::extract(base, folder.file_of(path), out, options);
  qfcsync::compare_unnamed_rows(base, folder.file_of(path), found.notes, options.progress);
  return {qfcsync::DiffSource::Files, std::move(found.summary), std::move(found.notes),
          std::move(found.schema_operations)};
}

Sides folder_sides(WorkingFolder& folder) {
  Sides sides;
  for (const FolderEntry& entry : look_at(folder).entries) {
    if (entry.changer == Changer::Others) continue;
    FileChange file;
    file.path = entry.path;
    file.action = entry.action;
    std::error_code ignored;
    const auto size = std::filesystem::file_size(folder.file_of(entry.path), ignored);
    file.size = ignored ? 0 : size;
    sides.files.push_back(std::move(file));
  }
  sides.compare = [&folder](const std::string& path, qfcsync::ByteSink& out) {
    return compare_with_base(folder, path, out);
  };
  return sides;
}

class Shower {
 public:
  Shower(const Sides& sides, const VersionDiff& asked) : sides_(sides), asked_(asked) {}

  VersionDiffResult run() {
    result_.has_changes = !sides_.files.empty();
    const bool is_document = asked_.format == Format::Json || asked_.format == Format::GeoJson;
    if (!asked_.path.empty() && (is_document || !asked_.output.empty())) {
      write(is_document);
    } else if (is_document) {
      list();
    } else {
      for (const FileChange& file : sides_.files) print(file);
      if (sides_.files.empty()) fmt::print("no changes\n");
    }
    return result_;
  }

 private:
  void write(bool is_document) {
    if (!is_document) {
      qfcsync::FileSink out(asked_.output);
      note(sides_.compare(asked_.path, out));
      return out.publish();
    }
    DocumentFile out(asked_.output.empty() ? kStandardStream : asked_.output);
    const auto scratch = qfcsync::make_scratch();
    note(sides_.compare(asked_.path, *scratch));
    StoreSource changeset(*scratch);
    write_as(asked_.format, changeset, out.sink(), nullptr);
    out.publish();
  }

  void list() {
    JsonLines lines;
    for (const FileChange& file : sides_.files) lines.add(to_json(file));
    lines.publish();
  }

  void print(const FileChange& file) {
    fmt::print("{}\n", file_line(file));
    if (file.action != FileAction::Changed) return;
    const auto scratch = qfcsync::make_scratch();
    try {
      const qfcsync::DiffResult found = sides_.compare(file.path, *scratch);
      note(found);
      if (asked_.format == Format::Summary) return print_summary(found.summary);
      StoreSource changeset(*scratch);
      print_changes(changeset, found.summary, nullptr);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Unsupported) throw;  // a photo has no rows
    }
  }

  void note(const qfcsync::DiffResult& found) {
    for (const auto& operation : found.schema_operations) {
      fmt::print(stderr, "schema: {}\n", printable(qfcsync::to_string(operation)));
      result_.is_complete = false;
    }
    for (const qfcsync::TableNote& table : found.notes) {
      if (!table.has_changes) continue;
      fmt::print(stderr, "note: {}: {}\n", printable(table.table), printable(table.text));
      result_.is_complete = false;
    }
  }

  const Sides& sides_;
  const VersionDiff& asked_;
  VersionDiffResult result_;
};

}  // namespace

VersionDiffResult diff_versions(const VersionDiff& given) {
  WorkingFolder folder = WorkingFolder::find(given.folder);
  VersionDiff asked = given;
  if (!asked.path.empty()) asked.path = folder.path_of(asked.path);
  if (asked.path.empty() && !asked.output.empty()) {
    throw Error(ErrorCode::InvalidArgument, "-o takes the changes of one file: name it as PATH");
  }
  Sides sides = asked.from.empty() ? folder_sides(folder) : versions(folder, asked);
  if (!asked.path.empty()) {
    const std::string below = asked.path + "/";
    std::erase_if(sides.files, [&](const FileChange& file) {
      return file.path != asked.path && !file.path.starts_with(below);
    });
  }
  return Shower(sides, asked).run();
}
