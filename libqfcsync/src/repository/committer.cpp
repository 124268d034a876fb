#include "repository/committer.hpp"

#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "chunk/object_encoder.hpp"
#include "history/commit_message.hpp"
#include "history/git_name.hpp"
#include "repository/version_text.hpp"

#include <algorithm>

#include <fmt/format.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace qfcsync::repository {
namespace {

constexpr int kMaxCaptures = 5;
constexpr int kMaxRootAttempts = 20;
/// Packs without a root are removed after 14 days; older ones than these are made again before.
constexpr std::chrono::hours kLongestUpload{7 * 24};

std::int64_t seconds_of(const std::optional<Timestamp>& time) {
  const Timestamp moment = time ? *time : std::chrono::system_clock::now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(moment.time_since_epoch()).count();
  return std::max<std::int64_t>(seconds, 0);
}

/// Tells how many bytes were read.
class MeteredSource : public ByteSource {
 public:
  MeteredSource(ByteSource& source, extraction::ProgressMeter& meter)
      : source_(source), meter_(meter) {}
  std::size_t read(char* buffer, std::size_t size) override {
    const std::size_t count = source_.read(buffer, size);
    meter_.add(count);
    return count;
  }

 private:
  ByteSource& source_;
  extraction::ProgressMeter& meter_;
};

std::optional<chunk::PreviousVersion> previous_of(chunk::ObjectDecoder& decoder,
                                                  const std::optional<history::Pointer>& before) {
  if (!before) return std::nullopt;
  try {
    return chunk::PreviousVersion{before->file, chunk::read_manifest(decoder, before->file)};
  } catch (const Error& error) {
    if (!is_lost(error)) throw;
    return std::nullopt;  // what is new does not need it
  }
}

}  // namespace

Committer::Committer(State& state, const CommitOptions& options, extraction::ProgressMeter& meter)
    : state_(&state),
      options_(options),
      meter_(&meter),
      begun_(std::chrono::system_clock::now()),
      time_s_(seconds_of(options.time)),
      objects_(std::make_unique<NewObjects>(state.store(), state.objects())),
      decoder_(std::make_unique<chunk::ObjectDecoder>(*objects_, state.options().decoded_bytes)),
      git_objects_(std::make_unique<DecodedGitObjects>(*objects_)),
      parent_(state.head()) {}

/// Comparing rows needs the memory, on threads that glibc does not let have what others freed.
void Committer::forget_decoded() {
  decoder_ = std::make_unique<chunk::ObjectDecoder>(*objects_, state_->options().decoded_bytes);
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

std::optional<history::Pointer> Committer::before_of(const std::string& path) {
  if (!parent_) return std::nullopt;
  return history::Graph(*git_objects_).find(*parent_, path);
}

void Committer::put(CommittedFile committed) {
  const bool is_same = committed.now == committed.before;
  if (is_same && !options_.keep_identical) return;
  FileChange& change = committed.change;
  change.action = !committed.before ? FileAction::Added : FileAction::Changed;
  if (is_same) change.action = FileAction::Same;
  if (!committed.now) change.action = FileAction::Removed;
  if (committed.now) {
    change.size = committed.now->size;
    change.sha256 = committed.now->file.hex();
  }
  const std::string path = change.path;
  if (!files_.emplace(path, std::move(committed)).second) {
    throw Error(ErrorCode::InvalidArgument, path + " is named twice");
  }
}

void Committer::add_file(const WorkingFile& file) {
  history::check_versioned_path(file.path);
  CommittedFile committed;
  committed.change.path = file.path;
  committed.before = before_of(file.path);
  const auto previous = previous_of(*decoder_, committed.before);
  const Ingested now = take_bytes(file, previous ? &*previous : nullptr, committed);
  committed.now = history::Pointer{now.file, now.manifest.file_bytes};
  put(std::move(committed));
}

void Committer::add_removal(const std::string& path) {
  history::check_versioned_path(path);
  CommittedFile committed;
  committed.change.path = path;
  committed.before = before_of(path);
  if (!committed.before) {
    throw Error(ErrorCode::NotFound, "the newest version has no file " + path);
  }
  put(std::move(committed));
}

void Committer::add_stored(const std::string& path, const history::Pointer& pointer) {
  if (!objects_->find(chunk::ObjectKind::Manifest, pointer.file)) {
    throw Error(ErrorCode::NotFound, "the content of " + path + " was given up by prune");
  }
  CommittedFile committed;
  committed.change.path = path;
  committed.before = before_of(path);
  committed.now = pointer;
  put(std::move(committed));
}

Ingested Committer::take_bytes(const WorkingFile& file, const chunk::PreviousVersion* previous,
                               CommittedFile& committed) {
  for (int attempt = 0; attempt < kMaxCaptures; ++attempt) {
    const std::string stamp = stamp_of(file.file);
    std::unique_ptr<Capture> source = file.is_still ? capture_still(file.file) : capture(file.file);
    const bool wants_rows = options_.with_changes && previous != nullptr && source->is_sqlite();
    std::optional<ScratchFile> copy;
    if (wants_rows) copy.emplace(state_->scratch_folder());
    std::optional<ScratchSink> sink;
    if (copy) sink.emplace(copy->path());
    const Ingested now = take_once(*source, previous, sink ? &*sink : nullptr);
    if (!source->is_whole()) continue;
    source.reset();  // writers go on
    sink.reset();
    const bool is_still = !stamp.empty() && stamp_of(file.file) == stamp;
    if (is_still) seen_[file.path] = {stamp, now.file};
    if (copy && now.file != previous->id) find_rows(*previous, now, *copy, committed);
    return now;
  }
  throw Error(ErrorCode::Busy,
              file.file.string() + " is written to all the time; try again when it rests");
}

Ingested Committer::take_once(Capture& source, const chunk::PreviousVersion* previous,
                              ByteSink* copy) {
  MeteredSource bytes(source.bytes(), *meter_);
  return ingest(bytes, *objects_, *decoder_, previous, runner_, copy);
}

void Committer::find_rows(const chunk::PreviousVersion& previous, const Ingested& now,
                          const ScratchFile& copy, CommittedFile& committed) {
  const ScratchFile base(state_->scratch_folder());
  const Progress go_on = [&](double) {
    meter_->add(0);
    return true;
  };
  forget_decoded();
  FoundChanges found =
      find_changes(*decoder_, previous.manifest, now.manifest, copy.path(), base.path(), go_on);
  forget_decoded();
  committed.change.tables = std::move(found.summary.tables);
  if (found.changeset) store_changeset(*found.changeset, committed);
}

void Committer::store_changeset(const std::string& bytes, CommittedFile& committed) {
  if (bytes.empty()) return;
  const chunk::ObjectId id = chunk::sha256_id(bytes);
  committed.changeset = id;
  if (objects_->find(chunk::ObjectKind::Change, id)) return;
  std::vector<chunk::ObjectId> bases;
  if (const auto last = state_->index().last_change(committed.change.path)) bases.push_back(*last);
  chunk::ObjectEncoder encoder(*objects_, *decoder_);
  objects_->add(encoder.encode(chunk::ObjectKind::Change, id, bytes, bases));
}

history::Commit Committer::commit_of(const chunk::ObjectId& tree) const {
  history::CommitMessage message;
  for (const auto& [path, file] : files_) {
    (file.now ? message.paths : message.removed).push_back(path);
    if (file.changeset) message.changes.push_back({*file.changeset, path});
  }
  message.device = options_.device;
  message.text = describe_version(options_.message, changes());
  history::Commit commit;
  commit.tree = tree;
  if (parent_) commit.parents.push_back(*parent_);
  commit.author = {options_.author, options_.device};
  commit.time_s = time_s_;
  commit.message = history::format_message(message);
  if (commit.message.size() > history::kMaxMessageBytes) {
    throw Error(ErrorCode::LimitExceeded,
                "too many files for one version; commit folder by folder");
  }
  return commit;
}

chunk::ObjectId Committer::store_history() {
  history::Graph graph(*git_objects_);
  std::vector<history::TreeChange> changes;
  for (const auto& [path, file] : files_) changes.push_back({path, file.now});
  const chunk::ObjectId tree = graph.change_tree(parent_, changes);
  const chunk::ObjectId commit = graph.add_commit(commit_of(tree));
  std::map<chunk::ObjectId, chunk::ObjectId> bases;
  if (parent_) {
    const auto old_folders = graph.folders(graph.commit(*parent_).tree, changes);
    for (const auto& [folder, id] : graph.folders(tree, changes)) {
      const auto old = old_folders.find(folder);
      if (old != old_folders.end()) bases.emplace(id, old->second);
    }
  }
  store_git(graph, bases);
  return commit;
}

void Committer::store_git(history::Graph& graph,
                          const std::map<chunk::ObjectId, chunk::ObjectId>& bases) {
  chunk::ObjectEncoder encoder(*objects_, *decoder_);
  for (const history::GitObject& made : graph.take_new()) {
    if (objects_->find(chunk::ObjectKind::Git, made.id)) continue;
    const auto base = bases.find(made.id);
    std::vector<chunk::ObjectId> prefix;
    if (base != bases.end()) prefix.push_back(base->second);
    objects_->add(encoder.encode(chunk::ObjectKind::Git, made.id, made.object, prefix));
  }
}

std::optional<CommitResult> Committer::finish() {
  if (files_.empty()) return result(false);
  commit_ = store_history();
  for (int attempt = 0; attempt < kMaxRootAttempts; ++attempt) {
    if (std::chrono::system_clock::now() - begun_ > kLongestUpload) return std::nullopt;
    if (try_publish()) return result(true);
    state_->refresh();
    if (!stands_on_stored()) return std::nullopt;
    if (state_->head() == parent_) continue;  // a tag, or packs that were put together
    move_to_head();
    if (files_.empty()) return result(false);
    commit_ = store_history();
  }
  throw Error(ErrorCode::Busy, "others commit all the time; try again");
}

bool Committer::try_publish() {
  history::Root next = Roots::successor(state_->root());
  const std::vector<NewPack>& packs = objects_->finish();
  for (const NewPack& pack : packs) next.packs.push_back(pack.pack);
  std::ranges::sort(next.packs, {}, &history::RootPack::id);
  next.refs[std::string(history::kMainRef)] = commit_;
  return state_->publish(next, packs);
}

/// Somebody else may have taken out what this commit relies on.
bool Committer::stands_on_stored() try {
  if (!objects_->stands_on_stored()) return false;
  for (const auto& [path, file] : files_) {
    if (!file.now) continue;
    for (const chunk::ObjectId& id : chunk::read_manifest(*decoder_, file.now->file).chunks) {
      if (!objects_->find(chunk::ObjectKind::Chunk, id)) return false;
    }
  }
  return true;
} catch (const Error& error) {
  if (!is_lost(error)) throw;
  return false;
}

/// Files that somebody else changed in the same way are done; in another way, they are a conflict.
void Committer::move_to_head() {
  parent_ = state_->head();
  std::erase_if(files_, [&](const auto& entry) {
    const CommittedFile& file = entry.second;
    const std::optional<history::Pointer> there = before_of(entry.first);
    if (there == file.before) return false;
    if (there == file.now) return true;
    throw Error(
        ErrorCode::HeadMoved,
        fmt::format("somebody else changed {} meanwhile; merge, then commit again", entry.first));
  });
}

std::vector<FileChange> Committer::changes() const {
  std::vector<FileChange> changes;
  for (const auto& [path, file] : files_) changes.push_back(file.change);
  return changes;
}

CommitResult Committer::result(bool is_new) {
  CommitResult result;
  result.is_new = is_new;
  result.files = changes();
  if (is_new) {
    result.version = history::git_hex(commit_);
    result.stored_bytes = objects_->stored_bytes();
  } else if (const auto head = state_->head()) {
    result.version = history::git_hex(*head);
  }
  return result;
}

}  // namespace qfcsync::repository
