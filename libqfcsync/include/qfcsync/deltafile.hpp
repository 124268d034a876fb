#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace qfcsync {

/// Limits for deltafiles from outside.
inline constexpr std::size_t kMaxDeltafileBytes = 256u << 20;
inline constexpr std::size_t kMaxDeltasPerFile = 1'000'000;
inline constexpr int kMaxDeltaJsonDepth = 64;

/// A list or map attribute, kept as compact JSON text.
struct JsonText {
  std::string text;
  bool operator==(const JsonText&) const = default;
};

/// An attribute value as it travels in a delta; monostate is NULL.
using AttributeValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, JsonText>;

/// `old` or `new` of a delta: the part of a feature that it mentions.
struct FeatureState {
  bool has_geometry = false;     ///< the key `geometry` is present
  bool geometry_is_text = true;  ///< false: neither string nor null (an error of the delta)
  std::optional<std::string> geometry_wkt;  ///< nullopt = JSON null
  std::vector<std::pair<std::string, AttributeValue>> attributes;
};

enum class DeltaMethod { Create, Patch, Delete };

/// One feature's change as QField recorded it.
struct Delta {
  std::string uuid;
  DeltaMethod method = DeltaMethod::Patch;
  std::string client_id;  ///< "" when the file does not say
  std::string local_layer_id;
  std::string source_layer_id;  ///< may be ""
  std::string local_pk;
  std::string source_pk;
  std::optional<FeatureState> old_state;
  std::optional<FeatureState> new_state;
  std::string content;  ///< the delta as received, compact JSON

  /// The layer the delta is for: source_layer_id, or local_layer_id when that is empty.
  const std::string& layer_id() const {
    return source_layer_id.empty() ? local_layer_id : source_layer_id;
  }
};

/// Keys of features that were created on a device: client_key() -> key in the source.
using ClientKeyMap = std::map<std::string, std::string>;

/// Key into a ClientKeyMap, "<clientId>__<localLayerId>__<localPk>".
std::string client_key(const Delta& delta);

/// The envelope QField uploads.
struct Deltafile {
  std::string id;
  std::string project;
  std::vector<Delta> deltas;
  ClientKeyMap client_pks;
};

/// Reads a deltafile (version 1.0) leniently: unknown keys are ignored, U+0000 escapes removed.
///
/// @errors Corrupt: not JSON, or required keys missing or of the wrong type (message names the
///         place); LimitExceeded: larger or deeper than the constants above
Deltafile parse_deltafile(std::string_view json);

/// Reads one delta object, as Delta::content holds it.
///
/// @errors as parse_deltafile
Delta parse_delta(std::string_view json);

enum class DeltaStatus { Applied, Conflict, NotApplied, Error };

/// What became of one delta.
struct DeltaOutcome {
  DeltaStatus status = DeltaStatus::Applied;
  std::string message;     ///< for people; the texts of the QFieldCloud worker
  std::string error_type;  ///< "", "ERROR", "IO" or "CONFLICT"
  std::string layer_id;
  std::size_t index = 0;  ///< position in the file
  std::string delta_id;
  std::string feature_pk;              ///< source_pk of the delta
  AttributeValue modified_pk;          ///< key after application; NULL on failure
  std::vector<std::string> conflicts;  ///< one text per differing attribute
  std::vector<std::string> provider_errors;
  DeltaMethod method = DeltaMethod::Patch;
};

/// The feedback document of one outcome (all keys always present), compact JSON.
///
/// @param delta_file_id  id of the file the outcome's index counts in
std::string feedback_json(const DeltaOutcome& outcome, std::string_view delta_file_id);

/// Text of a key value as ClientKeyMap and the server keep it; "" for NULL.
std::string key_text(const AttributeValue& value);

}  // namespace qfcsync
