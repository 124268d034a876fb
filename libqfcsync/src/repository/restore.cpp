#include "repository/restore.hpp"

#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "history/git_name.hpp"
#include "repository/file_writer.hpp"
#include "repository/no_sink.hpp"
#include "repository/old_file.hpp"

#include <memory>
#include <system_error>

namespace qfcsync::repository {
namespace {

namespace fs = std::filesystem;

void make_empty_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  const bool is_empty = !failed && fs::is_empty(folder, failed);
  if (failed) {
    throw Error(ErrorCode::Io, "cannot create " + folder.string() + ": " + failed.message(),
                ErrorOrigin::Os, failed.value());
  }
  if (!is_empty) {
    throw Error(ErrorCode::AlreadyExists,
                folder.string() + " has something in it; name an empty or a new folder");
  }
}

chunk::Manifest manifest_of(State& state, const history::Pointer& pointer) {
  if (!state.objects().find(chunk::ObjectKind::Manifest, pointer.file)) {
    throw Error(ErrorCode::NotFound,
                "the content of file " + pointer.file.hex() + " was given up by prune");
  }
  return chunk::read_manifest(state.decoder(), pointer.file);
}

/// What a manifest names and is not there is damage, not a wrong question.
template <typename Read>
void read_content(Read&& read) {
  try {
    read();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::NotFound) throw;
    throw Error(ErrorCode::Corrupt, error.what());
  }
}

}  // namespace

void restore_file(State& state, const history::Pointer& pointer, const fs::path& target) {
  const chunk::Manifest manifest = manifest_of(state, pointer);
  const std::unique_ptr<OldFile> old = OldFile::open(target);
  FileSink sink(target);
  read_content([&] { write_file(state, pointer.file, manifest, old.get(), sink); });
  sink.publish();
}

void export_version(State& state, const chunk::ObjectId& version, const fs::path& folder) {
  const history::TreeFiles files = history::Graph(state.git_objects()).files(version);
  make_empty_folder(folder);
  for (const auto& [path, pointer] : files) {
    history::check_versioned_path(path);  // trees may come from strangers
    const fs::path target = folder / path;
    std::error_code failed;
    fs::create_directories(target.parent_path(), failed);
    restore_file(state, pointer, target);
  }
}

void read_range(State& state, const history::Pointer& pointer, std::uint64_t offset,
                std::uint64_t length, ByteSink& sink) {
  const chunk::Manifest manifest = manifest_of(state, pointer);
  if (length == 0 && offset <= manifest.file_bytes) length = manifest.file_bytes - offset;
  read_content([&] { chunk::decode_range(state.decoder(), manifest, offset, length, sink); });
}

void check_content(State& state, const chunk::ObjectId& file) {
  state.forget_decoded();  // what is in memory says nothing about the store
  const chunk::Manifest manifest = chunk::read_manifest(state.decoder(), file);
  NoSink sink;
  chunk::decode_file(state.decoder(), file, manifest, chunk::FileCheck::IdAndEtag, sink);
}

}  // namespace qfcsync::repository
