#pragma once

#include <qfcsync/delta_applier.hpp>

#include "apply/foreign_keys.hpp"
#include "apply/row_writer.hpp"
#include "apply/side_effects.hpp"
#include "apply/spatial_index.hpp"
#include "apply/spool.hpp"
#include "apply/target_table.hpp"
#include "gpkg/edit_connection.hpp"
#include "gpkg/edit_table.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace qfcsync::apply {

/// Cache of the user's file. Pages that do not fit make SQLite sync its journal in between, which
/// costs more than anything else.
inline constexpr int kInPlaceCacheKib = 200'000;
inline constexpr int kPrivateCacheKib = 26'000;

/// A table that is being written, with what has to be done around its rows.
class Target {
 public:
  Target(sqlite3* database, std::size_t number, TargetTable table);
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  std::size_t number() const { return number_; }
  const TargetTable& table() const { return table_; }
  /// From now on only these foreign keys do something when rows of the table go or change.
  void set_key_actions(const std::vector<ForeignKey>& keys);
  RowWriter& rows() { return rows_; }

  /// To be called after a row was written.
  ///
  /// @param triggers_fired  false: their work is done here
  void note_insert(Cells values, bool triggers_fired);
  void note_update(Cells key, Cells values, bool triggers_fired);
  void note_remove(Cells old_values, bool triggers_fired);

  bool has_pending_index() const { return has_pending_index_; }
  /// Writes spatial index and feature count as far as they wait.
  void flush();
  /// Brings extent, time stamp and feature count of the GeoPackage up to date.
  void write_notes();
  /// Forgets what was noted: the transaction was taken back.
  void forget();

 private:
  model::Envelope box_of(Cells values) const;
  std::int64_t row_id(Cells key) const;
  gpkg::edit::Table* notes();

  sqlite3* database_;
  std::size_t number_;
  TargetTable table_;
  RowWriter rows_;
  std::optional<SpatialIndex> index_;
  std::unique_ptr<gpkg::edit::Table> notes_;
  bool notes_are_read_ = false;
  bool has_pending_index_ = false;
  std::int64_t count_change_ = 0;
};

/// The file that a changeset is applied to: one connection, one transaction at a time.
class TargetFile {
 public:
  /// @errors NotFound, Denied: read-only; Corrupt, Busy, Io
  TargetFile(const std::filesystem::path& path, FileSafety safety);

  /// Reads the tables of a changeset. Once, before the first transaction.
  ///
  /// @param with_key_actions  see ApplicationOptions
  /// @param watched           tables whose rows are looked after beside those of the changeset
  /// @errors                  SchemaMismatch
  void prepare(const Spool& changeset, bool with_key_actions,
               const std::vector<std::string>& watched = {});

  sqlite3* handle() const { return connection_.handle(); }
  gpkg::edit::Connection& connection() { return connection_; }
  const std::vector<ForeignKey>& foreign_keys() const { return foreign_keys_; }
  /// Whether SQLite acts on foreign keys and counts what violates them. If not,
  /// violations_before() has to be compared with.
  bool has_key_actions() const { return has_key_actions_; }
  /// nullptr: not read yet.
  const std::vector<Violation>* violations_before() const {
    return violations_before_ ? &*violations_before_ : nullptr;
  }
  /// While no change is made.
  void read_violations_before() { violations_before_ = find_violations(handle(), foreign_keys_); }
  /// Makes SQLite commit what it counts as violated. To be called when nothing is.
  void forget_counted_violations();
  /// nullptr unless triggers or foreign keys may change rows on their own.
  SideEffects* side_effects() { return effects_.get(); }

  /// A table by its number in side_effects(), and its rows.
  const TargetTable& watched_table(std::size_t number);
  RowWriter& watched_rows(std::size_t number);

  /// The table of a change; stays where it is.
  Target& target(const ChangesetTable& table);
  std::size_t target_count() const { return targets_.size(); }
  /// By Target::number().
  Target& target(std::size_t number) { return *targets_[number]; }

  /// Whether triggers fire from now on. Spatial indexes are complete whenever they do.
  void set_triggers(bool fire);
  bool triggers_fire() const { return triggers_fire_; }
  /// Whether CHECK constraints count.
  void set_checks(bool count);

  void begin();
  /// Does what is left to do; has to precede the check of foreign keys and commit().
  void complete();
  void commit();
  void rollback();

 private:
  void flush();
  bool renames_parents(const Spool& changeset);
  void drop_key_actions();
  void follow_renames();
  void watch_side_effects(const std::vector<std::string>& watched);

  std::filesystem::path path_;
  FileSafety safety_;
  gpkg::edit::Connection connection_;
  std::vector<ForeignKey> foreign_keys_;
  bool has_key_actions_ = true;
  std::optional<std::vector<Violation>> violations_before_;
  std::unique_ptr<SideEffects> effects_;
  /// A table that the changeset does not speak of.
  struct Bystander {
    Bystander(sqlite3* database, TargetTable about)
        : table(std::move(about)), rows(database, table) {}
    TargetTable table;
    RowWriter rows;
  };
  std::vector<std::unique_ptr<Target>> targets_;
  std::vector<std::unique_ptr<Bystander>> bystanders_;
  std::unordered_map<std::string, Target*> by_name_;
  std::string last_name_;
  Target* last_ = nullptr;
  bool triggers_fire_ = true;
};

}  // namespace qfcsync::apply
