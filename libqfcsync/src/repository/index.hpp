#pragma once

#include "chunk/object.hpp"
#include "chunk/pack_index.hpp"
#include "history/root.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace qfcsync::repository {

/// Where an object lies.
struct Located {
  chunk::ObjectRecord record;
  chunk::ObjectId pack;
  std::uint64_t offset = 0;
};

/// A version on the main line, and what it did to files; rebuilt from commits.
struct VersionRow {
  std::int64_t position = 0;  ///< 1 is the first version
  chunk::ObjectId id;
};

struct FileRow {
  std::string path;
  std::int64_t position = 0;
  std::optional<chunk::ObjectId> file;  ///< nothing: removed
  std::uint64_t size = 0;
};

struct ChangeRow {
  std::string path;
  std::string table;
  std::int64_t position = 0;
  chunk::ObjectId change;
  std::uint64_t inserts = 0;
  std::uint64_t updates = 0;
  std::uint64_t deletes = 0;
};

/// What a file in a working folder looked like when it was last known to be a stored one.
struct SeenFile {
  std::string stamp;  ///< all that can be told from outside
  chunk::ObjectId file;
};

/// A root as a store behind a network has it.
struct RootCopy {
  std::string bytes;
  std::string place;         ///< of the store
  std::int64_t seen_ms = 0;  ///< since 1970: when it was last seen there
};

/// The SQLite database that finds objects and versions without reading packs and roots. A cache: it
/// can be deleted at any time. Several processes may have it open; one thread at a time each.
///
/// @errors of all: Busy, Io; Corrupt: to be deleted and built again
class Index {
 public:
  /// @param file  nothing: in memory
  explicit Index(const std::optional<std::filesystem::path>& file);
  ~Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  /// Everything in it is forgotten, and the file is made anew if it is damaged.
  void clear();

  /// Alone among all processes until the end; taken back without commit(). While one is held by
  /// this object, another one joins it.
  class Transaction {
   public:
    explicit Transaction(Index& index);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

   private:
    Index* index_;
    bool is_open_ = false;
  };

  /// The root that it stands on; 0 at the beginning.
  std::uint64_t generation();
  /// @param root  hash of the root
  bool stands_on(std::uint64_t generation, const chunk::ObjectId& root);
  void set_root(std::uint64_t generation, const chunk::ObjectId& root);
  std::optional<RootCopy> root_copy();
  /// Takes the place of the last one; empty bytes: there is none.
  void set_root_copy(const RootCopy& copy);

  /// The copy of least depth, where packs have several: bases that others were made for stay right.
  std::optional<Located> find(const chunk::ObjectKey& key);
  void add_pack(const history::RootPack& pack, const std::vector<chunk::PackEntry>& entries);
  void remove_pack(const chunk::ObjectId& id);
  std::vector<chunk::ObjectId> packs();
  /// Objects that lie in a pack, those with copies of less depth elsewhere left out, by offset.
  std::vector<Located> objects_of(const chunk::ObjectId& pack);
  /// Every object of a kind once, in no order. The visitor must not change the index.
  void each_object(chunk::ObjectKind kind, const std::function<void(const Located&)>& visit);

  std::optional<VersionRow> newest_version();
  std::optional<VersionRow> find_version(const chunk::ObjectId& id);
  /// Ids between two, both included; at most two of them.
  std::vector<chunk::ObjectId> versions_between(const chunk::ObjectId& low,
                                                const chunk::ObjectId& high);
  std::optional<VersionRow> version_at(std::int64_t position);
  void clear_versions();
  void add_version(const VersionRow& version, const std::vector<FileRow>& files,
                   const std::vector<ChangeRow>& changes);
  /// The state of a path at the end of the main line.
  std::optional<FileRow> head_file(std::string_view path);
  std::vector<FileRow> head_files();
  /// The newest row of a path at or below a position, removals included.
  std::optional<FileRow> file_at(std::string_view path, std::int64_t position);
  std::vector<FileRow> files_of_version(std::int64_t position);
  std::vector<ChangeRow> changes_of_version(std::int64_t position);
  /// The change that a path got last.
  std::optional<chunk::ObjectId> last_change(std::string_view path);
  /// Positions below before, newest first: of all versions, of those of a path (a table, if given).
  std::vector<std::int64_t> positions(std::string_view path, std::string_view table,
                                      std::int64_t before, std::size_t limit);
  /// All rows of a path, newest first.
  std::vector<FileRow> history_of(std::string_view path);
  std::vector<std::string> all_paths();

  std::optional<SeenFile> seen(std::string_view folder, std::string_view path);
  void set_seen(std::string_view folder, std::string_view path, const SeenFile& file);

 private:
  struct Statements;
  void open();
  void close() noexcept;
  void create_tables();

  std::optional<std::filesystem::path> file_;
  sqlite3* database_ = nullptr;
  std::unique_ptr<Statements> statements_;
  int transactions_ = 0;
};

}  // namespace qfcsync::repository
