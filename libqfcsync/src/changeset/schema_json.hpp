#pragma once

#include <qfcsync/schema.hpp>

#include <nlohmann/json.hpp>

/// Schemas as JSON, in envelopes and for people.
namespace qfcsync::changeset {

using Json = nlohmann::ordered_json;

Json table_json(const TableSchema& table);
/// @errors Json::exception: something is missing or of another type
TableSchema table_from(const Json& json);

Json relation_json(const Relation& relation);

}  // namespace qfcsync::changeset
