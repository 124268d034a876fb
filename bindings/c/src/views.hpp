#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/conflict.hpp>
#include <qfcsync/schema.hpp>

#include <memory>
#include <string>
#include <vector>

#include <qfcsync.h>

/// C structs that point into C++ objects. A view lives as long as what it was made of stays.
namespace qfcsync::c {

qfcsync_value to_c(const ValueView& value);
inline qfcsync_value to_c(const Value& value) { return to_c(value.view()); }
/// @errors InvalidArgument: no such type
Value from_c(const qfcsync_value& value);

std::vector<qfcsync_value> to_c(const std::vector<Value>& values);
/// @param count  names missing up to it are ""
std::vector<const char*> to_c(const std::vector<std::string>& names, std::size_t count);

qfcsync_table_note to_c(const TableNote& note);

/// A C struct with the arrays that it points to.
class MismatchView {
 public:
  explicit MismatchView(const Mismatch& mismatch);
  MismatchView(const MismatchView&) = delete;
  MismatchView& operator=(const MismatchView&) = delete;
  const qfcsync_mismatch& get() const { return view_; }

 private:
  std::vector<const char*> key_columns_;
  std::vector<qfcsync_value> key_;
  qfcsync_mismatch view_;
};

/// @errors InvalidArgument: a number out of range
Mismatch from_c(const qfcsync_mismatch& mismatch);

class ConflictView {
 public:
  explicit ConflictView(const Conflict& conflict);
  ConflictView(const ConflictView&) = delete;
  ConflictView& operator=(const ConflictView&) = delete;
  const qfcsync_conflict& get() const { return view_; }

 private:
  std::vector<const char*> key_columns_;
  std::vector<qfcsync_value> key_;
  std::vector<qfcsync_value> new_key_;
  std::vector<qfcsync_conflict_cell> cells_;
  qfcsync_conflict view_;
};

/// @errors InvalidArgument: a number out of range
Conflict from_c(const qfcsync_conflict& conflict);

class RelationView {
 public:
  explicit RelationView(const Relation& relation);
  RelationView(const RelationView&) = delete;
  RelationView& operator=(const RelationView&) = delete;
  const qfcsync_relation& get() const { return view_; }

 private:
  std::vector<const char*> child_columns_;
  std::vector<const char*> parent_columns_;
  qfcsync_relation view_;
};

/// @errors InvalidArgument: a name is missing
Relation from_c(const qfcsync_relation& relation);

/// Items in the order they came, each with its view; both keep their address.
template <typename Item, typename View>
class ViewList {
 public:
  void add(Item item) { entries_.push_back(std::make_unique<Entry>(std::move(item))); }
  std::size_t size() const { return entries_.size(); }
  const View& operator[](std::size_t index) const { return entries_[index]->view; }

 private:
  struct Entry {
    explicit Entry(Item of) : item(std::move(of)), view(item) {}
    Item item;
    View view;
  };
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace qfcsync::c

struct qfcsync_schema {
  explicit qfcsync_schema(qfcsync::DatabaseSchema of);

  /// What is unique in a table. The views point into the names.
  struct Unique {
    explicit Unique(const std::vector<std::vector<std::string>>& sets);
    std::vector<std::vector<const char*>> names;
    std::vector<qfcsync_unique> views;
  };

  qfcsync::DatabaseSchema schema;
  std::string fingerprint;
  std::vector<qfcsync_table> tables;
  std::vector<std::vector<qfcsync_column>> columns;
  std::vector<Unique> unique;  // by table
  std::vector<qfcsync_table_note> notes;
  qfcsync::c::ViewList<qfcsync::Relation, qfcsync::c::RelationView> relations;
};

struct qfcsync_schema_operations {
  explicit qfcsync_schema_operations(std::vector<qfcsync::SchemaOperation> of);

  std::vector<qfcsync::SchemaOperation> operations;
  std::vector<std::string> texts;
  std::vector<qfcsync_schema_operation> views;
};

struct qfcsync_summary {
  explicit qfcsync_summary(qfcsync::ChangesetSummary of);

  qfcsync::ChangesetSummary summary;
  std::vector<qfcsync_summary_table> tables;
};

namespace qfcsync::c {

/// Notes of a result and their views.
class NoteList {
 public:
  explicit NoteList(std::vector<TableNote> notes);
  std::size_t size() const { return views_.size(); }
  const qfcsync_table_note* at(std::size_t index) const {
    return index < views_.size() ? &views_[index] : nullptr;
  }

 private:
  std::vector<TableNote> notes_;
  std::vector<qfcsync_table_note> views_;
};

}  // namespace qfcsync::c
