#pragma once

#include <qfcsync/value.hpp>

#include <string>
#include <utility>

/// A value in few characters, for people: texts in quotes, geometries as WKT, long ones cut.
std::string value_text(qfcsync::ValueView value);

/// Two values, cut to where they differ.
std::pair<std::string, std::string> value_texts(qfcsync::ValueView before,
                                                qfcsync::ValueView after);

/// How a cell changed: "11.5 -> 12.0".
std::string change_text(qfcsync::ValueView before, qfcsync::ValueView after);
