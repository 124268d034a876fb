// An installed C header cannot take its numbers from C++; here the compiler compares them.

#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/conflict.hpp>
#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>
#include <qfcsync/merge.hpp>
#include <qfcsync/repository.hpp>
#include <qfcsync/schema.hpp>
#include <qfcsync/value.hpp>

#include <qfcsync.h>

namespace qfcsync {
namespace {

template <typename Enum>
constexpr bool is(Enum in_cpp, int in_c) {
  return static_cast<int>(in_cpp) == in_c;
}

// Every code of error_codes.def is named once; the count finds a new one.
static_assert(is(ErrorCode::InvalidArgument, -QFCSYNC_ERROR_INVALID_ARGUMENT));
static_assert(is(ErrorCode::NotFound, -QFCSYNC_ERROR_NOT_FOUND));
static_assert(is(ErrorCode::AlreadyExists, -QFCSYNC_ERROR_ALREADY_EXISTS));
static_assert(is(ErrorCode::HeadMoved, -QFCSYNC_ERROR_HEAD_MOVED));
static_assert(is(ErrorCode::SchemaMismatch, -QFCSYNC_ERROR_SCHEMA_MISMATCH));
static_assert(is(ErrorCode::Unsupported, -QFCSYNC_ERROR_UNSUPPORTED));
static_assert(is(ErrorCode::FormatTooNew, -QFCSYNC_ERROR_FORMAT_TOO_NEW));
static_assert(is(ErrorCode::Corrupt, -QFCSYNC_ERROR_CORRUPT));
static_assert(is(ErrorCode::Busy, -QFCSYNC_ERROR_BUSY));
static_assert(is(ErrorCode::Io, -QFCSYNC_ERROR_IO));
static_assert(is(ErrorCode::Network, -QFCSYNC_ERROR_NETWORK));
static_assert(is(ErrorCode::Timeout, -QFCSYNC_ERROR_TIMEOUT));
static_assert(is(ErrorCode::Denied, -QFCSYNC_ERROR_DENIED));
static_assert(is(ErrorCode::LimitExceeded, -QFCSYNC_ERROR_LIMIT_EXCEEDED));
static_assert(is(ErrorCode::Cancelled, -QFCSYNC_ERROR_CANCELLED));
static_assert(is(ErrorCode::Internal, -QFCSYNC_ERROR_INTERNAL));
#define X(name, number, text) +1
constexpr int kErrorCodes = 0
#include <qfcsync/error_codes.def>
    ;
#undef X
static_assert(kErrorCodes == 16, "a new error code: add it to qfcsync.h and to the list above");

static_assert(is(ErrorOrigin::Os, QFCSYNC_ORIGIN_OS));
static_assert(is(ErrorOrigin::Sqlite, QFCSYNC_ORIGIN_SQLITE));
static_assert(is(ErrorOrigin::Gdal, QFCSYNC_ORIGIN_GDAL));
static_assert(is(ErrorOrigin::Git, QFCSYNC_ORIGIN_GIT));
static_assert(is(ErrorOrigin::Asio, QFCSYNC_ORIGIN_ASIO));
static_assert(is(ErrorOrigin::Zip, QFCSYNC_ORIGIN_ZIP));
static_assert(is(ErrorOrigin::Xml, QFCSYNC_ORIGIN_XML));
static_assert(is(ErrorOrigin::Crypto, QFCSYNC_ORIGIN_CRYPTO));
static_assert(is(ErrorOrigin::Curl, QFCSYNC_ORIGIN_CURL));
static_assert(is(ErrorOrigin::Http, QFCSYNC_ORIGIN_HTTP));

static_assert(is(ValueType::Undefined, QFCSYNC_VALUE_UNDEFINED));
static_assert(is(ValueType::Integer, QFCSYNC_VALUE_INTEGER));
static_assert(is(ValueType::Real, QFCSYNC_VALUE_REAL));
static_assert(is(ValueType::Text, QFCSYNC_VALUE_TEXT));
static_assert(is(ValueType::Blob, QFCSYNC_VALUE_BLOB));
static_assert(is(ValueType::Null, QFCSYNC_VALUE_NULL));

static_assert(is(Operation::Delete, QFCSYNC_OPERATION_DELETE));
static_assert(is(Operation::Insert, QFCSYNC_OPERATION_INSERT));
static_assert(is(Operation::Update, QFCSYNC_OPERATION_UPDATE));

static_assert(is(TableNote::Reason::NoKey, QFCSYNC_NOTE_NO_KEY));
static_assert(is(TableNote::Reason::View, QFCSYNC_NOTE_VIEW));
static_assert(is(TableNote::Reason::Virtual, QFCSYNC_NOTE_VIRTUAL));
static_assert(is(TableNote::Reason::Derived, QFCSYNC_NOTE_DERIVED));
static_assert(is(TableNote::Reason::Different, QFCSYNC_NOTE_DIFFERENT));

static_assert(is(Relation::Origin::Declared, QFCSYNC_RELATION_DECLARED));
static_assert(is(Relation::Origin::RelatedTables, QFCSYNC_RELATION_RELATED_TABLES));
static_assert(is(Relation::Origin::Caller, QFCSYNC_RELATION_CALLER));

static_assert(is(SchemaOperation::Kind::AddTable, QFCSYNC_SCHEMA_ADD_TABLE));
static_assert(is(SchemaOperation::Kind::DropTable, QFCSYNC_SCHEMA_DROP_TABLE));
static_assert(is(SchemaOperation::Kind::RenameTable, QFCSYNC_SCHEMA_RENAME_TABLE));
static_assert(is(SchemaOperation::Kind::AddColumn, QFCSYNC_SCHEMA_ADD_COLUMN));
static_assert(is(SchemaOperation::Kind::DropColumn, QFCSYNC_SCHEMA_DROP_COLUMN));
static_assert(is(SchemaOperation::Kind::RenameColumn, QFCSYNC_SCHEMA_RENAME_COLUMN));
static_assert(is(SchemaOperation::Kind::ChangeType, QFCSYNC_SCHEMA_CHANGE_TYPE));
static_assert(is(SchemaOperation::Kind::ReorderColumns, QFCSYNC_SCHEMA_REORDER_COLUMNS));

static_assert(is(SchemaPolicy::Refuse, QFCSYNC_SCHEMA_REFUSE));
static_assert(is(SchemaPolicy::Report, QFCSYNC_SCHEMA_REPORT));

static_assert(is(ExtractMethod::Auto, QFCSYNC_DIFF_AUTO));
static_assert(is(ExtractMethod::Leaves, QFCSYNC_DIFF_LEAVES));
static_assert(is(ExtractMethod::Pages, QFCSYNC_DIFF_PAGES));
static_assert(is(ExtractMethod::Sqlite, QFCSYNC_DIFF_SQLITE));

static_assert(is(MismatchKind::MissingRow, QFCSYNC_MISMATCH_MISSING_ROW));
static_assert(is(MismatchKind::OtherValue, QFCSYNC_MISMATCH_OTHER_VALUE));
static_assert(is(MismatchKind::ExistingRow, QFCSYNC_MISMATCH_EXISTING_ROW));
static_assert(is(MismatchKind::Unique, QFCSYNC_MISMATCH_UNIQUE));
static_assert(is(MismatchKind::NotNull, QFCSYNC_MISMATCH_NOT_NULL));
static_assert(is(MismatchKind::Check, QFCSYNC_MISMATCH_CHECK));
static_assert(is(MismatchKind::ForeignKey, QFCSYNC_MISMATCH_FOREIGN_KEY));
static_assert(is(MismatchKind::Other, QFCSYNC_MISMATCH_OTHER));

static_assert(is(MismatchPolicy::Abort, QFCSYNC_MISMATCH_ABORT));
static_assert(is(MismatchPolicy::Skip, QFCSYNC_MISMATCH_SKIP));

static_assert(is(ConflictKind::SameCell, QFCSYNC_CONFLICT_SAME_CELL));
static_assert(is(ConflictKind::OursDeletedTheirsEdited,
                 QFCSYNC_CONFLICT_OURS_DELETED_THEIRS_EDITED));
static_assert(is(ConflictKind::OursEditedTheirsDeleted,
                 QFCSYNC_CONFLICT_OURS_EDITED_THEIRS_DELETED));
static_assert(is(ConflictKind::KeyCollision, QFCSYNC_CONFLICT_KEY_COLLISION));
static_assert(is(ConflictKind::Unique, QFCSYNC_CONFLICT_UNIQUE));
static_assert(is(ConflictKind::MissingParent, QFCSYNC_CONFLICT_MISSING_PARENT));
static_assert(is(ConflictKind::Constraint, QFCSYNC_CONFLICT_CONSTRAINT));

static_assert(is(Side::Ours, QFCSYNC_SIDE_OURS));
static_assert(is(Side::Theirs, QFCSYNC_SIDE_THEIRS));
static_assert(is(Side::Both, QFCSYNC_SIDE_BOTH));

static_assert(is(MergePolicy::Ours, QFCSYNC_MERGE_OURS));
static_assert(is(MergePolicy::Theirs, QFCSYNC_MERGE_THEIRS));
static_assert(is(MergePolicy::Ask, QFCSYNC_MERGE_ASK));

static_assert(is(FileAction::Added, QFCSYNC_FILE_ADDED));
static_assert(is(FileAction::Changed, QFCSYNC_FILE_CHANGED));
static_assert(is(FileAction::Removed, QFCSYNC_FILE_REMOVED));
static_assert(is(FileAction::Same, QFCSYNC_FILE_SAME));

static_assert(is(CheckDepth::Fast, QFCSYNC_CHECK_FAST));
static_assert(is(CheckDepth::Deep, QFCSYNC_CHECK_DEEP));

}  // namespace
}  // namespace qfcsync
