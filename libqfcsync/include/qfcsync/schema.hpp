#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync {

/// A column whose values travel in changesets (generated columns do not).
struct ColumnSchema {
  std::string name;
  std::string type;  ///< as declared, e.g. "INTEGER", "POINT"; may be empty
  int key = 0;       ///< 1-based position in the primary key, 0 if not part of it
  bool not_null = false;
  std::optional<std::string> default_sql;
  bool operator==(const ColumnSchema&) const = default;
};

/// That columns of one table name a row of another.
struct Relation {
  enum class Origin : std::uint8_t {
    Declared,       ///< FOREIGN KEY of the table
    RelatedTables,  ///< GeoPackage extension "related tables"
    Caller,         ///< given in the options, e.g. from a QGIS project
  };
  std::string child_table;
  std::vector<std::string> child_columns;
  std::string parent_table;
  std::vector<std::string> parent_columns;
  Origin origin = Origin::Declared;
  bool operator==(const Relation&) const = default;
};

/// A table that changesets can speak of: it has a primary key.
struct TableSchema {
  std::string name;
  std::vector<ColumnSchema> columns;  ///< in the order of the changeset's values
  bool is_without_rowid = false;
  /// The key is one INTEGER PRIMARY KEY column, the name of the rowid.
  bool has_integer_key = false;
  std::string geometry_column;  ///< "" if there is none
  std::string geometry_type;    ///< GeoPackage name, e.g. "MULTIPOLYGON"
  std::int32_t srs_id = 0;
  /// Column sets of UNIQUE constraints and unique indexes without WHERE or expressions, key aside.
  std::vector<std::vector<std::string>> unique;
  bool operator==(const TableSchema&) const = default;

  /// Position of a column in columns; exact name.
  std::optional<std::size_t> find(std::string_view column) const;
};

/// A table that is not compared, and why; never left out in silence.
struct TableNote {
  enum class Reason : std::uint8_t {
    NoKey,  ///< no primary key: rows cannot be named
    View,
    Virtual,    ///< of a virtual table module other than the spatial index
    Derived,    ///< kept by triggers or software: spatial index, feature counts, SQLite's own
    Different,  ///< the two files have different columns for it
  };
  std::string table;
  Reason reason = Reason::NoKey;
  std::string text;  ///< a sentence for people
  /// It is known that something of it changed, see compare_unnamed_rows() and MergeResult::notes.
  bool has_changes = false;
  bool operator==(const TableNote&) const = default;
};

/// What a file can exchange.
struct DatabaseSchema {
  std::vector<TableSchema> tables;  ///< by name, in byte order
  std::vector<TableNote> notes;
  std::vector<Relation> relations;

  const TableSchema* find(std::string_view table) const;
};

/// One step that leads from one schema to the other; changesets of rows cannot carry it.
struct SchemaOperation {
  enum class Kind : std::uint8_t {
    AddTable,
    DropTable,
    RenameTable,
    AddColumn,
    DropColumn,
    RenameColumn,
    ChangeType,  ///< declared type, NOT NULL, default or key of a column
    ReorderColumns,
  };
  Kind kind = Kind::AddTable;
  std::string table;
  std::string column;  ///< "" for whole tables
  std::string before;  ///< old name or declaration, "" if none
  std::string after;   ///< new name or declaration, "" if none
  bool operator==(const SchemaOperation&) const = default;
};

/// A sentence for people: "table trees: column height added (REAL)".
std::string to_string(const SchemaOperation& operation);
std::string_view to_string(SchemaOperation::Kind kind) noexcept;  ///< e.g. "add_column"
std::string_view to_string(TableNote::Reason reason) noexcept;    ///< e.g. "no_key"
std::string_view to_string(Relation::Origin origin) noexcept;     ///< e.g. "related_tables"

/// Reads what tables a GeoPackage or any SQLite file has. The file is not changed.
///
/// Every table is either in tables or noted, save those that software keeps: sqlite_..., the tables
/// of the GeoPackage standard and GDAL's gpkg_ogr_contents by their exact names, and the spatial
/// indexes of geometry columns. A table of a user may be called gpkg_mine or rtree_mine.
///
/// @errors NotFound, Corrupt (no SQLite file, or damaged), Busy, Io; Unsupported: encrypted
DatabaseSchema read_schema(const std::filesystem::path& file);

/// What has to be done to one schema to get the other; empty when rows can be compared.
///
/// A dropped and an added column of the same declaration, behind the same column, count as renamed;
/// so do tables with the same columns, unless there is more than one to choose from. A geometry
/// column that gets another geometry type or reference system changes its type.
std::vector<SchemaOperation> compare_schemas(const DatabaseSchema& base,
                                             const DatabaseSchema& modified);

/// 64 hex digits that name what tables, columns, types and keys there are (SHA-256 of a canonical
/// text); equal for files whose changesets can be exchanged.
std::string fingerprint(const DatabaseSchema& schema);

}  // namespace qfcsync
