"""Exceptions, interruption, threads, and what the stubs say."""

import pathlib
import re
import signal
import sqlite3
import threading
import time

import pytest

import qfcsync

ROOT = pathlib.Path(__file__).resolve().parents[2]
ERROR_CODES = ROOT / "libqfcsync" / "include" / "qfcsync" / "error_codes.def"


def test_there_is_one_class_for_every_code_of_the_library():
    codes = re.findall(r'^X\((\w+), (\d+), "(.*)"\)$', ERROR_CODES.read_text(), re.MULTILINE)
    assert len(codes) == 16
    stub = (ROOT / "bindings" / "python" / "qfcsync" / "errors.pyi").read_text()
    for name, number, meaning in codes:
        cls = getattr(qfcsync, name)
        assert issubclass(cls, qfcsync.QfcsyncError)
        assert (cls.__name__, cls.code, cls.meaning) == (name, int(number), meaning)
        assert f"class {name}(QfcsyncError)" in stub
    assert set(re.findall(r"^class (\w+)\(QfcsyncError\)", stub, re.MULTILINE)) == {
        name for name, _, _ in codes}


def test_an_error_says_what_where_and_how_it_began(tmp_path):
    with pytest.raises(qfcsync.NotFound, match="missing") as caught:
        list(qfcsync.Changeset(tmp_path / "missing"))
    assert caught.value.code == 2
    assert (caught.value.origin, caught.value.native) == (1, 2)  # the system's ENOENT
    with pytest.raises(qfcsync.NotFound):
        qfcsync.schema(tmp_path / "missing")
    (tmp_path / "text").write_text("no database")
    with pytest.raises(qfcsync.Corrupt):
        qfcsync.diff(tmp_path / "text", tmp_path / "text")
    with pytest.raises(qfcsync.InvalidArgument, match="auto, leaves, pages, sqlite"):
        qfcsync.diff(tmp_path / "text", tmp_path / "text", method="magic")


def test_wrong_types_are_type_errors(files):
    with pytest.raises(TypeError):
        qfcsync.diff(1, 2)
    with pytest.raises(TypeError):
        qfcsync.apply(files.path("base"), 3)


def test_progress_is_told_and_can_cancel(files):
    shares = []
    qfcsync.diff(files.path("base"), files.path("ours"), progress=shares.append)
    assert shares and all(0 <= share <= 1 for share in shares)
    assert shares == sorted(shares)
    output = files.folder / "changes"
    with pytest.raises(qfcsync.Cancelled):
        qfcsync.diff(files.path("base"), files.path("ours"), output=output,
                     progress=lambda share: False)
    assert not output.exists()

    def fail(share):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        qfcsync.diff(files.path("base"), files.path("ours"), progress=fail)


def large(path, height):
    database = sqlite3.connect(path)
    database.execute("create table t (id integer primary key, height integer, text text)")
    database.executemany("insert into t values (?, ?, ?)",
                         ((i, i + height, "x" * 50) for i in range(200_000)))
    database.commit()
    database.close()


def test_other_threads_run_while_the_engine_works(tmp_path):
    large(tmp_path / "a", 0)
    large(tmp_path / "b", 1)
    done = threading.Event()
    thread = threading.Thread(
        target=lambda: (qfcsync.diff(tmp_path / "a", tmp_path / "b"), done.set()))
    thread.start()
    turns = 0
    while not done.is_set():
        turns += 1
        time.sleep(0.0005)
    thread.join()
    assert turns > 3


def test_ctrl_c_ends_an_operation_and_changes_nothing(tmp_path):
    large(tmp_path / "a", 0)
    large(tmp_path / "b", 1)
    changes = qfcsync.diff(tmp_path / "a", tmp_path / "b")
    before = (tmp_path / "a").read_bytes()

    def interrupt(share):
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        qfcsync.apply(tmp_path / "a", changes, progress=interrupt)
    timer = threading.Timer(0.05, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        while True:  # without a callback, too; it is not known how long one takes
            qfcsync.apply(tmp_path / "a", changes, dry_run=True)
    timer.join()
    assert (tmp_path / "a").read_bytes() == before


def test_the_version_is_that_of_the_library():
    project = re.search(r"project\(qfcsync VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert qfcsync.__version__ == project.group(1)


def test_a_native_module_of_another_version_is_refused(monkeypatch):
    import importlib

    monkeypatch.setattr(qfcsync._native, "version", lambda: "0.0.1")
    with pytest.raises(ImportError, match="0.0.1"):
        importlib.reload(qfcsync)
    monkeypatch.undo()
    importlib.reload(qfcsync)
