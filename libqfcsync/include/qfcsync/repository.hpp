#pragma once

#include <qfcsync/blob_store.hpp>
#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/extract.hpp>
#include <qfcsync/stream.hpp>
#include <qfcsync/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Versions of files: all of them, small, restorable. docs/formats/{pack,manifest,root,history}.md
/// have the bytes.
namespace qfcsync {

using Timestamp = std::chrono::system_clock::time_point;

struct RepositoryOptions {
  /// Folder for what is kept locally and can be deleted at any time: `index.db`; `git`, a bare git
  /// repository with the history for plain git; `packs`, up to 256 MiB of what was read from or
  /// written to a store behind a network. Created if missing. Empty: an index in memory, which is
  /// built when the repository is opened, 16 MiB of what was read, and no git repository.
  std::filesystem::path cache;
  /// Bytes of decoded content that are kept; more pays where many versions are read.
  std::size_t decoded_bytes = 16u << 20;
  /// Of a store behind a network, a look for newer versions counts for so long: calls in a row need
  /// no more than one.
  std::chrono::milliseconds look_counts_for{1000};
};

/// A file on disk and the path that it is versioned under.
struct WorkingFile {
  std::string path;            ///< relative, '/' between its parts, UTF-8
  std::filesystem::path file;  ///< where its bytes are
  /// Nobody changes the file: its bytes are taken as they are, also those of a SQLite file.
  bool is_still = false;
};

enum class FileAction : std::uint8_t {
  Added,
  Changed,
  Removed,
  Same,  ///< a version of identical bytes; see CommitOptions::keep_identical
};

std::string_view to_string(FileAction action) noexcept;  ///< "added", "changed", ...

/// What a version did to one file.
struct FileChange {
  std::string path;
  FileAction action = FileAction::Changed;
  std::uint64_t size = 0;  ///< bytes now; 0 when removed
  std::string sha256;      ///< of the bytes now, 64 hex digits; "" when removed
  /// Rows that changed against the version before, of tables that have a key; empty when the file
  /// is no SQLite file, or new, or the changes could not be told.
  std::vector<ChangesetSummary::Table> tables;
};

struct CommitOptions {
  std::string author;             ///< name of a person; empty: "unknown"
  std::string device;             ///< empty: not known
  std::optional<Timestamp> time;  ///< nothing: now
  /// First line and more, for people. Empty: made from what changed.
  std::string message;
  /// The version that the files come from. A file that somebody else changed since is not
  /// overwritten: HeadMoved. Empty: whatever is newest when the call begins.
  std::string base;
  /// Files whose bytes are those of the newest version get a version, too.
  bool keep_identical = false;
  /// Finds out which rows changed; needs room for two copies of a changed SQLite file meanwhile.
  bool with_changes = true;
  /// Told what share of the files' bytes is read. When it stops the work, there is no version.
  Progress progress;
};

struct CommitResult {
  std::string version;             ///< the new one; the newest one when nothing was to be done
  bool is_new = false;             ///< false: nothing changed, nothing was written
  std::vector<FileChange> files;   ///< by path
  std::uint64_t stored_bytes = 0;  ///< of new packs, their indexes included
};

/// One version as `log` shows it.
struct VersionInfo {
  std::string id;                    ///< 40 hex digits, the git id of the commit
  std::vector<std::string> parents;  ///< none, or one; two and more where lines were joined
  std::string author;
  std::string device;
  Timestamp time;       ///< whole seconds
  std::string message;  ///< for people, without what is listed in files
  std::vector<FileChange> files;
};

/// Which versions to list. All conditions have to hold.
struct LogOptions {
  std::string path;   ///< only versions of this file; empty: all
  std::string table;  ///< only those that changed rows of this table; needs path
  /// Only those that changed this row: its key values, in the order of the key; needs table.
  std::vector<Value> key;
  std::string before;       ///< only what is older than this version; empty: from the newest
  std::size_t limit = 100;  ///< at most so many
};

/// A file of a version.
struct FileInfo {
  std::string path;
  std::uint64_t size = 0;
  std::string sha256;  ///< 64 hex digits
};

/// What is known of a stored content without looking at its bytes.
struct ContentInfo {
  std::uint64_t size = 0;
  std::string etag;  ///< as ObjectInfo::etag
};

/// What a working folder has that the newest version has not.
struct StatusEntry {
  std::string path;
  FileAction action = FileAction::Changed;
};

/// What is wrong with a repository.
struct CheckProblem {
  std::string name;                   ///< of a blob, an object or a version
  std::string text;                   ///< a sentence for people
  std::vector<std::string> versions;  ///< "path@version" of those that cannot be restored by it
};

enum class CheckDepth : std::uint8_t {
  Fast,  ///< every pack against its name, the history, that no piece of a version is missing
  Deep,  ///< and every object and every version decoded
};

struct CheckReport {
  std::vector<CheckProblem> problems;  ///< empty: all is well
  std::uint64_t packs = 0;
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;  ///< of packs
  std::uint64_t versions = 0;
};

/// Where the changes of diff() come from.
enum class DiffSource : std::uint8_t {
  Equal,   ///< both versions have the same bytes
  Stored,  ///< changesets that commits stored; no file was restored
  Files,   ///< both versions were restored for a moment and compared
};

struct DiffResult {
  DiffSource source = DiffSource::Equal;
  ChangesetSummary summary;
  std::vector<TableNote> notes;                    ///< as of extract(); only from Files
  std::vector<SchemaOperation> schema_operations;  ///< likewise
};

/// Which versions keep their content. Tagged ones and the newest of every file always do.
struct PruneRules {
  std::uint32_t keep_newest = 10;  ///< versions of every file; at least 1
  std::uint32_t keep_days = 0;     ///< and all that are younger; 0: no more
  /// How long packs stay that the newest root does without; others may be reading them.
  std::chrono::hours grace{14 * 24};
  std::optional<Timestamp> now;  ///< for keep_days; nothing: by this machine's clock
  bool preview = false;          ///< tell what would be given up, change nothing
  /// When set, it alone decides, by the SHA-256 of a content (64 hex digits): also on tagged ones
  /// and the newest. For owners of a list of their own of what there is to be.
  std::function<bool(std::string_view sha256)> keeps;
};

struct PrunedVersion {
  std::string path;
  std::string version;
  std::uint64_t size = 0;  ///< bytes of the file
};

struct PruneReport {
  std::vector<PrunedVersion> pruned;  ///< given up by this call, newest first by path
  std::uint64_t kept_versions = 0;    ///< of files
  std::uint64_t dead_bytes = 0;       ///< stored for what was given up; what is saved is less
  std::uint64_t removed_packs = 0;    ///< from the store, after their time of grace
  std::uint64_t removed_bytes = 0;
  std::uint64_t removed_roots = 0;
};

struct RepairReport {
  std::vector<std::string> repaired;    ///< names of packs that are good again, or not needed
  std::vector<std::string> unrepaired;  ///< the other store has not all that was in them
  std::uint64_t fetched_objects = 0;    ///< where whole packs were not there to fetch
};

/// What of a version to take back.
struct UndoOptions {
  std::string path;        ///< only what it did to this file; empty: to all
  std::string table;       ///< only rows of this table; needs path
  std::vector<Value> key;  ///< only this row; needs table
  CommitOptions commit;    ///< of the version that undoes it; base is not looked at
};

/// Why something cannot be taken back: it was changed since.
struct UndoConflict {
  std::string path;
  std::string text;  ///< a sentence for people
};

struct UndoResult {
  bool is_done = false;  ///< false: there are conflicts, nothing was changed
  std::vector<UndoConflict> conflicts;
  CommitResult commit;
};

struct UnbundleResult {
  std::string head;  ///< the newest version now
  /// The newest version of the bundle when both sides went on from an older one: it is stored, not
  /// merged. Empty: nothing is left to do.
  std::string diverged;
  std::uint64_t objects = 0;  ///< that were new here
};

/// A folder, bucket or memory with all versions of all files of a project.
///
/// The store is all that counts: index and git repository are built from it. Versions are never
/// changed. Any number of objects, in any number of processes, may work on one store; each object
/// is used by one thread at a time, and sees what others have committed when a call begins (but see
/// RepositoryOptions::look_counts_for).
///
/// @errors of all methods: Io, Network, Denied, Timeout of the store; Corrupt: something is
///         damaged, check() tells what; FormatTooNew; InvalidArgument: paths and ids of no form
class Repository {
 public:
  /// Begins a repository in an empty store.
  ///
  /// @ownership the store is shared with the caller
  /// @errors    AlreadyExists: the store has one. Unsupported: the store cannot tell two writers
  ///            apart
  static Repository init(std::shared_ptr<BlobStore> store, const RepositoryOptions& options = {});

  /// Of a store behind a network one newer version is looked for, by a single request; every other
  /// call looks for all.
  ///
  /// @errors NotFound: the store has no repository
  static Repository open(std::shared_ptr<BlobStore> store, const RepositoryOptions& options = {});

  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) noexcept;
  ~Repository();

  /// The newest version; nothing before the first commit.
  std::optional<std::string> head();

  /// The version that a name stands for: an id, 8 or more of its first digits, a tag, "HEAD", or
  /// one of them with "~N" for the N-th version before it.
  ///
  /// @errors NotFound: there is none, or more than one
  std::string resolve(std::string_view name);

  /// Makes a version of files as they are now: durable when the call returns.
  ///
  /// SQLite files may be open in other programs: what is taken is one committed state, with what
  /// their logs say. Other files that change while they are read are read again. Memory is bounded
  /// (kRepositoryMemoryBytes beside the index of new pieces), cost follows the bytes of the files.
  /// If somebody else was faster, the version goes on top of theirs, unless both changed one file.
  ///
  /// @param files    each path once
  /// @param removed  paths that are not there any more
  /// @errors         HeadMoved: somebody else changed one of these files: merge, then commit again.
  ///                 NotFound: a file, or a removed path that has no version; Busy: a file changes
  ///                 all the time, or others commit all the time; Unsupported: no regular file;
  ///                 Cancelled: CommitOptions::progress
  CommitResult commit(std::span<const WorkingFile> files, std::span<const std::string> removed,
                      const CommitOptions& options = {});

  /// The same for a working folder: what changed in it, as status() tells.
  ///
  /// With CommitOptions::base, files that are as they were in it are left alone, whatever others
  /// did to them since.
  ///
  /// @param paths  only these files or folders, relative; empty: all
  CommitResult commit_folder(const std::filesystem::path& folder,
                             std::span<const std::string> paths = {},
                             const CommitOptions& options = {});

  /// Differences between a working folder and the newest version. Journals of databases ("-wal",
  /// "-shm", "-journal"), files being written (".part"), links, and what git or a repository
  /// keep for themselves are never versioned.
  std::vector<StatusEntry> status(const std::filesystem::path& folder,
                                  std::span<const std::string> paths = {});

  /// Versions, newest first.
  ///
  /// @errors NotFound: the version of LogOptions::before
  std::vector<VersionInfo> log(const LogOptions& options = {});

  /// All files of a version, by path.
  std::vector<FileInfo> files(std::string_view version);

  /// Writes a file of a version. It appears whole, checked against its hash, or not at all.
  ///
  /// @param target  replaced if it is there
  /// @errors        NotFound: no such version, or no such file in it
  void restore(std::string_view version, std::string_view path,
               const std::filesystem::path& target);

  /// Gives the bytes [offset, offset + length) of a file of a version, from the pieces that they
  /// are in alone; length 0: to the end.
  ///
  /// @errors InvalidArgument: the file ends before; NotFound as restore
  void read(std::string_view version, std::string_view path, std::uint64_t offset,
            std::uint64_t length, ByteSink& sink);

  /// A content by its SHA-256 (64 hex digits), whatever paths and versions have it; nothing if it
  /// is not here, or was given up.
  std::optional<ContentInfo> content(std::string_view sha256);

  /// As read(), of a content by its SHA-256.
  void read_content(std::string_view sha256, std::uint64_t offset, std::uint64_t length,
                    ByteSink& sink);

  /// Decodes a content from what the store has, and compares it with its SHA-256 and entity tag.
  ///
  /// @errors Corrupt, NotFound: it cannot be had any more
  void check_content(std::string_view sha256);

  /// Bytes of all packs that the newest root names.
  std::uint64_t stored_bytes();

  /// Writes all files of a version into a folder that is empty or missing.
  ///
  /// @errors AlreadyExists: the folder has something in it
  void export_version(std::string_view version, const std::filesystem::path& folder);

  /// Writes the changes of a SQLite file from one version to another as a changeset with envelope.
  ///
  /// @errors NotFound: one of them has no such file; Unsupported: it is no SQLite file
  DiffResult diff(std::string_view from, std::string_view to, std::string_view path, ByteSink& out);

  /// Files that differ between two versions, by path; without rows.
  std::vector<FileChange> diff_files(std::string_view from, std::string_view to);

  /// Gives a version a name of letters, digits, "._+-".
  ///
  /// @errors AlreadyExists: the name stands for another version
  void tag(std::string_view name, std::string_view version);
  /// @errors NotFound
  void remove_tag(std::string_view name);
  /// Names and versions.
  std::vector<std::pair<std::string, std::string>> tags();

  CheckReport check(CheckDepth depth);

  /// Gives up the content of old versions, and removes from the store what nobody needs any more.
  ///
  /// Versions stay in the log, with their authors and the rows that changed; their files cannot be
  /// restored. Others may read and commit meanwhile. Room in the store is freed once the time of
  /// grace is over, by a later call.
  ///
  /// @errors Corrupt: something that is kept is damaged: repair first. Busy
  PruneReport prune(const PruneRules& rules);

  /// Fetches what is damaged or lost from another store of the same project: whole packs by their
  /// names, else object by object.
  ///
  /// @ownership the other store is only read, and not kept
  /// @errors    Busy: somebody else commits
  RepairReport repair(std::shared_ptr<BlobStore> other);

  /// Takes back what a version did, as a new version: files that were not touched since get their
  /// old bytes, in SQLite files that were, rows get their old values.
  ///
  /// @errors NotFound: no such version on the main line, or it did nothing of the kind
  UndoResult undo(std::string_view version, const UndoOptions& options = {});

  /// Writes all that another repository of this project lacks into one file, e.g. for a USB stick.
  ///
  /// @param have  versions that the receiver has, with their content; empty: everything is written
  /// @errors      NotFound: one of them is not known here
  void bundle(std::span<const std::string> have, ByteSink& out);

  /// Takes in what a bundle holds; the same bundle again does nothing. The receiver may be empty.
  ///
  /// @errors Corrupt: the bundle is damaged; nothing is changed then. NotFound: it builds on a
  ///         version that is not here
  UnbundleResult unbundle(ByteSource& bundle);

  /// Forgets index and git repository and builds them again from the store.
  void rebuild_cache();

 private:
  struct Impl;
  explicit Repository(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What a commit needs at most beside 200 bytes for each new piece of 256 KiB.
inline constexpr std::size_t kRepositoryMemoryBytes = 64u << 20;

}  // namespace qfcsync
