#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/stream.hpp>

#include "apply/row_writer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_context;
struct sqlite3_value;

namespace qfcsync::apply {

/// A row that triggers or foreign keys of the file changed, and not the changeset.
struct SideEffect {
  bool existed = false;         ///< before the first such change
  std::vector<Value> original;  ///< all cells then; empty when it did not exist
};

/// Remembers which rows triggers and foreign key actions changed.
///
/// Temporary triggers (they leave no trace in the file) call back for each row of the watched
/// tables. What the statement at hand does itself is not a side effect. Memory: a key and a few
/// numbers a row; the cells go to a scratch store.
class SideEffects {
 public:
  explicit SideEffects(sqlite3* database);
  SideEffects(const SideEffects&) = delete;
  SideEffects& operator=(const SideEffects&) = delete;

  /// Outside of transactions. @param number  names the table in the other calls
  void watch(std::size_t number, const TargetTable& table);

  /// Opens and closes one statement that changes a row itself.
  void begin(std::size_t number, Operation operation, Cells key);
  void end(bool is_done);
  /// Between these nothing is remembered.
  void mute() { is_muted_ = true; }
  void unmute() { is_muted_ = false; }

  bool empty() const { return effects_.empty(); }
  bool touched(std::size_t number, Cells key) const;
  /// @return nullopt when nothing but the changeset touched the row
  std::optional<SideEffect> find(std::size_t number, Cells key) const;
  /// Shows all rows: number of the table, cells of which those of the key are there, and the
  /// effect.
  using Visit = std::function<void(std::size_t number, Cells key, const SideEffect& effect)>;
  void visit(const Visit& visit) const;
  /// Forgets all rows.
  void clear();

 private:
  struct Entry {
    bool existed = false;
    std::uint64_t offset = 0;
    std::size_t size = 0;
  };
  struct Watched {
    std::size_t columns = 0;
    std::vector<std::size_t> key;
  };

  static void on_note(sqlite3_context* context, int count, sqlite3_value** values);
  void note(int count, sqlite3_value** values);
  void note_row(std::size_t number, Operation operation);
  std::string name_of(std::size_t number, Cells key) const;
  SideEffect effect_of(const Entry& entry) const;
  void remember(const std::string& name, bool existed, const std::string& cells);

  struct Pending {
    std::string name;
    bool existed;
    std::string cells;
  };

  sqlite3* database_;
  std::unordered_map<std::size_t, Watched> watched_;
  std::unordered_map<std::string, Entry> effects_;
  std::unique_ptr<ByteStore> cells_;
  std::vector<Pending> pending_;  // of the statement at hand
  std::vector<Value> row_;        // that is being told
  std::string expected_;          // what the statement does itself; "" once seen
  bool is_muted_ = false;
};

}  // namespace qfcsync::apply
