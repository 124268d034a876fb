#include <qfcsync/changeset.hpp>
#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/conflict.hpp>
#include <qfcsync/schema.hpp>
#include <qfcsync/version.hpp>

#include <string_view>

#include <qfcsync.h>

// The library's names are literals, so that their bytes end with NUL; tests/c_abi checks it.
namespace {

template <typename Enum>
const char* name_up_to(Enum last, int number) {
  if (number < 0 || number > static_cast<int>(last)) return "";
  return to_string(static_cast<Enum>(number)).data();
}

}  // namespace

const char* qfcsync_version(void) { return qfcsync::version().data(); }

void qfcsync_version_numbers(int* major, int* minor, int* patch) {
  if (major != nullptr) *major = QFCSYNC_VERSION_MAJOR;
  if (minor != nullptr) *minor = QFCSYNC_VERSION_MINOR;
  if (patch != nullptr) *patch = QFCSYNC_VERSION_PATCH;
}

int qfcsync_abi_version(void) { return QFCSYNC_ABI_VERSION; }

const char* qfcsync_operation_name(int operation) {
  switch (operation) {
    case QFCSYNC_OPERATION_DELETE:
    case QFCSYNC_OPERATION_INSERT:
    case QFCSYNC_OPERATION_UPDATE:
      return to_string(static_cast<qfcsync::Operation>(operation)).data();
    default:
      return "";
  }
}

const char* qfcsync_note_reason_name(int reason) {
  return name_up_to(qfcsync::TableNote::Reason::Different, reason);
}

const char* qfcsync_relation_origin_name(int origin) {
  return name_up_to(qfcsync::Relation::Origin::Caller, origin);
}

const char* qfcsync_schema_operation_kind_name(int kind) {
  return name_up_to(qfcsync::SchemaOperation::Kind::ReorderColumns, kind);
}

const char* qfcsync_mismatch_kind_name(int kind) {
  return name_up_to(qfcsync::MismatchKind::Other, kind);
}

const char* qfcsync_conflict_kind_name(int kind) {
  return name_up_to(qfcsync::ConflictKind::Constraint, kind);
}

const char* qfcsync_side_name(int side) { return name_up_to(qfcsync::Side::Both, side); }
