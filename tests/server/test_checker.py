"""The checks of GeoPackages that other tests rely on do find damage."""

import shutil
import sqlite3

import pytest

import gpkg_check
from support import SAMPLE


@pytest.mark.parametrize("table, damage, finding", [
    ("trees", "DELETE FROM rtree_trees_geom WHERE id = 3", "spatial index and table differ"),
    ("trees", "UPDATE rtree_trees_geom SET minx = minx - 5 WHERE id = 3", "has another box"),
    ("trees", "UPDATE gpkg_ogr_contents SET feature_count = 11 WHERE table_name = 'trees'",
     "says 11 rows, there are 12"),
    ("inspections", "UPDATE gpkg_ogr_contents SET feature_count = 5"
     " WHERE table_name = 'inspections'", "says 5 rows, there are 4"),
    ("trees", "UPDATE gpkg_contents SET max_x = max_x - 50 WHERE table_name = 'trees'",
     "outside of the extent"),
])
def test_damage_is_found(tmp_path, table, damage, finding):
    path = tmp_path / "trees.gpkg"
    shutil.copyfile(SAMPLE / "trees.gpkg", path)
    assert gpkg_check.problems_of(path) == []
    with sqlite3.connect(path) as db:
        db.execute(damage)
    problem, = gpkg_check.problems_of(path)
    assert problem.startswith(table) and finding in problem


def test_broken_pages_are_found(tmp_path):
    path = tmp_path / "trees.gpkg"
    content = bytearray((SAMPLE / "trees.gpkg").read_bytes())
    with sqlite3.connect(SAMPLE / "trees.gpkg") as db:
        root, = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'inspections'"
                           ).fetchone()
    content[(root - 1) * 4096 + 8:(root - 1) * 4096 + 16] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises((sqlite3.DatabaseError, RuntimeError, AssertionError)):
        assert gpkg_check.problems_of(path) == []
