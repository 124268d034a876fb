"""What changed in a GeoPackage, and the merge of two edited copies, in Python.

    changeset.py BASE OURS THEIRS RESULT

Exits with 0, with 1 when there were conflicts, with 2 when something failed.
"""

import sys

import qfcsync


def text(value):
    if value is qfcsync.UNDEFINED:
        return "-"
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:g}" if isinstance(value, float) else str(value)


def print_change(change):
    print(change.operation, change.table)
    for column in change.columns:
        before = change.old.get(column, qfcsync.UNDEFINED)
        after = change.new.get(column, qfcsync.UNDEFINED)
        if before is not qfcsync.UNDEFINED or after is not qfcsync.UNDEFINED:
            print(f"  {column}: {text(before)} -> {text(after)}")


def print_conflict(conflict):
    print(f"conflict {conflict.kind} in {conflict.table}: {conflict.written} is written")
    for cell in conflict.cells:
        print(f"  {cell.name}: base {text(cell.base)}, ours {text(cell.ours)}, "
              f"theirs {text(cell.theirs)}")


def main(base, ours, theirs, result):
    for change in qfcsync.diff(base, ours):
        print_change(change)
    merged = qfcsync.merge(base, ours, theirs, result)
    for conflict in merged.conflicts:
        print_conflict(conflict)
    return 1 if merged.conflicts else 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except qfcsync.QfcsyncError as error:
        print(f"changeset: {error} ({type(error).__name__})", file=sys.stderr)
        sys.exit(2)
