#include "changeset/envelope.hpp"

#include <qfcsync/error.hpp>

#include "changeset/format.hpp"
#include "changeset/schema_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::changeset {
namespace {

/// The format has a number where people get a word.
Json numbered_relation_json(const Relation& relation) {
  Json json = relation_json(relation);
  json["origin"] = static_cast<int>(relation.origin);
  return json;
}

Relation relation_from(const Json& json) {
  Relation relation;
  relation.child_table = json.at("child_table").get<std::string>();
  json.at("child_columns").get_to(relation.child_columns);
  relation.parent_table = json.at("parent_table").get<std::string>();
  json.at("parent_columns").get_to(relation.parent_columns);
  const int origin = json.at("origin").get<int>();
  if (origin < 0 || origin > static_cast<int>(Relation::Origin::Caller)) {
    throw Error(ErrorCode::Corrupt, "a relation of the envelope has an unknown origin");
  }
  relation.origin = static_cast<Relation::Origin>(origin);
  return relation;
}

void check_version(const Json& json) {
  if (json.at("version").get<int>() > kEnvelopeVersion) {
    throw Error(ErrorCode::FormatTooNew,
                "the envelope of the changeset was written by a newer version of qfcsync");
  }
}

ChangesetEnvelope envelope_from(const Json& json) {
  check_version(json);
  ChangesetEnvelope envelope;
  envelope.tool_version = json.at("tool").get<std::string>();
  envelope.schema_fingerprint = json.at("schema").get<std::string>();
  envelope.base_id = json.at("base").get<std::string>();
  for (const Json& table : json.at("tables")) envelope.tables.push_back(table_from(table));
  for (const Json& one : json.at("relations")) envelope.relations.push_back(relation_from(one));
  for (const auto& [table, key] : json.at("max_keys").items()) {
    envelope.max_keys.emplace_back(table, key.get<std::int64_t>());
  }
  return envelope;
}

/// Runs a reader of JSON; whatever it dislikes is a damaged changeset.
template <class Read>
auto read_part(std::string_view text, const char* part, Read&& read) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::Corrupt,
                fmt::format("the {} of the changeset is damaged: {}", part, error.what()));
  }
}

}  // namespace

std::string envelope_text(const ChangesetEnvelope& envelope) {
  Json json{{"version", kEnvelopeVersion},
            {"tool", envelope.tool_version},
            {"schema", envelope.schema_fingerprint},
            {"base", envelope.base_id},
            {"tables", Json::array()},
            {"relations", Json::array()},
            {"max_keys", Json::object()}};
  for (const TableSchema& table : envelope.tables) json["tables"].push_back(table_json(table));
  for (const Relation& one : envelope.relations) {
    json["relations"].push_back(numbered_relation_json(one));
  }
  for (const auto& [table, key] : envelope.max_keys) json["max_keys"][table] = key;
  // Names that are no UTF-8 are kept readable rather than refused: only people see them here.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ChangesetEnvelope parse_envelope(std::string_view text) {
  return read_part(text, "envelope", envelope_from);
}

std::string checksum_text(const Checksum& checksum) {
  return Json{
      {"version", kEnvelopeVersion}, {"changes", checksum.changes}, {"xxh3_128", checksum.xxh3}}
      .dump();
}

Checksum parse_checksum(std::string_view text) {
  return read_part(text, "checksum", [](const Json& json) {
    check_version(json);
    return Checksum{json.at("changes").get<std::uint64_t>(),
                    json.at("xxh3_128").get<std::string>()};
  });
}

}  // namespace qfcsync::changeset
