#pragma once

#include <qfcsync/conflict.hpp>

#include "terminal.hpp"

#include <string>

/// A conflict in lines for people: what happened, and each cell with its three values. The sentence
/// of the library names the row and, when it is decided, what is written.
std::string conflict_text(const qfcsync::Conflict& conflict, const Paint& paint);
