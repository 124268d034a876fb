#pragma once

#include <CLI/CLI.hpp>

// Each adds one subcommand to the program.
void add_project(CLI::App& app);
void add_package(CLI::App& app);
void add_apply_deltas(CLI::App& app);
