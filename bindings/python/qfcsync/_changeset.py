"""The class Changeset: bytes in memory or a file, and what can be done with them alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Optional, Union

from . import _native

StrPath = Union[str, "os.PathLike[str]"]
Progress = Callable[[float], Optional[bool]]


class Changeset:
    """What happened to rows: inserts, updates and deletes, table by table.

    It is kept as bytes or as the path of a file, which is read when it is needed; the file must
    stay as it is. Iterating gives `Change` objects in memory of one change; a changeset without
    changes is false.
    """

    report: Optional[_native.DiffReport]
    """What `diff` found beside the changes; None for changesets of another origin."""

    def __init__(self, data: Union[Changeset, StrPath, bytes, bytearray, memoryview]) -> None:
        """Takes the bytes of a changeset, or the path of one (str or os.PathLike)."""
        self.report = None
        self._from: Union[bytes, str]
        if isinstance(data, Changeset):
            self._from = data._from
        elif isinstance(data, (bytes, bytearray, memoryview)):
            self._from = bytes(data)
        else:
            self._from = os.fspath(data)

    @property
    def path(self) -> Optional[Path]:
        """The file that holds the changeset; None if it is in memory."""
        return None if isinstance(self._from, bytes) else Path(self._from)

    def __reduce__(self) -> tuple[type[Changeset], tuple[Union[bytes, str]]]:
        # The report stays behind: it is about the diff of this process.
        return Changeset, (self._from,)

    def __bytes__(self) -> bytes:
        return self._from if isinstance(self._from, bytes) else Path(self._from).read_bytes()

    def __iter__(self) -> Iterator[_native.Change]:
        return self.open()

    def __bool__(self) -> bool:
        with self.open() as reader:
            return next(reader, None) is not None

    def __repr__(self) -> str:
        place = f"{len(self._from)} bytes" if isinstance(self._from, bytes) else self._from
        return f"<qfcsync.Changeset {place}>"

    def open(self) -> _native.Reader:
        """Opens the changeset for reading: an iterator that closes the file as context manager."""
        return _native.Reader(self._from)

    @property
    def envelope(self) -> Optional[_native.Envelope]:
        """Column names and more that travels along; None if there is no envelope."""
        with self.open() as reader:
            next(reader, None)
            return reader.envelope

    def summary(self) -> _native.Summary:
        """Counts of changes by table."""
        return _native.summary(self._from)

    def save(self, path: StrPath) -> Changeset:
        """Puts the changeset into a file, which appears whole or not at all."""
        _native.save(self._from, path)
        return Changeset(path)

    def invert(self, output: Optional[StrPath] = None) -> Changeset:
        """The changeset that undoes this one."""
        return _made(_native.invert(self._from, output), output)

    def to_json(self, *, schema: Optional[_native.DatabaseSchema] = None,
                geometry_as_wkt: bool = True, progress: Optional[Progress] = None) -> str:
        """The changeset as JSON for people; `write_json` is for large ones."""
        return _text(_native.to_json(self._from, None, schema, geometry_as_wkt, progress))

    def write_json(self, output: StrPath, *, schema: Optional[_native.DatabaseSchema] = None,
                   geometry_as_wkt: bool = True, progress: Optional[Progress] = None) -> None:
        """As `to_json`, into a file and in memory of one change."""
        _native.to_json(self._from, output, schema, geometry_as_wkt, progress)

    def to_geojson(self, *, schema: Optional[_native.DatabaseSchema] = None,
                   progress: Optional[Progress] = None) -> str:
        """The changed features as GeoJSON, for maps; `write_geojson` is for many."""
        return _text(_native.to_geojson(self._from, None, schema, True, progress))

    def write_geojson(self, output: StrPath, *, schema: Optional[_native.DatabaseSchema] = None,
                      progress: Optional[Progress] = None) -> None:
        """As `to_geojson`, into a file and in memory of one change."""
        _native.to_geojson(self._from, output, schema, True, progress)


def _text(data: Optional[bytes]) -> str:
    assert data is not None  # there was no output to write to
    return data.decode()


def _made(data: Optional[bytes], output: Optional[StrPath]) -> Changeset:
    """The changeset that an operation wrote into a file, or gave as bytes."""
    if output is not None:
        return Changeset(output)
    assert data is not None
    return Changeset(data)


AnyChangeset = Union[Changeset, StrPath, bytes, bytearray, memoryview]


def _source(changeset: AnyChangeset) -> Union[bytes, str]:
    return Changeset(changeset)._from
