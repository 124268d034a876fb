#pragma once

#include <qfcsync/stream.hpp>
#include <qfcsync/value.hpp>

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

/// A table of a file, or one row of it; everything where it is empty.
struct RowChoice {
  std::string table;
  std::vector<std::string> key;  ///< as the user wrote it

  /// Whole numbers are integers; anything else is a text, also what stands in single quotes.
  std::vector<qfcsync::Value> key_values() const;
};

/// Adds --table and --key.
void add_row_options(CLI::App& command, RowChoice& choice);

/// Copies the changes of the chosen rows.
void copy_chosen(qfcsync::ByteSource& changeset, const RowChoice& choice, qfcsync::ByteSink& out);
