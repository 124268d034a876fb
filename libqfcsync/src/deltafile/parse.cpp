// Reading of deltafiles. No tree is built: the cursor runs over the text once, so that a hostile
// file costs at most a small multiple of its size.

#include <qfcsync/deltafile.hpp>
#include <qfcsync/error.hpp>

#include "deltafile/attributes.hpp"
#include "deltafile/json_compact.hpp"
#include "deltafile/json_cursor.hpp"

#include <set>

#include <fmt/format.h>

namespace qfcsync {
namespace {

using deltafile::JsonCursor;
using deltafile::JsonKind;

constexpr std::string_view kVersion = "1.0";

[[noreturn]] void schema_error(const std::string& place, std::string_view wrong) {
  throw Error(ErrorCode::Corrupt,
              fmt::format("the deltafile is not as expected: {} {}", place, wrong));
}

void require(JsonCursor& cursor, JsonKind wanted, const std::string& place) {
  const JsonKind found = cursor.kind();
  if (found == wanted) return;
  schema_error(place, fmt::format("has to be {}, not {}", deltafile::to_string(wanted),
                                  deltafile::to_string(found)));
}

std::string text_at(JsonCursor& cursor, const std::string& place) {
  require(cursor, JsonKind::String, place);
  return cursor.take_string();
}

/// Which of the required keys have been seen.
class Required {
 public:
  explicit Required(std::set<std::string_view> keys) : missing_(std::move(keys)) {}
  void see(std::string_view key) { missing_.erase(key); }
  void check(const std::string& prefix) const {
    if (!missing_.empty())
      schema_error(fmt::format("{}{}", prefix, *missing_.begin()), "is missing");
  }

 private:
  std::set<std::string_view> missing_;
};

void read_attributes(JsonCursor& cursor, const std::string& place, FeatureState& state) {
  require(cursor, JsonKind::Object, place);
  cursor.enter();
  state.attributes.clear();
  std::string name;
  while (cursor.next_key(name)) {
    if (state.attributes.size() == deltafile::kMaxAttributesPerState) {
      throw Error(ErrorCode::LimitExceeded, fmt::format("{} has more than {} members", place,
                                                        deltafile::kMaxAttributesPerState));
    }
    state.attributes.emplace_back(std::move(name), cursor.take_value());
  }
  deltafile::drop_overwritten(state.attributes);
}

void read_geometry(JsonCursor& cursor, FeatureState& state) {
  state.has_geometry = true;
  state.geometry_wkt.reset();
  const JsonKind kind = cursor.kind();
  state.geometry_is_text = kind == JsonKind::String || kind == JsonKind::Null;
  if (kind == JsonKind::String) {
    state.geometry_wkt = cursor.take_string();
  } else {
    cursor.take_raw();
  }
}

FeatureState read_state(JsonCursor& cursor, const std::string& place) {
  require(cursor, JsonKind::Object, place);
  FeatureState state;
  cursor.enter();
  std::string key;
  while (cursor.next_key(key)) {
    if (key == "geometry") {
      read_geometry(cursor, state);
    } else if (key == "attributes") {
      read_attributes(cursor, place + ".attributes", state);
    } else {
      if (key == "files_sha256") require(cursor, JsonKind::Object, place + ".files_sha256");
      if (key == "is_snapshot") require(cursor, JsonKind::Bool, place + ".is_snapshot");
      cursor.take_raw();
    }
  }
  return state;
}

DeltaMethod method_at(JsonCursor& cursor, const std::string& place) {
  const std::string name = text_at(cursor, place);
  if (name == "create") return DeltaMethod::Create;
  if (name == "patch") return DeltaMethod::Patch;
  if (name == "delete") return DeltaMethod::Delete;
  schema_error(place, "has to be \"create\", \"patch\" or \"delete\"");
}

/// Members of a delta that are plain texts.
std::string* text_member(Delta& delta, std::string_view key) {
  if (key == "uuid") return &delta.uuid;
  if (key == "clientId") return &delta.client_id;
  if (key == "localLayerId") return &delta.local_layer_id;
  if (key == "sourceLayerId") return &delta.source_layer_id;
  if (key == "localPk") return &delta.local_pk;
  if (key == "sourcePk") return &delta.source_pk;
  return nullptr;
}

void read_member(JsonCursor& cursor, const std::string& key, const std::string& place,
                 Delta& delta) {
  if (std::string* text = text_member(delta, key)) {
    *text = text_at(cursor, place);
  } else if (key == "method") {
    delta.method = method_at(cursor, place);
  } else if (key == "old") {
    delta.old_state = read_state(cursor, place);
  } else if (key == "new") {
    delta.new_state = read_state(cursor, place);
  } else {
    const bool is_text = key == "localLayerName" || key == "localLayerCrs" || key == "exportId";
    if (is_text) require(cursor, JsonKind::String, place);
    cursor.take_raw();
  }
}

/// Reads the delta that is `raw`; prefix is where it stands in the file, e.g. "deltas[3].".
Delta read_delta(std::string_view raw, const std::string& prefix) {
  JsonCursor cursor(raw);
  Delta delta;
  Required required({"uuid", "method", "localLayerId", "sourceLayerId", "localPk", "sourcePk"});
  cursor.enter();
  std::string key;
  while (cursor.next_key(key)) {
    required.see(key);
    read_member(cursor, key, prefix + key, delta);
  }
  required.check(prefix);
  delta.content = raw;
  return delta;
}

void read_deltas(JsonCursor& cursor, Deltafile& file) {
  require(cursor, JsonKind::Array, "deltas");
  cursor.enter();
  while (cursor.next_item()) {
    if (file.deltas.size() == kMaxDeltasPerFile) {
      throw Error(ErrorCode::LimitExceeded,
                  fmt::format("the deltafile has more than {} deltas", kMaxDeltasPerFile));
    }
    const std::string place = fmt::format("deltas[{}]", file.deltas.size());
    require(cursor, JsonKind::Object, place);
    file.deltas.push_back(read_delta(cursor.take_raw(), place + "."));
  }
}

void read_files(JsonCursor& cursor) {
  require(cursor, JsonKind::Array, "files");
  cursor.enter();
  std::set<std::string> names;
  while (cursor.next_item()) {
    const std::string place = fmt::format("files[{}]", names.size());
    if (!names.insert(text_at(cursor, place)).second) schema_error(place, "stands there twice");
  }
}

void read_client_pks(JsonCursor& cursor, Deltafile& file) {
  require(cursor, JsonKind::Object, "clientPks");
  cursor.enter();
  std::string key;
  while (cursor.next_key(key)) {
    file.client_pks[key] = text_at(cursor, fmt::format("clientPks[\"{}\"]", key));
  }
}

void read_file_member(JsonCursor& cursor, const std::string& key, Deltafile& file) {
  if (key == "version") {
    if (text_at(cursor, key) != kVersion) schema_error(key, "has to be \"1.0\"");
  } else if (key == "id") {
    file.id = text_at(cursor, key);
  } else if (key == "project") {
    file.project = text_at(cursor, key);
  } else if (key == "deltas") {
    file.deltas.clear();
    read_deltas(cursor, file);
  } else if (key == "files") {
    read_files(cursor);
  } else if (key == "clientPks") {
    read_client_pks(cursor, file);
  } else {
    cursor.take_raw();
  }
}

constexpr deltafile::JsonBounds kBounds{kMaxDeltafileBytes, kMaxDeltaJsonDepth};

}  // namespace

Deltafile parse_deltafile(std::string_view json) {
  const std::string text = deltafile::compact_json(json, kBounds);
  JsonCursor cursor(text);
  require(cursor, JsonKind::Object, "the document");
  Deltafile file;
  Required required({"version", "id", "project", "deltas", "files"});
  cursor.enter();
  std::string key;
  while (cursor.next_key(key)) {
    required.see(key);
    read_file_member(cursor, key, file);
  }
  cursor.finish();
  required.check("");
  return file;
}

Delta parse_delta(std::string_view json) {
  const std::string text = deltafile::compact_json(json, kBounds);
  JsonCursor cursor(text);
  require(cursor, JsonKind::Object, "the delta");
  const std::string_view raw = cursor.take_raw();
  cursor.finish();
  return read_delta(raw, "");
}

}  // namespace qfcsync
