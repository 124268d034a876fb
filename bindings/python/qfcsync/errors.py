"""Exceptions: one class per code of the library, named as there."""

from __future__ import annotations

from . import _native


class QfcsyncError(Exception):
    """A failed operation. `str()` says what failed, where, and what to do about it."""

    code = 0  #: number of the code
    meaning = ""  #: what a caller should know of the code

    def __init__(self, message: str, origin: int = 0, native: int = 0) -> None:
        super().__init__(message)
        self.origin = origin  #: which library failed first: 1 the system, 2 SQLite, 3 GDAL, ...
        self.native = native  #: its number: errno, SQLite result code; 0 if there is none


def _make(name: str, number: int, meaning: str) -> type[QfcsyncError]:
    return type(name, (QfcsyncError,), {"code": number, "meaning": meaning, "__doc__": meaning,
                                        "__module__": __name__})


_BY_NUMBER = {number: _make(name, number, meaning)
              for name, number, meaning in _native.error_codes}
globals().update({cls.__name__: cls for cls in _BY_NUMBER.values()})
__all__ = ["QfcsyncError", *(cls.__name__ for cls in _BY_NUMBER.values())]
