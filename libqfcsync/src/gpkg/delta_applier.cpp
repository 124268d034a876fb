#include <qfcsync/delta_applier.hpp>
#include <qfcsync/error.hpp>

#include "gpkg/delta_run.hpp"

#include <unordered_map>

#include <fmt/format.h>

namespace qfcsync {
namespace {

using gpkg::edit::EditFile;
using gpkg::edit::LayerEditor;
using gpkg::edit::Table;

/// A layer once looked up: either it can be edited, or the reason why not.
struct LayerSlot {
  std::string failure;
  std::unique_ptr<LayerEditor> editor;
};

/// Unknown ids from outside must not pile up.
constexpr std::size_t kMaxLayerSlots = 10'000;

std::string key_failure(const EditLayer& layer, const gpkg::edit::TableSchema& schema) {
  if (schema.key_columns > 1) return "Composite (multi-column) primary keys are not supported!";
  if (!schema.key) {
    return fmt::format("Layer \"{}\" neither has a primary key, nor an attribute `fid`! ",
                       layer.name);
  }
  const std::string& name = schema.columns[*schema.key].name;
  if (name.find(',') == std::string::npos) return {};
  return fmt::format("Comma in field name \"{}\" is not allowed!", name);
}

}  // namespace

struct DeltaApplier::Impl {
  Impl(LayerLookup layer_lookup, ApplyOptions apply_options)
      : lookup(std::move(layer_lookup)), options(std::move(apply_options)) {}

  LayerSlot& slot(const std::string& id);
  LayerSlot open_layer(const std::string& id);
  LayerSlot open_table(const EditLayer& layer);
  EditFile& file(const std::filesystem::path& path);
  void run(const Delta& delta, DeltaOutcome& outcome);

  LayerLookup lookup;
  ApplyOptions options;
  gpkg::edit::Surroundings surroundings = gpkg::edit::real_surroundings();
  std::map<std::string, std::unique_ptr<EditFile>> files;
  std::unordered_map<std::string, LayerSlot> slots;  // after files: holds their statements
  std::size_t applied_index = 0;
  bool is_broken = false;
};

LayerSlot& DeltaApplier::Impl::slot(const std::string& id) {
  const auto found = slots.find(id);
  if (found != slots.end()) return found->second;
  if (slots.size() >= kMaxLayerSlots) slots.clear();
  return slots.emplace(id, open_layer(id)).first->second;
}

LayerSlot DeltaApplier::Impl::open_layer(const std::string& id) {
  const auto layer = lookup(id);
  if (!layer || !layer->is_vector) return {fmt::format("No layer with id \"{}\"", id), nullptr};
  if (!layer->is_valid) return {fmt::format("Invalid layer \"{}\"", id), nullptr};
  if (!layer->is_editable) return {fmt::format("Cannot start editing layer \"{}\"", id), nullptr};
  try {
    LayerSlot slot = open_table(*layer);
    return slot;
  } catch (const Error& error) {
    // A file that is missing, no GeoPackage, or whose table does not bear the filter.
    const bool is_layers_fault = error.code() == ErrorCode::NotFound ||
                                 error.code() == ErrorCode::Corrupt ||
                                 error.code() == ErrorCode::SchemaMismatch;
    if (!is_layers_fault) throw;
    return {fmt::format("Invalid layer \"{}\"", id), nullptr};
  }
}

LayerSlot DeltaApplier::Impl::open_table(const EditLayer& layer) {
  EditFile& target = file(layer.file);
  Table* table = target.table(layer.table);
  if (table == nullptr) return {fmt::format("Invalid layer \"{}\"", layer.id), nullptr};
  if (!table->schema().is_plain || target.connection().is_read_only()) {
    return {fmt::format("Cannot start editing layer \"{}\"", layer.id), nullptr};
  }
  std::string failure = key_failure(layer, table->schema());
  if (!failure.empty()) return {std::move(failure), nullptr};
  return {{}, std::make_unique<LayerEditor>(layer, target, *table)};
}

EditFile& DeltaApplier::Impl::file(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto canonical = std::filesystem::weakly_canonical(path, ignored);
  const auto& name = canonical.empty() ? path : canonical;
  auto& entry = files[name.string()];
  if (!entry) {
    try {
      entry = std::make_unique<EditFile>(path, options.safety);
    } catch (...) {
      files.erase(name.string());
      throw;
    }
  }
  return *entry;
}

void DeltaApplier::Impl::run(const Delta& delta, DeltaOutcome& outcome) {
  LayerSlot& layer = slot(delta.layer_id());
  if (!layer.editor) {
    gpkg::not_applied(outcome, layer.failure);
    return;
  }
  EditFile& target = layer.editor->file();
  target.begin();
  const gpkg::DeltaContext context{options.policy, options.client_keys, surroundings};
  gpkg::DeltaRun run(context, *layer.editor, delta, outcome);
  try {
    if (!run.run()) return;
  } catch (const Error& error) {
    const bool is_deltas_fault =
        error.code() == ErrorCode::SchemaMismatch || error.code() == ErrorCode::LimitExceeded;
    if (!is_deltas_fault || !target.connection().in_transaction()) throw;
    gpkg::unknown_error(outcome, error.what());
    return;
  }
  if (run.key_changed() && !delta.client_id.empty()) {
    options.client_keys[client_key(delta)] = key_text(outcome.modified_pk);
  }
}

DeltaApplier::DeltaApplier(LayerLookup lookup, ApplyOptions options)
    : impl_(std::make_unique<Impl>(std::move(lookup), std::move(options))) {}

DeltaApplier::~DeltaApplier() = default;

DeltaOutcome DeltaApplier::apply(const Delta& delta) {
  DeltaOutcome outcome;
  outcome.layer_id = delta.layer_id();
  outcome.index = impl_->applied_index++;
  outcome.delta_id = delta.uuid;
  outcome.feature_pk = delta.source_pk;
  outcome.method = delta.method;
  try {
    impl_->run(delta, outcome);
  } catch (...) {
    impl_->is_broken = true;
    throw;
  }
  return outcome;
}

std::vector<std::filesystem::path> DeltaApplier::commit() {
  if (impl_->is_broken) {
    throw Error(ErrorCode::Io, "nothing is committed: applying a delta failed before");
  }
  std::vector<std::filesystem::path> changed;
  impl_->slots.clear();
  impl_->is_broken = true;  // until all files are done
  for (auto& [name, file] : impl_->files) {
    file->commit();
    if (file->is_changed()) changed.push_back(file->path());
  }
  impl_->files.clear();
  impl_->is_broken = false;
  return changed;
}

const ClientKeyMap& DeltaApplier::client_keys() const { return impl_->options.client_keys; }

}  // namespace qfcsync
