#!/usr/bin/python3
"""Makes the data of the sample project in sample/: trees.gpkg, zones.gpkg, DCIM/tree_1.jpg.

The results are committed; run this again only to change them. The project file trees.qgs is
written by hand. Everything is invented; the places are around Bern in the Swiss grid, EPSG:2056.
"""

import math
import pathlib

from osgeo import gdal, ogr, osr

HERE = pathlib.Path(__file__).parent / "sample"
gdal.UseExceptions()
# The same input gives the same bytes, so that a new run does not look like a change.
gdal.SetConfigOption("OGR_CURRENT_DATE", "2026-03-01T09:00:00.000Z")

TREES = [
    # species, height in metres, planted, healthy, photo, east, north
    ("oak", 11.5, "2001-04-01", True, "DCIM/tree_1.jpg", 2600010.5, 1199720.25),
    ("lime", 9.0, "1998-11-15", True, None, 2600042.0, 1199731.0),
    ("maple", 7.25, "2010-03-20", False, None, 2600071.75, 1199745.5),
    ("birch", 12.0, "1995-10-02", True, None, 2600103.0, 1199702.0),
    ("ash", 14.5, "1988-04-12", False, None, 2600135.25, 1199690.75),
    ("cherry", 4.0, "2019-11-23", True, None, 2600168.0, 1199688.5),
    ("walnut", 8.75, None, True, None, 2600201.5, 1199712.0),
    ("plane", 17.0, "1962-01-01", None, None, 2600233.0, 1199760.25),
    ("hornbeam", 5.5, "2016-03-09", True, None, 2600121.0, 1199801.0),
    ("pine", 10.25, "2003-05-30", True, None, 2600064.5, 1199822.75),
    ("elm", None, "2024-11-11", True, None, 2600017.0, 1199799.5),
    ("Müller's rowan", 3.75, "2022-03-18", True, None, 2600190.0, 1199835.0),
]

INSPECTIONS = [
    # fid of the tree, day, inspector, note
    (1, "2024-06-03", "Ada", "crown thinned"),
    (1, "2025-06-11", "Ada", "fine"),
    (3, "2025-06-11", "Bob", "bark beetle, look again in autumn"),
    (5, "2025-06-12", "Bob", "ash dieback"),
]

ZONES = [
    # name, mown how many times a year, south-west corner, width, height
    ("playground", 12, 2600000.0, 1199680.0, 120.0, 80.0),
    ("meadow", 2, 2600125.0, 1199680.0, 120.0, 80.0),
    ("grove", 0, 2600000.0, 1199770.0, 245.0, 70.0),
]


def swiss_grid():
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(2056)
    return crs


def create_fields(layer, fields):
    for name, kind, subtype in fields:
        field = ogr.FieldDefn(name, kind)
        field.SetSubType(subtype)
        layer.CreateField(field)


def fill(layer, rows, columns, geometry):
    for row in rows:
        feature = ogr.Feature(layer.GetLayerDefn())
        for name, value in zip(columns, row):
            if value is not None:
                feature.SetField(name, value)
        feature.SetGeometry(geometry(row))
        layer.CreateFeature(feature)


def new_geopackage(name):
    path = HERE / name
    path.unlink(missing_ok=True)
    return ogr.GetDriverByName("GPKG").CreateDataSource(str(path), ["VERSION=1.3"])


def make_trees():
    data = new_geopackage("trees.gpkg")
    layer = data.CreateLayer("trees", swiss_grid(), ogr.wkbPoint)
    columns = ["species", "height", "planted", "healthy", "photo"]
    create_fields(layer, [
        ("species", ogr.OFTString, ogr.OFSTNone),
        ("height", ogr.OFTReal, ogr.OFSTNone),
        ("planted", ogr.OFTDate, ogr.OFSTNone),
        ("healthy", ogr.OFTInteger, ogr.OFSTBoolean),
        ("photo", ogr.OFTString, ogr.OFSTNone),
    ])
    fill(layer, TREES, columns,
         lambda row: ogr.CreateGeometryFromWkt(f"POINT ({row[5]} {row[6]})"))
    layer = data.CreateLayer("inspections", None, ogr.wkbNone)
    columns = ["tree", "day", "inspector", "note"]
    create_fields(layer, [
        ("tree", ogr.OFTInteger64, ogr.OFSTNone),
        ("day", ogr.OFTDate, ogr.OFSTNone),
        ("inspector", ogr.OFTString, ogr.OFSTNone),
        ("note", ogr.OFTString, ogr.OFSTNone),
    ])
    fill(layer, INSPECTIONS, columns, lambda row: None)


def square(row):
    _, _, x, y, width, height = row
    ring = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    return ogr.CreateGeometryFromWkt(
        "MULTIPOLYGON (((" + ", ".join(f"{east} {north}" for east, north in ring) + ")))")


def make_zones():
    data = new_geopackage("zones.gpkg")
    layer = data.CreateLayer("zones", swiss_grid(), ogr.wkbMultiPolygon)
    create_fields(layer, [
        ("name", ogr.OFTString, ogr.OFSTNone),
        ("mown_per_year", ogr.OFTInteger, ogr.OFSTNone),
    ])
    fill(layer, ZONES, ["name", "mown_per_year"], square)


def make_photo(name, width=96, height=128):
    """A round crown on a trunk before the sky; small, but a real JPEG."""
    bands = [bytearray(), bytearray(), bytearray()]
    for y in range(height):
        for x in range(width):
            if math.hypot(x - width / 2, y - height * 0.4) < width * 0.36:
                colour = (40 + (x * 7 + y * 3) % 30, 120 + (x * 5 + y * 11) % 40, 50)
            elif y > height * 0.6 and abs(x - width / 2) < width * 0.06:
                colour = (110, 80, 50)
            elif y > height * 0.9:
                colour = (120, 160, 90)
            else:
                colour = (170, 205, 235 - y // 4)
            for band, value in zip(bands, colour):
                band.append(value)
    memory = gdal.GetDriverByName("MEM").Create("", width, height, 3)
    for index, band in enumerate(bands, 1):
        memory.GetRasterBand(index).WriteRaster(0, 0, width, height, bytes(band))
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    gdal.GetDriverByName("JPEG").CreateCopy(str(path), memory, options=["QUALITY=70"])
    path.with_name(path.name + ".aux.xml").unlink(missing_ok=True)


if __name__ == "__main__":
    make_trees()
    make_zones()
    make_photo("DCIM/tree_1.jpg")
