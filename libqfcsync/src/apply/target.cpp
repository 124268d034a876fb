#include "apply/target_file.hpp"
#include "gpkg/edit_schema.hpp"
#include "model/gpkg_blob.hpp"

#include <fmt/format.h>

namespace qfcsync::apply {

using gpkg::edit::Statement;

Target::Target(sqlite3* database, std::size_t number, TargetTable table)
    : database_(database), number_(number), table_(std::move(table)), rows_(database, table_) {
  if (!table_.triggers.rtree.empty()) index_.emplace(database, table_.triggers.rtree);
}

void Target::set_key_actions(const std::vector<ForeignKey>& keys) {
  table_.is_action_parent = false;
  for (auto& column : table_.columns) column.is_referenced = false;
  mark_referenced(table_, keys);
}

model::Envelope Target::box_of(Cells values) const {
  if (!table_.geometry) return {};
  const ValueView& geometry = values[*table_.geometry];
  if (geometry.type() != ValueType::Blob) return {};
  return model::gpkg_blob_envelope(geometry.bytes()).value_or(model::Envelope());
}

std::int64_t Target::row_id(Cells key) const { return key[table_.key[0]].as_integer(); }

gpkg::edit::Table* Target::notes() {
  if (!notes_are_read_) {
    auto schema = gpkg::edit::read_schema(database_, table_.name);
    if (schema) notes_ = std::make_unique<gpkg::edit::Table>(database_, std::move(*schema));
    notes_are_read_ = true;
  }
  return notes_.get();
}

void Target::note_insert(Cells values, bool triggers_fired) {
  const model::Envelope box = box_of(values);
  if (auto* notes = this->notes()) notes->note_insert({}, box);
  if (triggers_fired) return;
  if (table_.triggers.has_counts) ++count_change_;
  if (!index_ || box.is_empty()) return;
  index_->set(row_id(values), box);
  has_pending_index_ = true;
}

void Target::note_update(Cells key, Cells values, bool triggers_fired) {
  const bool has_geometry = table_.geometry && values[*table_.geometry].is_defined();
  const model::Envelope box = has_geometry ? box_of(values) : model::Envelope();
  if (auto* notes = this->notes()) notes->note_update({}, box);
  if (triggers_fired || !index_ || !has_geometry) return;
  index_->set(row_id(key), box);
  has_pending_index_ = true;
}

void Target::note_remove(Cells old_values, bool triggers_fired) {
  if (auto* notes = this->notes()) notes->note_remove();
  if (triggers_fired) return;
  if (table_.triggers.has_counts) --count_change_;
  if (!index_) return;
  index_->remove(row_id(old_values), box_of(old_values));
  has_pending_index_ = true;
}

void Target::flush() {
  if (index_) index_->flush();
  has_pending_index_ = false;
  if (count_change_ == 0) return;
  Statement statement(database_,
                      "UPDATE gpkg_ogr_contents SET feature_count = feature_count + ?1 WHERE "
                      "lower(table_name) = lower(?2)");
  statement.bind_int(1, count_change_).bind_text(2, table_.name).run();
  count_change_ = 0;
}

void Target::write_notes() {
  if (notes_) notes_->write_notes();
}

void Target::forget() {
  if (!table_.triggers.rtree.empty()) index_.emplace(database_, table_.triggers.rtree);
  notes_.reset();
  notes_are_read_ = false;
  has_pending_index_ = false;
  count_change_ = 0;
}

}  // namespace qfcsync::apply
