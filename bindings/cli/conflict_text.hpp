#pragma once

#include <qfcsync/conflict.hpp>

#include "terminal.hpp"

#include <string>

enum class Decision { Made, Open };

/// A conflict in lines for people: what happened, and each cell with its three values.
std::string conflict_text(const qfcsync::Conflict& conflict, const Paint& paint,
                          Decision decision = Decision::Made);
