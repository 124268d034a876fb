#pragma once

#include <qfcsync/changeset_apply.hpp>

#include <string>

/// One line for people: where, why, what was expected and what was found.
std::string mismatch_text(const qfcsync::Mismatch& mismatch);
