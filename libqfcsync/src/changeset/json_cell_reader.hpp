#pragma once

#include <qfcsync/value.hpp>

#include "changeset/json_stream.hpp"

#include <cstdint>
#include <optional>

namespace qfcsync::changeset {

/// Reads one value as docs/formats/changeset-json.md says.
///
/// @param srs_id  of a geometry that is given as WKT alone and does not name its own
/// @errors        Corrupt: no such value; InvalidArgument: WKT and bytes of a geometry differ, or
///                its reference system is not known
Value read_json_value(JsonStream& json, std::optional<std::int32_t> srs_id);

/// Reads a string or {"text_base64": ...}.
std::string read_json_text(JsonStream& json);

}  // namespace qfcsync::changeset
