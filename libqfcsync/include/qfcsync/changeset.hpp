#pragma once

#include <qfcsync/schema.hpp>
#include <qfcsync/stream.hpp>
#include <qfcsync/value.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Changesets: what happened to rows, as SQLite's session extension writes it, byte for byte.
/// libqfcsync/docs/formats/changeset.md describes the bytes and our envelope.
namespace qfcsync {

/// The numbers are those of the format.
enum class Operation : std::uint8_t { Delete = 9, Insert = 18, Update = 23 };

std::string_view to_string(Operation operation) noexcept;  ///< "delete", "insert", "update"

// Limits of what is read; more is refused as Corrupt (nonsense) or LimitExceeded.
inline constexpr std::size_t kMaxChangesetColumns = 32'767;  ///< SQLite's own bound
inline constexpr std::size_t kMaxTableNameBytes = 64u << 10;
inline constexpr std::size_t kMaxChangesetValueBytes = 1'000'000'000;  ///< SQLite's default bound
inline constexpr std::size_t kMaxEnvelopeBytes = 16u << 20;

/// Head of a table in a changeset. The format knows no column names; those are in the envelope.
struct ChangesetTable {
  std::string name;
  /// One entry a column: 0, or its 1-based position in the primary key. (geodiff and
  /// SQLite before 3.42 write 1 for every key column; readers accept both.)
  std::vector<std::uint8_t> key;
  std::size_t column_count() const { return key.size(); }
  bool operator==(const ChangesetTable&) const = default;
};

/// One row that changed. Valid until the reader goes on.
///
/// Insert: new_values has every column, old_values is empty. Delete: the reverse. Update: both have
/// an entry a column; old_values has the key and what changed, new_values only what changed, all
/// else is Undefined.
struct Change {
  Operation operation = Operation::Insert;
  bool is_indirect = false;  ///< made by a trigger or foreign key action
  const ChangesetTable* table = nullptr;
  std::span<const ValueView> old_values;
  std::span<const ValueView> new_values;

  /// The values that name the row: new_values of an insert, else old_values.
  std::span<const ValueView> key_values() const {
    return operation == Operation::Insert ? new_values : old_values;
  }
};

/// What a changeset alone cannot say; travels inside the same file, invisible to other readers.
struct ChangesetEnvelope {
  std::string tool_version;         ///< e.g. "qfcsync 0.1.0"
  std::string schema_fingerprint;   ///< of both sides, see fingerprint()
  std::string base_id;              ///< whatever names the base for the caller; may be empty
  std::vector<TableSchema> tables;  ///< those that the changeset speaks of, or more
  std::vector<Relation> relations;
  /// Largest integer key of both sides by table, where it is known: renumbering stays above it.
  std::vector<std::pair<std::string, std::int64_t>> max_keys;

  const TableSchema* find(std::string_view table) const;
};

/// Reads a changeset front to back in memory of one change. Every length is checked.
///
/// One thread at a time. The source must outlive the reader.
class ChangesetReader {
 public:
  explicit ChangesetReader(ByteSource& source);
  ~ChangesetReader();
  ChangesetReader(const ChangesetReader&) = delete;
  ChangesetReader& operator=(const ChangesetReader&) = delete;

  /// Goes to the next change.
  ///
  /// @return nullptr at the end; else valid until the next call. Change::table has the same address
  ///         as long as the table is the same
  /// @errors Corrupt: the bytes are no changeset, end early, or the envelope's checksum is wrong;
  ///         Unsupported: a patchset; LimitExceeded; Io
  const Change* next();

  /// The envelope, when one stands before the first change: known after the first next().
  const ChangesetEnvelope* envelope() const;

  /// Where the current change begins and ends, in bytes from the start.
  std::uint64_t begin_offset() const;
  std::uint64_t end_offset() const;
  /// The bytes of the current change as they were read; valid until next().
  std::string_view raw_change() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes a changeset. One thread at a time; the sink must outlive the writer.
///
/// Nothing is complete before finish().
class ChangesetWriter {
 public:
  /// @param envelope  written before the changes, with a checksum after them; nullptr for the bare
  ///                  format
  explicit ChangesetWriter(ByteSink& sink, const ChangesetEnvelope* envelope = nullptr);
  ~ChangesetWriter();
  ChangesetWriter(const ChangesetWriter&) = delete;
  ChangesetWriter& operator=(const ChangesetWriter&) = delete;

  /// The changes that follow are of this table. Its head is written when a change follows.
  void begin_table(const ChangesetTable& table);

  /// Writes a change of the table begun; change.table is not looked at.
  ///
  /// @errors InvalidArgument: the values do not fit the table or the operation; Io
  void write(const Change& change);

  /// Copies the bytes of changes of the same table, as ChangesetReader::raw_change() gives them,
  /// one behind the other; they are not looked at.
  ///
  /// @param count  how many changes they are
  /// @errors       Io
  void write_raw(std::string_view changes, std::uint64_t count = 1);

  /// Ends the changeset; with an envelope, writes the checksum.
  ///
  /// @errors Io
  void finish();

  std::uint64_t change_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Counts of changes by table.
struct ChangesetSummary {
  struct Table {
    std::string name;
    std::uint64_t inserts = 0;
    std::uint64_t updates = 0;
    std::uint64_t deletes = 0;
    bool operator==(const Table&) const = default;
  };
  std::vector<Table> tables;  ///< in order of appearance, each once
  std::uint64_t changes() const;
};

/// @errors as ChangesetReader::next
ChangesetSummary summarize(ByteSource& changeset);

/// The changeset that undoes another one: inserts become deletes, deletes inserts, updates swap.
/// Memory of one change. The envelope is carried over, without base id and largest keys.
///
/// @errors as ChangesetReader::next; Io
void invert(ByteSource& changeset, ByteSink& out);

/// One changeset that does what several do one after the other.
///
/// A row that several touch is named once: insert + update is an insert, insert + delete nothing,
/// update + delete a delete of the oldest values, delete + insert an update (or nothing when all is
/// as before). Changes of different order fold in the order of the list. Every old value has to be
/// what the changes before left: else an edit would vanish.
///
/// Tables come in order of first appearance; in a table inserts, deletes, updates, each by key:
/// column by column by type (NULL, integer, real, text, blob) and value, texts and blobs by bytes.
/// The result has an envelope when all have one of the same schema fingerprint (changesets without
/// bytes aside): base id of the first, largest keys of all. Memory is some 60 bytes a row that
/// changed.
///
/// @param changesets  in the order they happened, any number
/// @param scratch     memory for values; see make_scratch()
/// @errors            Corrupt; SchemaMismatch: a table has other columns in another changeset;
///                    InvalidArgument: the changesets cannot follow each other (a row is inserted
///                    twice, changed after it was deleted, or had another value): names table and
///                    key; nothing is dropped in silence
void concat(std::span<ByteSource* const> changesets, ByteSink& out, ByteStore& scratch);

}  // namespace qfcsync
