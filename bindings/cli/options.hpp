#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/extract.hpp>
#include <qfcsync/merge.hpp>
#include <qfcsync/schema.hpp>

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

/// How a changeset is shown.
enum class Format { Text, Summary, Json, GeoJson };

/// Adds --json, --geojson and --summary, of which one may be given.
void add_format_options(CLI::App& command, Format& format);

/// Adds --policy with the words of MergePolicy.
void add_policy_option(CLI::App& command, qfcsync::MergePolicy& policy);

/// Adds --method with the words of ExtractMethod.
void add_method_option(CLI::App& command, qfcsync::ExtractMethod& method);

/// Adds --relation, for references that the files do not declare.
void add_relation_option(CLI::App& command, std::vector<qfcsync::Relation>& relations);

/// Says which tables were left out; those that software keeps itself are no news.
void print_notes(const std::vector<qfcsync::TableNote>& notes);

/// Writes JSON or GeoJSON.
void write_as(Format format, qfcsync::ByteSource& changeset, qfcsync::ByteSink& out,
              const qfcsync::DatabaseSchema* schema);
