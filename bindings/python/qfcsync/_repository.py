"""Versions of files: all of them, small, restorable."""

from __future__ import annotations

import datetime as _datetime
import os
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Optional, Union

from . import _native
from ._changeset import Changeset, Progress, StrPath, _made

_VERSIONS_AT_ONCE = 100

KeyValue = Union[int, float, str, bytes]
#: One value, several in the order of the key, or a `Change.key`.
Key = Union[KeyValue, Iterable[KeyValue], Mapping[str, Any]]


def _text(path: Optional[StrPath]) -> str:
    return "" if path is None else os.fspath(path)


def _key(key: Optional[Key]) -> list[KeyValue]:
    if key is None:
        return []
    if isinstance(key, Mapping):
        return list(key.values())
    return [key] if isinstance(key, (int, float, str, bytes)) else list(key)


def _seconds(time: Optional[_datetime.datetime]) -> Optional[int]:
    return None if time is None else int(time.timestamp())


class Repository:
    """All versions of all files of a project, in a folder, bucket or WebDAV collection.

        with qfcsync.Repository("versions", create=True) as repository:
            repository.commit_folder("survey", message="First day", author="Ada")
            for version in repository.log():
                print(version.time, version.author, version.message)
            repository.restore("HEAD~1", "survey.gpkg", "survey_of_monday.gpkg")

    A version is named by its id, 8 or more of its first digits, a tag, "HEAD" for the newest, or
    one of them with "~N" for the N-th before it. Any number of objects, in any number of processes,
    may work on one store. Threads may share an object: one of them works at a time, without the
    GIL.
    """

    def __init__(self, address: StrPath, *, create: bool = False, cache: Optional[StrPath] = None,
                 credentials_file: Optional[StrPath] = None, profile: str = "",
                 ca_file: Optional[StrPath] = None,
                 resume_folder: Optional[StrPath] = None) -> None:
        """Opens a store: a path, "s3://bucket/prefix?endpoint=https://host", "webdav+https://...".

        create            begin a repository in an empty store; AlreadyExists if it has one
        cache             folder for what can be built again, and the history for plain git
        credentials_file  without, they come from the environment; never from the address
        ca_file           certificates to trust, PEM
        resume_folder     notes of uploads, so that cut ones go on
        """
        self._native = _native.open_repository(
            _text(address), _text(cache), create, _text(credentials_file), profile, _text(ca_file),
            _text(resume_folder))

    def __enter__(self) -> Repository:
        return self

    def __exit__(self, kind: Optional[type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def close(self) -> None:
        """Ends the work; any other call raises InvalidArgument afterwards."""
        self._native.close()

    @property
    def head(self) -> Optional[str]:
        """The newest version; None before the first commit."""
        return self._native.head()

    def resolve(self, name: str) -> str:
        """The id of the version that a name stands for."""
        return self._native.resolve(name)

    def commit(self, files: Mapping[str, StrPath], removed: Iterable[str] = (), *,
               author: str = "", device: str = "", message: str = "", base: str = "",
               time: Optional[_datetime.datetime] = None, keep_identical: bool = False,
               with_changes: bool = True,
               progress: Optional[Progress] = None) -> _native.CommitResult:
        """Makes a version of files as they are now: durable when the call returns.

        files    the path that each is versioned under, and where its bytes are
        removed  paths that are not there any more
        base     the version that the files come from: HeadMoved if somebody changed one since
        progress  called with the share that is read, 0 to 1; False stops with Cancelled
        """
        options = _native.commit_options(author, device, message, base, _seconds(time),
                                         keep_identical, with_changes)
        pairs = [(path, os.fspath(file)) for path, file in files.items()]
        return self._native.commit(pairs, list(removed), options, progress)

    def commit_folder(self, folder: StrPath, paths: Iterable[str] = (), *, author: str = "",
                      device: str = "", message: str = "", base: str = "",
                      time: Optional[_datetime.datetime] = None, keep_identical: bool = False,
                      with_changes: bool = True,
                      progress: Optional[Progress] = None) -> _native.CommitResult:
        """The same for what changed in a folder; paths: only these files or folders of it.

        Files that are as they were in base are left alone, whatever others did to them since.
        """
        options = _native.commit_options(author, device, message, base, _seconds(time),
                                         keep_identical, with_changes)
        return self._native.commit_folder(os.fspath(folder), list(paths), options, progress)

    def status(self, folder: StrPath, paths: Iterable[str] = ()) -> list[_native.StatusEntry]:
        """What a folder has that the newest version has not."""
        return self._native.status(os.fspath(folder), list(paths))

    def log(self, path: Optional[str] = None, *, table: Optional[str] = None,
            key: Optional[Key] = None,
            before: str = "") -> Iterator[_native.Version]:
        """Versions, newest first: all, or those of one file, one table, one feature."""
        while True:
            found = self._native.log(path or "", table or "", _key(key), before, _VERSIONS_AT_ONCE)
            yield from found
            if len(found) < _VERSIONS_AT_ONCE:
                return
            before = found[-1].id

    def files(self, version: str = "HEAD") -> list[_native.FileInfo]:
        """All files of a version, by path."""
        return self._native.files(version)

    def diff(self, old: str, new: str, path: str, *,
             output: Optional[StrPath] = None) -> Changeset:
        """The changes of a SQLite file from one version to another."""
        data, _ = self._native.diff(old, new, path, None if output is None else os.fspath(output))
        return _made(data, output)

    def diff_files(self, old: str, new: str) -> list[_native.FileChange]:
        """Files that differ between two versions; without rows."""
        return self._native.diff_files(old, new)

    def restore(self, version: str, path: str, target: StrPath) -> None:
        """Writes a file of a version; it appears whole, checked against its hash, or not at all."""
        self._native.restore(version, path, os.fspath(target))

    def read(self, version: str, path: str, offset: int = 0,
             length: Optional[int] = None) -> bytes:
        """Bytes of a file of a version, from the pieces that they are in alone."""
        if length == 0:
            return b""
        data = self._native.read(version, path, offset, length or 0, None)
        assert data is not None
        return data

    def export(self, version: str, folder: StrPath) -> None:
        """Writes all files of a version into a folder that is empty or missing."""
        self._native.export(version, os.fspath(folder))

    def undo(self, version: str, path: Optional[str] = None, *, table: Optional[str] = None,
             key: Optional[Key] = None, author: str = "",
             device: str = "", message: str = "") -> _native.UndoResult:
        """Takes back what a version did, as a new version; conflicts are in the result."""
        options = _native.commit_options(author, device, message, "", None, False, True)
        return self._native.undo(version, path or "", table or "", _key(key), options)

    def tag(self, name: str, version: str = "HEAD") -> None:
        """Names a version; AlreadyExists when the name stands for another one."""
        self._native.tag(name, version)

    def remove_tag(self, name: str) -> None:
        self._native.remove_tag(name)

    @property
    def tags(self) -> dict[str, str]:
        """Names and the versions that they stand for."""
        return dict(self._native.tags())

    def check(self, *, deep: bool = False) -> _native.CheckReport:
        """Proves that the versions are sound; deep decodes every one of them."""
        return self._native.check(deep)

    def prune(self, *, keep_newest: int = 10, keep_days: int = 0,
              grace: _datetime.timedelta = _datetime.timedelta(days=14),
              preview: bool = False) -> _native.PruneReport:
        """Gives up the content of old versions; tagged ones and the newest of every file stay."""
        hours = int(grace.total_seconds() // 3600)
        return self._native.prune(keep_newest, keep_days, hours, preview)

    def repair(self, address: StrPath, *, credentials_file: Optional[StrPath] = None,
               profile: str = "", ca_file: Optional[StrPath] = None) -> _native.RepairReport:
        """Fetches what is damaged or lost from another store of the same project."""
        return self._native.repair(_text(address), _text(credentials_file), profile,
                                   _text(ca_file))

    def bundle(self, output: Optional[StrPath] = None,
               have: Iterable[str] = ()) -> Optional[bytes]:
        """Writes all that somebody lacks who has some versions; the bytes without output."""
        return self._native.bundle(list(have), None if output is None else os.fspath(output))

    def unbundle(self, bundle: Union[StrPath, bytes]) -> _native.UnbundleResult:
        """Takes in what a bundle holds; the same one again does nothing."""
        return self._native.unbundle(bundle)

    def rebuild_cache(self) -> None:
        """Forgets the cache and builds it again from the store."""
        self._native.rebuild_cache()
