"""The operations, under the names that they have on the command line and in C."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Optional, Union

from . import _native
from ._changeset import AnyChangeset, Changeset, Progress, StrPath, _made, _source

Resolve = Callable[[_native.Conflict], str]
OnConflict = Callable[[_native.Conflict], object]
OnMismatch = Callable[[_native.Mismatch], object]


class RebaseResult(NamedTuple):
    """Our changes, rewritten, and what did not go together."""

    changeset: Changeset
    conflicts: list[_native.Conflict]
    renumbered: list[_native.RenumberedKey]  #: keys of ours that theirs holds
    change_count: int


class MergeResult(NamedTuple):
    """What a merge of files did beside writing the file."""

    conflicts: list[_native.Conflict]
    renumbered: list[_native.RenumberedKey]
    ours: _native.Summary
    theirs: _native.Summary
    notes: list[_native.TableNote]  #: tables that could not be merged; theirs are in the result


def diff(base: StrPath, modified: StrPath, *, output: Optional[StrPath] = None,
         manifest: Union[StrPath, bytes, None] = None, tables: Iterable[str] = (),
         schema_policy: str = "refuse", method: str = "auto", with_envelope: bool = True,
         base_id: str = "", progress: Optional[Progress] = None) -> Changeset:
    """Finds what changed from base to modified, two GeoPackages or other SQLite files.

    Values are compared as they are stored. Other programs may go on writing to both files. Of tables
    whose rows no key names `changeset.report.notes` tells by `has_changes` that they changed.

    output         file for the changeset; in memory without
    manifest       of base, made by `manifest()`: only what changed is read from base
    tables         exact names; all without
    schema_policy  "refuse": raise SchemaMismatch if a table has other columns in modified;
                   "report": leave such tables out, they are in `changeset.report`
    method         "auto", "leaves", "pages", "sqlite": all give the same changeset
    with_envelope  put column names, schema fingerprint and a checksum into the changeset
    progress       called with the share done, 0 to 1; False stops with Cancelled
    """
    data, report = _native.diff(base, modified, output, manifest, list(tables), schema_policy,
                                method, with_envelope, base_id, progress)
    changeset = _made(data, output)
    changeset.report = report
    return changeset


def manifest(path: StrPath, output: Optional[StrPath] = None, *,
             progress: Optional[Progress] = None) -> Optional[bytes]:
    """Hashes of all pages of a file, for the next `diff` from it; None if written to output."""
    return _native.manifest(path, output, progress)


def apply(target: StrPath, changeset: AnyChangeset, *, dry_run: bool = False,
          policy: str = "abort", max_reported: int = 100,
          on_mismatch: Optional[OnMismatch] = None,
          progress: Optional[Progress] = None) -> _native.ApplyResult:
    """Makes the changes of a changeset in a file: all or nothing.

    A change that does not fit is no exception: look at `is_applied` and `mismatches`.

    dry_run      do everything, then take it back
    policy       "abort": one change that does not fit, and nothing is changed;
                 "skip": such changes are left out, all others are made
    on_mismatch  called with every Mismatch; the result keeps the first max_reported
    """
    return _native.apply(target, _source(changeset), policy, dry_run, max_reported, on_mismatch,
                         progress)


def invert(changeset: AnyChangeset, output: Optional[StrPath] = None) -> Changeset:
    """The changeset that undoes another one."""
    return Changeset(changeset).invert(output)


def concat(changesets: Iterable[AnyChangeset], output: Optional[StrPath] = None) -> Changeset:
    """One changeset that does what several do one after the other."""
    return _made(_native.concat([_source(one) for one in changesets], output), output)


def rebase(ours: AnyChangeset, theirs: AnyChangeset, *, output: Optional[StrPath] = None,
           policy: str = "ours", resolve: Optional[Resolve] = None,
           on_conflict: Optional[OnConflict] = None,
           relations: Sequence[_native.Relation] = (),
           schema: Optional[_native.DatabaseSchema] = None,
           max_keys: Optional[Mapping[str, int]] = None,
           progress: Optional[Progress] = None) -> RebaseResult:
    """Rewrites ours so that it applies after theirs.

    What only one side changed stays, cell by cell. Where both disagree the policy decides, and the
    conflict is in the result with the values of base, ours and theirs.

    policy       "ours", "theirs", or "ask": resolve answers "ours" or "theirs" for each Conflict
    on_conflict  called with every conflict after it was decided
    relations    beside those that schema or envelopes know, to which all names have to be known
    schema       column names and constraints; without, the envelopes tell
    max_keys     by table: integer keys given anew are above this
    """
    data, conflicts, renumbered, change_count = _native.rebase(
        _source(ours), _source(theirs), output, policy, resolve, on_conflict, list(relations),
        schema, dict(max_keys or {}), progress)
    return RebaseResult(_made(data, output), conflicts, renumbered, change_count)


def merge(base: StrPath, ours: StrPath, theirs: StrPath, result: StrPath, *,
          policy: str = "ours", resolve: Optional[Resolve] = None,
          on_conflict: Optional[OnConflict] = None,
          relations: Sequence[_native.Relation] = (),
          progress: Optional[Progress] = None) -> MergeResult:
    """Merges two edited copies of a file into result, which appears whole or not at all.

    It may name ours or theirs. policy, resolve, on_conflict and relations: see `rebase`.
    """
    return MergeResult(*_native.merge(base, ours, theirs, result, policy, resolve, on_conflict,
                                      list(relations), progress))


def schema(path: StrPath) -> _native.DatabaseSchema:
    """What tables a GeoPackage or any SQLite file has, and which are not compared."""
    return _native.schema(path)


def from_json(text: Union[str, bytes], *, output: Optional[StrPath] = None,
              schema: Optional[_native.DatabaseSchema] = None) -> Changeset:
    """The changeset that a text of `Changeset.to_json` describes, edited by people or not."""
    data = text.encode() if isinstance(text, str) else text
    return _made(_native.from_json(data, output, schema), output)


def read_json(path: StrPath, *, output: Optional[StrPath] = None,
              schema: Optional[_native.DatabaseSchema] = None) -> Changeset:
    """As `from_json`, from a file."""
    return _made(_native.from_json(path, output, schema), output)
