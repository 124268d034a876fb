#pragma once

#include <exception>

#include <CLI/CLI.hpp>

inline constexpr int kExitIncomplete = 1;  ///< done in part, or the work failed
inline constexpr int kExitUsage = 2;       ///< wrong usage, or input that cannot be read

/// Says on standard error what went wrong, in one line.
///
/// @return the exit status it means
int explain(const std::exception& error);

// Each adds one subcommand to the program.
void add_project(CLI::App& app);
void add_package(CLI::App& app);
void add_apply_deltas(CLI::App& app);
void add_diff(CLI::App& app);
void add_show(CLI::App& app);
void add_apply(CLI::App& app);
void add_from_json(CLI::App& app);
void add_invert(CLI::App& app);
void add_concat(CLI::App& app);
void add_rebase(CLI::App& app);
void add_merge(CLI::App& app);
void add_schema(CLI::App& app);
void add_manifest(CLI::App& app);

// Versions of a folder.
void add_init(CLI::App& app);
void add_status(CLI::App& app);
void add_commit(CLI::App& app);
void add_log(CLI::App& app);
void add_restore(CLI::App& app);
void add_undo(CLI::App& app);
void add_update(CLI::App& app);
void add_tag(CLI::App& app);
void add_prune(CLI::App& app);
void add_check(CLI::App& app);
void add_repair(CLI::App& app);
void add_export(CLI::App& app);
void add_bundle(CLI::App& app);
void add_unbundle(CLI::App& app);
void add_cat(CLI::App& app);
