#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>

#include "module.hpp"
#include "streams.hpp"
#include "values.hpp"

#include <memory>
#include <string>
#include <utility>

#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;

namespace qfcsync::python {
namespace {

/// A change that owns its values.
struct OwnedChange {
  Operation operation = Operation::Insert;
  bool is_indirect = false;
  nb::object table;
  nb::tuple columns;  ///< names, from the envelope or "c0", "c1", ...
  nb::tuple is_key;
  nb::tuple old_values;
  nb::tuple new_values;

  nb::tuple key_values() const { return operation == Operation::Insert ? new_values : old_values; }
};

/// The defined values by name; empty where that side has no row.
nb::dict by_name(const OwnedChange& change, const nb::tuple& values) {
  nb::dict result;
  const nb::object undefined = to_python(ValueView());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const nb::object value = values[i];
    if (!value.is(undefined)) result[nb::object(change.columns[i])] = value;
  }
  return result;
}

nb::dict key_by_name(const OwnedChange& change) {
  nb::dict result;
  const nb::tuple values = change.key_values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (nb::object(change.is_key[i]).is(Py_True)) {
      result[nb::object(change.columns[i])] = nb::object(values[i]);
    }
  }
  return result;
}

/// Iterates over the changes of one changeset. Holds the GIL: one thread at a time by that.
class Reader {
 public:
  explicit Reader(nb::object from)
      : source_(std::make_unique<Source>(std::move(from))),
        reader_(std::make_unique<ChangesetReader>(source_->stream())) {}

  OwnedChange next() {
    if (!reader_) throw Error(ErrorCode::InvalidArgument, "the changeset's reader is closed");
    const Change* change = reader_->next();
    if (change == nullptr) throw nb::stop_iteration();
    if (!table_.is_valid() || change->table->name != table_name_ ||
        change->table->key != table_key_) {
      begin_table(*change->table);
    }
    return {change->operation,
            change->is_indirect,
            table_,
            columns_,
            is_key_,
            to_python(change->old_values),
            to_python(change->new_values)};
  }

  void close() {
    reader_.reset();
    source_.reset();
  }

  nb::object envelope() const {
    if (!reader_ || reader_->envelope() == nullptr) return nb::none();
    return nb::cast(*reader_->envelope());
  }

 private:
  void begin_table(const ChangesetTable& table) {
    table_name_ = table.name;
    table_key_ = table.key;
    table_ = to_str(table.name);
    const auto* envelope = reader_->envelope();
    const auto* schema = envelope == nullptr ? nullptr : envelope->find(table.name);
    const bool has_names = schema != nullptr && schema->columns.size() == table.column_count();
    nb::list names;
    nb::list keys;
    for (std::size_t i = 0; i < table.column_count(); ++i) {
      names.append(to_str(has_names ? schema->columns[i].name : "c" + std::to_string(i)));
      keys.append(nb::bool_(table.key[i] != 0));
    }
    columns_ = nb::tuple(names);
    is_key_ = nb::tuple(keys);
  }

  std::unique_ptr<Source> source_;
  std::unique_ptr<ChangesetReader> reader_;
  std::string table_name_;
  std::vector<std::uint8_t> table_key_;
  nb::object table_;
  nb::tuple columns_;
  nb::tuple is_key_;
};

void bind_change(nb::module_& module) {
  nb::class_<OwnedChange>(module, "Change",
                          "One row that changed. operation: \"insert\", \"update\", \"delete\"; "
                          "key, old and new: values by name of\ncolumn, those that are part of the "
                          "change; old_values and new_values: one for each column.")
      .def_prop_ro("operation", [](const OwnedChange& it) { return to_string(it.operation); })
      .def_prop_ro("table", [](const OwnedChange& it) { return it.table; })
      .def_ro("is_indirect", &OwnedChange::is_indirect)
      .def_prop_ro("columns", [](const OwnedChange& it) { return it.columns; })
      .def_prop_ro("old_values", [](const OwnedChange& it) { return it.old_values; })
      .def_prop_ro("new_values", [](const OwnedChange& it) { return it.new_values; })
      .def_prop_ro("old", [](const OwnedChange& it) { return by_name(it, it.old_values); })
      .def_prop_ro("new", [](const OwnedChange& it) { return by_name(it, it.new_values); })
      .def_prop_ro("key", &key_by_name)
      .def("__repr__", [](const OwnedChange& it) {
        return nb::str("<{} {} {}>")
            .attr("format")(to_string(it.operation), it.table, key_by_name(it));
      });
}

void bind_envelope(nb::module_& module) {
  nb::class_<ChangesetEnvelope>(
      module, "Envelope",
      "What travels along with a changeset: columns, relations, largest keys, who wrote it.")
      .def_ro("tool_version", &ChangesetEnvelope::tool_version)
      .def_ro("schema_fingerprint", &ChangesetEnvelope::schema_fingerprint)
      .def_ro("base_id", &ChangesetEnvelope::base_id)
      .def_ro("tables", &ChangesetEnvelope::tables)
      .def_ro("relations", &ChangesetEnvelope::relations)
      .def_prop_ro("max_keys", [](const ChangesetEnvelope& it) {
        nb::dict result;
        for (const auto& [table, key] : it.max_keys) result[to_str(table)] = nb::int_(key);
        return result;
      });
}

}  // namespace

void bind_reader(nb::module_& module) {
  bind_change(module);
  bind_envelope(module);
  nb::class_<Reader>(module, "Reader",
                     "Iterates over the changes of a changeset in memory of one change; a context "
                     "manager. The\nenvelope is known after the first change.")
      .def(nb::init<nb::object>(), nb::arg("changeset"))
      .def("__iter__", [](nb::object self) { return self; })
      .def("__next__", &Reader::next)
      .def("close", &Reader::close)
      .def_prop_ro("envelope", &Reader::envelope)
      .def("__enter__", [](nb::object self) { return self; })
      .def("__exit__", [](Reader& self, nb::args) { self.close(); });
}

}  // namespace qfcsync::python
