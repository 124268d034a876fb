#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/schema.hpp>
#include <qfcsync/stream.hpp>

#include "terminal.hpp"

#include <string>
#include <vector>

/// Most lines that are shown of each table.
inline constexpr std::size_t kMaxLinesPerTable = 20;

/// "12 changes", "1 change".
std::string counted(std::uint64_t count, const char* thing);

/// "2 inserted, 1 updated" of one table or of all.
std::string counts_text(const qfcsync::ChangesetSummary::Table& table);
qfcsync::ChangesetSummary::Table totals(const qfcsync::ChangesetSummary& summary);

/// The names of a row's values: from a schema, else "c0", "c1", ...
std::vector<std::string> column_names(const qfcsync::ChangesetTable& table,
                                      const qfcsync::TableSchema* schema);

/// "fid 13", or "(area 3, number 7)".
std::string key_text(const std::vector<std::string>& names,
                     const std::vector<qfcsync::ValueView>& values);

/// Prints the counts of each table, and nothing else.
void print_summary(const qfcsync::ChangesetSummary& summary);

/// Prints a changeset as people read it: the counts of each table and its first changes.
///
/// @param schema  for the names of columns; nullptr: from the envelope
/// @errors        SchemaMismatch: the schema does not fit
void print_changes(qfcsync::ByteSource& changeset, const qfcsync::ChangesetSummary& summary,
                   const qfcsync::DatabaseSchema* schema);
