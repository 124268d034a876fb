"""Looks into a GeoPackage for everything that should agree with its rows."""

import os
import sqlite3

from osgeo import gdal, ogr

gdal.UseExceptions()
# Remarks about types that other programs wrote are not what is looked for here.
gdal.SetConfigOption("CPL_LOG", os.devnull)


def rows_of(path, table):
    """Features as OGR reads them: key -> (attributes, WKT)."""
    data = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    layer = data.GetLayerByName(table) if table else data.GetLayer(0)
    rows = {}
    for feature in layer:
        geometry = feature.GetGeometryRef()
        rows[feature.GetFID()] = ({name: feature.GetField(name) for name in feature.keys()},
                                  geometry.ExportToIsoWkt() if geometry else None)
    return rows


def problems_of(path):
    """Texts of what is wrong; empty when the file is in order."""
    found = []
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        verdict = db.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            found.append(f"integrity_check: {verdict}")
        found += [f"foreign key broken: {row}" for row in db.execute("PRAGMA foreign_key_check")]
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        counts = dict(db.execute("SELECT table_name, feature_count FROM gpkg_ogr_contents")) \
            if "gpkg_ogr_contents" in tables else {}
    data = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    for index in range(data.GetLayerCount()):
        layer = data.GetLayer(index)
        found += _layer_problems(path, layer, tables, counts)
    return found


def _layer_problems(path, layer, tables, counts):
    found = []
    name = layer.GetName()
    boxes = {}
    rows = 0
    for feature in layer:
        rows += 1
        geometry = feature.GetGeometryRef()
        if geometry is not None and not geometry.IsEmpty():
            boxes[feature.GetFID()] = geometry.GetEnvelope()
    if counts.get(name) not in (None, rows):
        found.append(f"{name}: gpkg_ogr_contents says {counts[name]} rows, there are {rows}")
    if layer.GetGeomType() == ogr.wkbNone:
        return found
    index_table = f"rtree_{name}_{layer.GetGeometryColumn()}"
    if index_table in tables:
        found += _index_problems(path, index_table, name, boxes)
    found += _extent_problems(path, name, boxes)
    return found


def _index_problems(path, index_table, name, boxes):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        quoted = index_table.replace('"', '""')
        indexed = {row[0]: row[1:] for row in db.execute(
            f'SELECT id, minx, maxx, miny, maxy FROM "{quoted}"')}
        # The index needs no GDAL function to be checked, only to be changed.
        verdict = db.execute("SELECT rtreecheck(?)", (index_table,)).fetchone()[0]
    found = [] if verdict == "ok" else [f"{name}: rtreecheck says {verdict}"]
    if set(indexed) != set(boxes):
        found.append(f"{name}: spatial index and table differ in {set(indexed) ^ set(boxes)}")
    for key in set(indexed) & set(boxes):
        # The index holds 32-bit floats, rounded outwards.
        tolerance = max(abs(value) for value in boxes[key]) * 1e-6 + 1e-6
        if any(abs(a - b) > tolerance for a, b in zip(indexed[key], boxes[key])):
            found.append(f"{name}: spatial index has another box for feature {key}")
    return found


def _extent_problems(path, name, boxes):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        extent = db.execute("SELECT min_x, max_x, min_y, max_y FROM gpkg_contents"
                            " WHERE table_name = ?", (name,)).fetchone()
    if extent is None or None in extent:
        return []
    outside = [key for key, box in boxes.items()
               if box[0] < extent[0] or box[1] > extent[1]
               or box[2] < extent[2] or box[3] > extent[3]]
    return [f"{name}: features {outside} lie outside of the extent"] if outside else []
