#pragma once

#include <qfcsync/delta_applier.hpp>

#include "gpkg/edit_default.hpp"
#include "gpkg/edit_layer.hpp"
#include "model/envelope.hpp"

#include <functional>
#include <string>

namespace qfcsync::gpkg {

/// What the deltas of one applier share.
struct DeltaContext {
  ConflictPolicy policy;
  const ClientKeyMap& client_keys;
  const edit::Surroundings& surroundings;
};

/// Outcomes that are not Applied; always return false.
bool not_applied(DeltaOutcome& outcome, std::string message);
bool commit_failed(DeltaOutcome& outcome, std::string provider_error);
bool unknown_error(DeltaOutcome& outcome, std::string message);

/// Applies one delta to its layer and writes down what became of it.
class DeltaRun {
 public:
  DeltaRun(const DeltaContext& context, edit::LayerEditor& editor, const Delta& delta,
           DeltaOutcome& outcome)
      : context_(context), editor_(editor), delta_(delta), outcome_(outcome) {}

  /// @return whether the delta is applied
  /// @errors Io, Busy, Corrupt: the file; SchemaMismatch, LimitExceeded: reading the row failed
  bool run();

  /// Whether the feature's key is another one than before.
  bool key_changed() const { return key_changed_; }

 private:
  using Assignments = edit::Assignments;

  bool create();
  bool patch();
  bool remove();

  bool find_row();
  bool check_conflicts();
  bool choose_value(std::size_t column, Assignments& assignments);
  bool choose_default(std::size_t column, Assignments& assignments);
  bool is_usable(std::size_t column, const edit::SqlValue& value);
  bool assign_geometry(const FeatureState& state, Assignments& assignments);
  bool parse_geometry(const std::string& wkt, Assignments& assignments);
  bool assign_changed_geometry(Assignments& assignments);
  bool assign_changed_attributes(Assignments& assignments);
  bool assign_changed(const std::string& name, const AttributeValue& value,
                      Assignments& assignments);
  bool write(const std::function<bool()>& change, const char* ignored);
  void report_key(const edit::SqlValue& key);

  const DeltaContext& context_;
  edit::LayerEditor& editor_;
  const Delta& delta_;
  DeltaOutcome& outcome_;

  edit::Row row_;
  bool found_by_map_ = false;
  bool key_changed_ = false;
  model::Envelope box_;
};

}  // namespace qfcsync::gpkg
