#include "apply/target_file.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "gpkg/schema_read.hpp"
#include "io/descriptor.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

namespace qfcsync::apply {
namespace {

using base::same_name;
using gpkg::edit::execute;
using gpkg::edit::FileKind;

const std::filesystem::path& checked(const std::filesystem::path& path) {
  if (::access(path.c_str(), R_OK | W_OK) != 0 && (errno == EACCES || errno == EROFS)) {
    throw Error(ErrorCode::Denied,
                fmt::format("{} cannot be written: it is read-only here", path.string()),
                ErrorOrigin::Os, errno);
  }
  return path;
}

/// Whether the parent is no table, or its columns have no index that makes them unique. SQLite
/// takes no row at all then, so that nobody keeps to such a key.
bool leads_nowhere(sqlite3* database, const ForeignKey& key) {
  try {
    const gpkg::edit::Statement insert(
        database, fmt::format("INSERT INTO {} DEFAULT VALUES", gpkg::edit::sql_name(key.child)));
  } catch (const Error& error) {
    if (error.native() != SQLITE_ERROR) throw;
    return true;
  }
  return false;
}

std::string default_of(sqlite3* database, const std::string& table, const std::string& column) {
  gpkg::edit::Statement statement(
      database, "SELECT dflt_value FROM pragma_table_info(?1) WHERE name = ?2 COLLATE NOCASE");
  statement.bind_text(1, table).bind_text(2, column);
  const std::string value = statement.step() ? statement.column_text(0) : "";
  return value.empty() ? "NULL" : value;
}

/// A trigger that does to rows of the child what the foreign key does when a value changes that
/// they refer to.
std::string follow_trigger(sqlite3* database, const ForeignKey& key, std::size_t number) {
  std::string columns;
  std::string differs;
  std::string sets;
  std::string refers;
  for (std::size_t i = 0; i < key.parent_columns.size(); ++i) {
    const std::string parent = gpkg::edit::sql_name(key.parent_columns[i]);
    const std::string child = gpkg::edit::sql_name(key.child_columns[i]);
    const std::string value =
        key.on_update == "CASCADE" ? "NEW." + parent
        : key.on_update == "SET NULL"
            ? "NULL"
            : "(" + default_of(database, key.child, key.child_columns[i]) + ")";
    columns += fmt::format("{}{}", i == 0 ? "" : ", ", parent);
    differs += fmt::format("{}OLD.{} IS NOT NEW.{}", i == 0 ? "" : " OR ", parent, parent);
    sets += fmt::format("{}{} = {}", i == 0 ? "" : ", ", child, value);
    // The parent stands first: its collation and affinity count.
    refers += fmt::format("{}OLD.{} = {}", i == 0 ? "" : " AND ", parent, child);
  }
  return fmt::format(
      "CREATE TEMP TRIGGER qfcsync_follow_{} AFTER UPDATE OF {} ON main.{} WHEN {} BEGIN UPDATE {} "
      "SET {} WHERE {}; END",
      number, columns, gpkg::edit::sql_name(key.parent), differs, gpkg::edit::sql_name(key.child),
      sets, refers);
}

}  // namespace

TargetFile::TargetFile(const std::filesystem::path& path, FileSafety safety)
    : path_(path),
      safety_(safety),
      // Always with a journal: a refused row is taken back through it. For a private copy it is
      // not synced, and on disk it does not count as memory.
      connection_(checked(path), FileSafety::Journal, FileKind::AnySqlite) {
  if (connection_.is_read_only()) {
    throw Error(ErrorCode::Denied,
                fmt::format("{} cannot be written: it is read-only here", path.string()));
  }
  const bool is_private = safety == FileSafety::PrivateCopy;
  if (is_private) execute(handle(), "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=OFF");
  const int cache = is_private ? kPrivateCacheKib : kInPlaceCacheKib;
  execute(handle(), fmt::format("PRAGMA cache_size=-{}", cache).c_str());
}

void TargetFile::prepare(const Spool& changeset, bool with_key_actions,
                         const std::vector<std::string>& watched) {
  connection_.grant_steps();
  gpkg::refuse_hidden_pragmas(handle());
  foreign_keys_ = read_foreign_keys(handle());
  for (const ChangesetTable& table : changeset.tables()) {
    const ChangesetEnvelope* envelope = changeset.envelope();
    auto read = read_target_table(handle(), table, envelope ? envelope->find(table.name) : nullptr,
                                  foreign_keys_);
    targets_.push_back(std::make_unique<Target>(handle(), targets_.size(), std::move(read)));
    by_name_[table.name] = targets_.back().get();
  }
  if (!with_key_actions) {
    const bool must_follow = renames_parents(changeset);
    drop_key_actions();
    if (must_follow) follow_renames();
  }
  watch_side_effects(watched);
}

/// Whether a value changes that foreign keys follow: without their action rows that the changeset
/// does not list would lose their parent.
bool TargetFile::renames_parents(const Spool& changeset) {
  const auto is_referenced = [](const TargetColumn& column) {
    return column.is_referenced && !column.is_key;
  };
  const bool can_rename = std::any_of(targets_.begin(), targets_.end(), [&](const auto& target) {
    const auto& columns = target->table().columns;
    return std::any_of(columns.begin(), columns.end(), is_referenced);
  });
  if (!can_rename) return false;
  StoreSource source(changeset.store());
  ChangesetReader reader(source);
  while (const Change* change = reader.next()) {
    if (change->operation != Operation::Update) continue;
    const auto& columns = target(*change->table).table().columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (is_referenced(columns[i]) && change->new_values[i].is_defined()) return true;
    }
  }
  return false;
}

void TargetFile::drop_key_actions() {
  // What the changes cannot violate need not be looked at.
  std::erase_if(foreign_keys_, [&](const ForeignKey& key) {
    return leads_nowhere(handle(), key) ||
           std::none_of(targets_.begin(), targets_.end(), [&](const auto& target) {
             const std::string& name = target->table().name;
             return same_name(name, key.child) || same_name(name, key.parent);
           });
  });
  execute(handle(), "PRAGMA foreign_keys=OFF");
  has_key_actions_ = false;
  for (const auto& target : targets_) target->set_key_actions({});
  read_violations_before();
}

/// Lets rows follow a value that they refer to, as their foreign keys say, while deletes take
/// nothing along: foreign keys of SQLite do both or nothing.
void TargetFile::follow_renames() {
  std::vector<ForeignKey> followed;
  for (const ForeignKey& key : foreign_keys_) {
    if (key.on_update.empty() || key.parent.empty()) continue;
    execute(handle(), follow_trigger(handle(), key, followed.size()).c_str());
    followed.push_back(key);
  }
  for (const auto& target : targets_) target->set_key_actions(followed);
}

void TargetFile::watch_side_effects(const std::vector<std::string>& watched) {
  const bool is_careful = std::any_of(targets_.begin(), targets_.end(), [](const auto& target) {
    return target->table().triggers.has_others || target->table().is_action_parent;
  });
  if (!is_careful) return;
  effects_ = std::make_unique<SideEffects>(handle());
  for (const auto& target : targets_) {
    if (target->table().role == TargetTable::Role::Plain) {
      effects_->watch(target->number(), target->table());
    }
  }
  for (const std::string& name : watched) {
    const bool is_known = std::any_of(targets_.begin(), targets_.end(), [&](const auto& target) {
      return same_name(target->table().name, name);
    });
    if (is_known) continue;
    bystanders_.push_back(
        std::make_unique<Bystander>(handle(), read_watched_table(handle(), name)));
    effects_->watch(targets_.size() + bystanders_.size() - 1, bystanders_.back()->table);
  }
}

const TargetTable& TargetFile::watched_table(std::size_t number) {
  return number < targets_.size() ? targets_[number]->table()
                                  : bystanders_[number - targets_.size()]->table;
}

RowWriter& TargetFile::watched_rows(std::size_t number) {
  return number < targets_.size() ? targets_[number]->rows()
                                  : bystanders_[number - targets_.size()]->rows;
}

Target& TargetFile::target(const ChangesetTable& table) {
  if (last_ == nullptr || last_name_ != table.name) {
    last_ = by_name_.at(table.name);
    last_name_ = table.name;
  }
  return *last_;
}

void TargetFile::set_triggers(bool fire) {
  if (fire == triggers_fire_) return;
  if (fire) flush();
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, fire ? 1 : 0, nullptr);
  triggers_fire_ = fire;
}

void TargetFile::set_checks(bool count) {
  execute(handle(),
          count ? "PRAGMA ignore_check_constraints=OFF" : "PRAGMA ignore_check_constraints=ON");
}

void TargetFile::begin() {
  connection_.grant_steps();
  execute(handle(), "BEGIN IMMEDIATE; PRAGMA defer_foreign_keys=ON");
}

void TargetFile::forget_counted_violations() {
  // All keys are counted as deferred ones, and that count becomes 0 with it.
  execute(handle(), "PRAGMA defer_foreign_keys=OFF");
}

void TargetFile::flush() {
  for (const auto& target : targets_) target->flush();
}

void TargetFile::complete() {
  set_triggers(true);
  flush();
  for (const auto& target : targets_) target->write_notes();
}

void TargetFile::commit() {
  connection_.grant_steps();
  execute(handle(), "COMMIT");
  if (safety_ != FileSafety::PrivateCopy) return;
  execute(handle(), "PRAGMA wal_checkpoint(TRUNCATE)");  // nothing to do without a log
  io::sync_file(path_);
}

void TargetFile::rollback() {
  // Some errors have ended the transaction already.
  if (connection_.in_transaction()) execute(handle(), "ROLLBACK");
  for (const auto& target : targets_) target->forget();
  set_triggers(true);
  if (effects_) effects_->clear();
}

}  // namespace qfcsync::apply
