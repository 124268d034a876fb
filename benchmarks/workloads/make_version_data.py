#!/usr/bin/python3
"""Makes the series of file versions that compare_versions.py stores, a folder for each version.

    make_version_data.py FOLDER [--scale S] [--only large,small,photos,raster] [--small-versions 400]

    large    a GeoPackage of 1,000,000 points, 243 MB: 0 first, 1 fifty edits at random rows, 2 edits
             of 5 % of the rows, 3 VACUUM of that, 4 written anew by OGR
    small    a GeoPackage of 25,000 points, 6 MB: 400 versions of ten to fifty edits at random rows
    photos   40 pictures of 4 MB of random bytes in a JPEG frame: 0 twenty of them, 1 twenty more
    raster   a GeoTIFF of 10,000 x 10,000 cells, 100 MB, uncompressed: 0 first, 1 ten rectangles
             painted over

Everything is seeded, the clock included; versions that are there already are kept. Files are
FOLDER/SERIES/VERSION/NAME; those of the next version that stay the same are hard links.
--scale 0.01 makes a hundredth of rows, pictures and cells. Needs Debian's python3-gdal.
"""

import argparse
import os
import pathlib
import random
import shutil
import sqlite3
import sys
import zlib

from osgeo import gdal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import make_changeset_data as changeset_data  # noqa: E402

gdal.UseExceptions()

SERIES = ("large", "small", "photos", "raster")
LARGE_ROWS, SMALL_ROWS = 1_000_000, 25_000
LARGE_EDITS, SMALL_EDITS, LARGE_SHARE = 50, (10, 50), 0.05
PHOTOS, PHOTO_BYTES = 40, 4_000_000
RASTER_CELLS, RASTER_EDITS, RASTER_EDIT_CELLS = 10_000, 10, 200
# A picture without its pixels: what programs look at to tell that it is one.
JPEG_BEGIN, JPEG_END = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffda"), b"\xff\xd9"


def seeded(*names):
    return random.Random(zlib.crc32("/".join(map(str, names)).encode()))


class Series:
    """The folders of a series; a version is made beside them and appears when it is complete."""

    def __init__(self, folder, name):
        self.name = name
        self.folder = folder / name
        self.folder.mkdir(parents=True, exist_ok=True)

    def version(self, number):
        return self.folder / f"{number:04}"

    def add(self, number, make):
        """make(folder) fills the folder of a version, unless it is there."""
        target = self.version(number)
        if target.exists():
            return
        part = self.folder / "part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        make(part)
        os.replace(part, target)

    def copy_of(self, number, name, folder):
        shutil.copyfile(self.version(number) / name, folder / name)
        return folder / name


def vacuum(path):
    database = sqlite3.connect(path)
    database.execute("VACUUM")
    database.close()


def make_large(folder, scale):
    series, name = Series(folder, "large"), "points.gpkg"
    rows = max(100, round(LARGE_ROWS * scale))
    series.add(0, lambda part: changeset_data.make_base(part / name, "pts1m", rows))
    series.add(1, lambda part: changeset_data.edit(series.copy_of(0, name, part),
                                                   seeded("large", 1), LARGE_EDITS))
    series.add(2, lambda part: changeset_data.edit(series.copy_of(1, name, part),
                                                   seeded("large", 2), round(rows * LARGE_SHARE)))
    series.add(3, lambda part: vacuum(series.copy_of(2, name, part)))

    def export(part):
        gdal.SetConfigOption("OGR_CURRENT_DATE", "2026-03-01T00:00:00.000Z")
        gdal.VectorTranslate(str(part / name), str(series.version(3) / name), format="GPKG")
    series.add(4, export)


def make_small(folder, scale, versions):
    series, name = Series(folder, "small"), "points.gpkg"
    rows = max(100, round(SMALL_ROWS * scale))
    series.add(0, lambda part: changeset_data.make_base(part / name, "pts100k", rows))
    for number in range(1, versions):
        rng = seeded("small", number)
        series.add(number, lambda part, n=number, r=rng: changeset_data.edit(
            series.copy_of(n - 1, name, part), r, r.randint(*SMALL_EDITS)))


def make_photos(folder, scale):
    series = Series(folder, "photos")
    count = max(2, round(PHOTOS * scale))

    def take(part, before, numbers):
        for photo in before:
            os.link(photo, part / photo.name)
        for number in numbers:
            rng = seeded("photo", number)
            pixels = rng.randbytes(PHOTO_BYTES + rng.randrange(PHOTO_BYTES // 4))
            (part / f"photo_{number:03}.jpg").write_bytes(JPEG_BEGIN + pixels + JPEG_END)
    series.add(0, lambda part: take(part, [], range(count // 2)))
    series.add(1, lambda part: take(part, sorted(series.version(0).iterdir()),
                                    range(count // 2, count)))


def paint(path, rng, width):
    """Rectangles of noise around a value."""
    raster = gdal.Open(str(path), gdal.GA_Update)
    size = min(RASTER_EDIT_CELLS, width // 2)
    for _ in range(RASTER_EDITS):
        x, y = rng.randrange(width - size), rng.randrange(width - size)
        value = rng.randrange(200)
        data = bytes(value + rng.randrange(8) for _ in range(size * size))
        raster.GetRasterBand(1).WriteRaster(x, y, size, size, data)
    raster = None


def make_raster(folder, scale):
    series, name = Series(folder, "raster"), "ground.tif"
    width = max(100, round(RASTER_CELLS * scale ** 0.5))

    def first(part):
        rng = seeded("raster")
        raster = gdal.GetDriverByName("GTiff").Create(str(part / name), width, width, 1,
                                                      gdal.GDT_Byte)
        for y in range(width):
            slope = 100 + 50 * y // width
            noise = rng.randbytes(width)
            line = noise.translate(bytes(slope + value // 16 for value in range(256)))
            raster.GetRasterBand(1).WriteRaster(0, y, width, 1, line)
    series.add(0, first)
    series.add(1, lambda part: paint(series.copy_of(0, name, part), seeded("raster", 1), width))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", default=",".join(SERIES))
    parser.add_argument("--small-versions", type=int, default=400)
    options = parser.parse_args()
    makers = {"large": make_large, "photos": make_photos, "raster": make_raster,
              "small": lambda f, s: make_small(f, s, options.small_versions)}
    for name in options.only.split(","):
        if name not in makers:
            parser.error(f"--only: no series {name}; there are {', '.join(SERIES)}")
        makers[name](options.folder, options.scale)
        print(f"{name}: {sum(1 for _ in (options.folder / name).iterdir())} versions", flush=True)


if __name__ == "__main__":
    main()
