"""Two copies of the sample's trees.gpkg, edited so that they agree, differ and collide.

    edited_copies.py SAMPLE FOLDER    makes FOLDER/base.gpkg, ours.gpkg and theirs.gpkg
"""

import pathlib
import shutil
import sqlite3
import sys

OURS = """
update trees set height = 12.5 where fid = 1;
update trees set species = 'silver lime' where fid = 2;
update inspections set note = 'crown is dry' where fid = 1;
insert into inspections (fid, tree, day, inspector, note)
  values (5, 2, '2026-05-01', 'Ada', 'new nest');
delete from inspections where fid = 4;
"""

THEIRS = """
update trees set healthy = 0 where fid = 1;
update inspections set note = 'thin it again' where fid = 1;
insert into inspections (fid, tree, day, inspector, note)
  values (5, 3, '2026-05-02', 'Bob', 'beetle is gone');
"""


def edit(path, sql):
    """Runs SQL; the functions that GDAL's triggers call are there, no geometry changes."""
    database = sqlite3.connect(path)
    database.create_function("ST_IsEmpty", 1, lambda blob: False)
    for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        database.create_function(name, 1, lambda blob: 0.0)
    database.executescript(sql)
    database.commit()
    database.close()


def make(sample, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, sql in [("base", ""), ("ours", OURS), ("theirs", THEIRS)]:
        path = folder / f"{name}.gpkg"
        shutil.copyfile(sample, path)
        path.chmod(0o644)
        edit(path, sql)


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
