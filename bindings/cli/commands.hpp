#pragma once

#include <CLI/CLI.hpp>

inline constexpr int kExitIncomplete = 1;  ///< done in part, or the work failed
inline constexpr int kExitUsage = 2;       ///< wrong usage, or input that cannot be read

// Each adds one subcommand to the program.
void add_project(CLI::App& app);
void add_package(CLI::App& app);
void add_apply_deltas(CLI::App& app);
