#!/usr/bin/python3
"""Makes the GeoPackages that the changeset benchmarks compare: three layers and edited copies.

    make_changeset_data.py FOLDER [--scale S] [--only pts100k,pts1m,poly100k] [--copies p1,p10]

    pts100k, pts1m   100,000 and 1,000,000 points with a uuid text and 10 mixed attributes
    poly100k         100,000 polygons of 50 to 300 vertices with the same attributes

Base and copies are written by OGR with spatial index, its triggers and feature-count triggers:
FOLDER/NAME.gpkg and FOLDER/NAME-COPY.gpkg. Everything is seeded, the clock included; files that
are there already are kept. --scale 0.01 makes a hundredth of the rows. The copies:

    e10      ten edits
    p1, p10  1 % and 10 % of the rows, scattered uniformly
    c1, c10  the same in runs of neighbours
    vac      p1, VACUUMed afterwards
    p10b     another 10 % of the base, independent of p10 (for merges)
    p10next  p10 edited by 10 % once more (for concatenation)
    attr     10,000 attribute updates (times the scale), nothing else

Edits are 45 % attribute updates, 20 % geometry updates, 20 % inserts and 15 % deletes.
Needs Debian's python3-gdal.
"""

import argparse
import array
import math
import os
import pathlib
import random
import shutil
import sqlite3
import struct
import uuid
import zlib

from osgeo import gdal, ogr, osr

ogr.UseExceptions()

ROWS = {"pts100k": 100_000, "pts1m": 1_000_000, "poly100k": 100_000}
COPIES = ("e10", "p1", "p10", "c1", "c10", "vac", "p10b", "p10next", "attr")
ATTRIBUTE_UPDATES = 10_000
MIX = (("attribute", 45), ("geometry", 20), ("insert", 20), ("delete", 15))
RUN_LENGTH = 500  # neighbours that are edited together in c1 and c10
LAYER = "features"

# A box of 300 x 200 km in EPSG:2056.
MIN_X, MIN_Y, WIDTH, HEIGHT = 2_500_000, 1_100_000, 300_000, 200_000

FIELDS = (
    ("uuid", ogr.OFTString, ogr.OFSTNone), ("code", ogr.OFTInteger64, ogr.OFSTNone),
    ("owner", ogr.OFTInteger, ogr.OFSTNone), ("height", ogr.OFTReal, ogr.OFSTNone),
    ("girth", ogr.OFTReal, ogr.OFSTNone), ("name", ogr.OFTString, ogr.OFSTNone),
    ("species", ogr.OFTString, ogr.OFSTNone), ("remark", ogr.OFTString, ogr.OFSTNone),
    ("planted", ogr.OFTDate, ogr.OFSTNone), ("seen", ogr.OFTDateTime, ogr.OFSTNone),
    ("healthy", ogr.OFTInteger, ogr.OFSTBoolean),
)
REMARKS = (None, "seen from the road", "split trunk", "needs pruning", "no access, locked gate")


def seeded(*names):
    return random.Random(zlib.crc32("/".join(names).encode()))


def point_wkb(rng):
    return struct.pack("<BIdd", 1, 1, MIN_X + WIDTH * rng.random(), MIN_Y + HEIGHT * rng.random())


def polygon_wkb(rng):
    """A closed ring of 50 to 300 vertices around a centre."""
    count = rng.randint(50, 300)
    x, y = MIN_X + WIDTH * rng.random(), MIN_Y + HEIGHT * rng.random()
    ring = array.array("d")
    for step in range(count - 1):
        angle, radius = 2 * math.pi * step / (count - 1), 50 + 50 * rng.random()
        ring.append(x + radius * math.cos(angle))
        ring.append(y + radius * math.sin(angle))
    ring.extend(ring[:2])
    return struct.pack("<BIII", 1, 3, 1, count) + ring.tobytes()


def new_geometry(rng, is_polygon):
    return ogr.CreateGeometryFromWkb(polygon_wkb(rng) if is_polygon else point_wkb(rng))


SETTERS = {
    "code": lambda f, i, rng: f.SetField(i, rng.randrange(1 << 40)),
    "owner": lambda f, i, rng: f.SetField(i, rng.randrange(1000)),
    "height": lambda f, i, rng: f.SetField(i, round(40 * rng.random(), 2)),
    "girth": lambda f, i, rng: f.SetField(i, 5 * rng.random()),
    "name": lambda f, i, rng: f.SetField(i, f"tree number {rng.randrange(10_000_000)}"),
    "species": lambda f, i, rng: f.SetField(i, f"species {rng.randrange(50)}"),
    "planted": lambda f, i, rng: f.SetField(i, rng.randint(1950, 2026), rng.randint(1, 12),
                                            rng.randint(1, 28), 0, 0, 0.0, 0),
    "seen": lambda f, i, rng: f.SetField(i, 2026, rng.randint(1, 12), rng.randint(1, 28),
                                         rng.randrange(24), rng.randrange(60),
                                         float(rng.randrange(60)), 100),
    "healthy": lambda f, i, rng: f.SetField(i, rng.randrange(2)),
}


def set_remark(feature, index, rng):
    text = rng.choice(REMARKS)
    if text is None:
        feature.SetFieldNull(index)
    else:
        feature.SetField(index, text)


SETTERS["remark"] = set_remark
INDEXES = {name: index for index, (name, _, _) in enumerate(FIELDS)}
EDITABLE = tuple(name for name, _, _ in FIELDS if name != "uuid")


def set_attributes(feature, rng, names):
    for name in names:
        SETTERS[name](feature, INDEXES[name], rng)


def new_feature(definition, rng, is_polygon):
    feature = ogr.Feature(definition)
    feature.SetField(INDEXES["uuid"], str(uuid.UUID(int=rng.getrandbits(128), version=4)))
    set_attributes(feature, rng, EDITABLE)
    feature.SetGeometryDirectly(new_geometry(rng, is_polygon))
    return feature


def make_base(path, name, rows):
    gdal.SetConfigOption("OGR_CURRENT_DATE", "2026-01-01T00:00:00.000Z")
    is_polygon = name.startswith("poly")
    rng = seeded(name)
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(2056)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer(LAYER, srs, ogr.wkbPolygon if is_polygon else ogr.wkbPoint,
                               ["GEOMETRY_NAME=geom", "FID=fid"])
    for field_name, kind, subtype in FIELDS:
        field = ogr.FieldDefn(field_name, kind)
        field.SetSubType(subtype)
        layer.CreateField(field)
    source.StartTransaction()
    definition = layer.GetLayerDefn()
    for _ in range(rows):
        layer.CreateFeature(new_feature(definition, rng, is_polygon))
    source.CommitTransaction()
    layer = source = None  # OGR builds the spatial index on closing


def choose_rows(rng, fids, count, in_runs):
    """Rows to edit, ascending."""
    if not in_runs:
        return sorted(rng.sample(fids, min(count, len(fids))))
    chosen = set()
    length = min(RUN_LENGTH, count)
    while len(chosen) < count:
        start = rng.randrange(max(1, len(fids) - length + 1))
        chosen.update(fids[start:start + min(length, count - len(chosen))])
    return sorted(chosen)


def kinds_of_edits(rng, count):
    kinds = []
    for kind, share in MIX:
        kinds += [kind] * round(count * share / 100)
    kinds = (kinds + ["attribute"] * count)[:count]
    rng.shuffle(kinds)
    return kinds


def edit(path, rng, count, in_runs=False, attributes_only=False):
    gdal.SetConfigOption("OGR_CURRENT_DATE", "2026-02-01T00:00:00.000Z")
    source = ogr.Open(str(path), 1)
    layer = source.GetLayerByName(LAYER)
    is_polygon = layer.GetGeomType() == ogr.wkbPolygon
    with sqlite3.connect(path) as database:
        fids = [fid for (fid,) in database.execute(f"SELECT fid FROM {LAYER} ORDER BY fid")]
    database.close()
    rows = choose_rows(rng, fids, count, in_runs)
    kinds = ["attribute"] * len(rows) if attributes_only else kinds_of_edits(rng, len(rows))
    definition = layer.GetLayerDefn()
    source.StartTransaction()
    for fid, kind in zip(rows, kinds):
        if kind == "insert":
            layer.CreateFeature(new_feature(definition, rng, is_polygon))
        elif kind == "delete":
            layer.DeleteFeature(fid)
        else:
            feature = layer.GetFeature(fid)
            if kind == "geometry":
                feature.SetGeometryDirectly(new_geometry(rng, is_polygon))
            else:
                set_attributes(feature, rng, rng.sample(EDITABLE, rng.randint(1, 3)))
            layer.SetFeature(feature)
    source.CommitTransaction()
    layer = source = None


def make_copy(folder, name, copy, scale):
    """Returns the copy's file; makes it, and what it is made from, unless it is there."""
    target = folder / f"{name}-{copy}.gpkg"
    if target.exists():
        return target
    base = make_copy(folder, name, "p10", scale) if copy == "p10next" else folder / f"{name}.gpkg"
    rows = max(1, round(ROWS[name] * scale))
    rng = seeded(name, copy)
    part = folder / f"{name}-{copy}.part.gpkg"
    shutil.copyfile(base, part)
    if copy == "e10":
        edit(part, rng, 10)
    elif copy == "attr":
        edit(part, rng, max(1, round(ATTRIBUTE_UPDATES * scale)), attributes_only=True)
    else:
        share = 0.01 if copy in ("p1", "c1", "vac") else 0.1
        edit(part, rng, max(1, round(rows * share)), in_runs=copy.startswith("c"))
    if copy == "vac":
        database = sqlite3.connect(part)
        database.execute("VACUUM")
        database.close()
    os.replace(part, target)
    print(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB", flush=True)
    return target


def make(folder, name, copies, scale):
    base = folder / f"{name}.gpkg"
    if not base.exists():
        part = folder / f"{name}.part.gpkg"
        part.unlink(missing_ok=True)
        make_base(part, name, max(1, round(ROWS[name] * scale)))
        os.replace(part, base)
        print(f"{base.name}: {base.stat().st_size / 1e6:.1f} MB", flush=True)
    for copy in copies:
        make_copy(folder, name, copy, scale)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", default=",".join(ROWS))
    parser.add_argument("--copies", default=",".join(COPIES))
    options = parser.parse_args()
    for name in options.only.split(","):
        if name not in ROWS:
            parser.error(f"--only: no data set {name}; there are {', '.join(ROWS)}")
    for copy in options.copies.split(","):
        if copy not in COPIES:
            parser.error(f"--copies: no copy {copy}; there are {', '.join(COPIES)}")
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.only.split(","):
        make(options.folder, name, options.copies.split(","), options.scale)


if __name__ == "__main__":
    main()
