"""What changed in a GeoPackage: find it, carry it, apply it, merge it, keep every version.

    import qfcsync

    changes = qfcsync.diff("base.gpkg", "edited.gpkg")
    for change in changes:
        print(change.operation, change.table, change.key, change.new)
    qfcsync.apply("another_copy.gpkg", changes)

Files are named by str or os.PathLike; a changeset may also be bytes. Long operations run without
the GIL and end with KeyboardInterrupt on Ctrl-C; files are as before then. Every exception of the
library is a QfcsyncError of the class of its code. Conflicts and mismatches are results.
"""

import importlib.metadata as _metadata

from . import _native

__version__ = _metadata.version(__name__)
if _native.version() != __version__:
    raise ImportError(f"qfcsync {__version__} found the native module of version "
                      f"{_native.version()}: install the package again")

from ._changeset import Changeset
from ._native import (UNDEFINED, ApplyResult, Change, CheckProblem, CheckReport, ColumnSchema,
                      CommitResult, Conflict, ConflictCell, DatabaseSchema, DiffReport, Envelope,
                      FileChange, FileInfo, Mismatch, PrunedVersion, PruneReport, Reader, Relation,
                      RenumberedKey, RepairReport, SchemaOperation, StatusEntry, Summary,
                      SummaryTable, TableNote, TableSchema, UnbundleResult, Undefined,
                      UndoConflict, UndoResult, Version)
from ._operations import (MergeResult, RebaseResult, apply, concat, diff, from_json, invert,
                          manifest, merge, read_json, rebase, schema)
from ._repository import Repository
from .errors import *
from .errors import __all__ as _errors

__all__ = [
    "ApplyResult", "Change", "Changeset", "CheckProblem", "CheckReport", "ColumnSchema",
    "CommitResult", "Conflict", "ConflictCell", "DatabaseSchema", "DiffReport", "Envelope",
    "FileChange", "FileInfo", "MergeResult", "Mismatch", "PruneReport", "PrunedVersion",
    "Reader", "RebaseResult", "Relation", "RenumberedKey", "RepairReport", "Repository",
    "SchemaOperation", "StatusEntry", "Summary", "SummaryTable", "TableNote", "TableSchema",
    "UNDEFINED", "UnbundleResult", "Undefined", "UndoConflict", "UndoResult", "Version",
    "apply", "concat", "diff", "from_json", "invert", "manifest", "merge", "read_json",
    "rebase", "schema",
]
__all__ += _errors
