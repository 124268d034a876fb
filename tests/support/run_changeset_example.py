"""Runs one of examples/changeset.* and compares what it prints; all three print the same.

    run_changeset_example.py SAMPLE FOLDER PROGRAM...
"""

import pathlib
import shutil
import sqlite3
import subprocess
import sys

import edited_copies

EXPECTED = """\
insert inspections
  fid: - -> 5
  tree: - -> 2
  day: - -> "2026-05-01"
  inspector: - -> "Ada"
  note: - -> "new nest"
delete inspections
  fid: 4 -> -
  tree: 5 -> -
  day: "2025-06-12" -> -
  inspector: "Bob" -> -
  note: "ash dieback" -> -
update inspections
  fid: 1 -> -
  note: "crown thinned" -> "crown is dry"
update trees
  fid: 1 -> -
  height: 11.5 -> 12.5
update trees
  fid: 2 -> -
  species: "lime" -> "silver lime"
"""


def run(program, *arguments):
    return subprocess.run([*program, *map(str, arguments)], capture_output=True, text=True,
                          timeout=60, check=False)


def check_merged(path):
    database = sqlite3.connect(path)
    notes = dict(database.execute("select fid, note from inspections"))
    trees = dict(database.execute("select fid, height || ' ' || healthy from trees"))
    database.close()
    assert notes == {1: "crown is dry", 2: "fine", 3: "bark beetle, look again in autumn",
                     5: "beetle is gone", 6: "new nest"}, notes
    assert trees[1] == "12.5 0", trees


def main(sample, folder, *program):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    edited_copies.make(pathlib.Path(sample), folder)
    base, ours, theirs, result = (folder / f"{name}.gpkg" for name in
                                  ("base", "ours", "theirs", "result"))
    done = run(program, base, ours, theirs, result)
    print(done.stdout, done.stderr)
    assert done.returncode == 1, done.returncode
    changes, conflict, rest = done.stdout.partition("conflict ")
    assert changes == EXPECTED, changes
    conflicts = conflict + rest
    assert conflicts.count("conflict ") == 2, conflicts
    assert "conflict key_collision in inspections: both is written" in conflicts, conflicts
    assert ('conflict same_cell in inspections: ours is written\n  note: base "crown thinned", '
            'ours "crown is dry", theirs "thin it again"\n') in conflicts, conflicts
    check_merged(result)

    done = run(program, base, folder / "missing.gpkg", theirs, result)
    assert done.returncode == 2 and "NotFound" in done.stderr, done


if __name__ == "__main__":
    main(*sys.argv[1:])
