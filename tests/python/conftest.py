"""A base and two edited copies, in SQLite and as GeoPackages."""

import pathlib
import sqlite3
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import edited_copies  # noqa: E402  (found by the line above)


class Files:
    """Databases in one folder, by name."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return self.folder / f"{name}.gpkg"

    def query(self, name, sql):
        database = sqlite3.connect(self.path(name))
        try:
            rows = database.execute(sql).fetchall()
            database.commit()
            return rows
        finally:
            database.close()

    def rows(self, name):
        return (self.query(name, "select * from trees order by fid"),
                self.query(name, "select * from inspections order by fid"))


@pytest.fixture
def files(tmp_path):
    edited_copies.make(ROOT / "examples" / "sample" / "trees.gpkg", tmp_path)
    files = Files(tmp_path)
    files.path("target").write_bytes(files.path("base").read_bytes())
    return files
