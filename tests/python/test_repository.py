"""Versions of files from Python: every verb, errors as classes, threads."""

import datetime
import hashlib
import shutil
import threading

import pytest

import qfcsync


@pytest.fixture
def work(tmp_path, files):
    folder = tmp_path / "survey"
    folder.mkdir()
    shutil.copy(files.path("base"), folder / "survey.gpkg")
    (folder / "notes.txt").write_text("first\n")
    return folder


@pytest.fixture
def repository(tmp_path):
    with qfcsync.Repository(tmp_path / "store", create=True, cache=tmp_path / "cache") as opened:
        yield opened


def test_a_folder_is_committed_listed_and_restored(repository, work, files, tmp_path):
    assert repository.head is None
    assert {entry.path: entry.action for entry in repository.status(work)} == {
        "survey.gpkg": "added", "notes.txt": "added"}
    time = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.timezone.utc)
    first = repository.commit_folder(work, author="Ada", device="tablet", message="First", time=time)
    assert first.is_new and first.version == repository.head
    shutil.copy(files.path("ours"), work / "survey.gpkg")
    second = repository.commit_folder(work, author="Bob")
    assert [file.path for file in second.files] == ["survey.gpkg"]
    assert sum(table.updates for table in second.files[0].tables) > 0
    assert not repository.commit_folder(work).is_new

    newest, oldest = repository.log()
    assert (oldest.author, oldest.device, oldest.message.split("\n")[0], oldest.time) == (
        "Ada", "tablet", "First", time)
    assert newest.parents == [oldest.id]
    repository.restore("HEAD~1", "survey.gpkg", tmp_path / "old.gpkg")
    assert (tmp_path / "old.gpkg").read_bytes() == files.path("base").read_bytes()
    data = files.path("base").read_bytes()
    assert repository.read(first.version, "survey.gpkg", 100, 50) == data[100:150]
    assert repository.read(first.version, "survey.gpkg") == data
    assert repository.files()[1].sha256 == hashlib.sha256(files.path("ours").read_bytes()).hexdigest()
    repository.export("HEAD", tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").read_text() == "first\n"
    assert [file.action for file in repository.diff_files("HEAD~1", "HEAD")] == ["changed"]


def test_changes_between_versions_and_the_life_of_a_feature(repository, work, files):
    repository.commit_folder(work)
    shutil.copy(files.path("ours"), work / "survey.gpkg")
    repository.commit_folder(work)
    changes = repository.diff("HEAD~1", "HEAD", "survey.gpkg")
    assert bytes(changes) and list(changes)
    target = work / "again.gpkg"
    shutil.copy(files.path("base"), target)
    assert qfcsync.apply(target, changes).is_applied
    change = next(iter(changes))
    found = list(repository.log("survey.gpkg", table=change.table, key=change.key))
    assert [version.id for version in found] == [repository.head]
    assert list(repository.log("survey.gpkg", table=change.table, key=987654)) == []
    undone = repository.undo("HEAD")
    assert undone.is_done
    assert repository.read("HEAD", "survey.gpkg") == files.path("base").read_bytes()


def test_more_versions_than_are_asked_for_at_once_are_all_listed(repository, work):
    for number in range(205):
        (work / "notes.txt").write_text(f"{number}\n")
        repository.commit({"notes.txt": work / "notes.txt"}, message=str(number))
    assert [version.message.split("\n")[0] for version in repository.log()] == [
        str(number) for number in reversed(range(205))]


def test_tags_prune_check_and_repair(repository, work, tmp_path):
    for text in ["one", "two", "three"]:
        (work / "notes.txt").write_text(text)
        repository.commit_folder(work)
    repository.tag("first", "HEAD~2")
    assert repository.tags == {"first": repository.resolve("HEAD~2")}
    shutil.copytree(tmp_path / "store", tmp_path / "copy")
    preview = repository.prune(keep_newest=1, preview=True)
    assert [version.path for version in preview.pruned] == ["notes.txt"]
    assert repository.check(deep=True).problems == []
    pack = max((path for path in (tmp_path / "store" / "packs").rglob("*") if path.is_file()),
               key=lambda path: path.stat().st_size)
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 4
    pack.chmod(0o644)
    pack.write_bytes(data)
    problems = repository.check().problems
    assert problems and problems[0].text
    report = repository.repair(tmp_path / "copy")
    assert report.repaired and not report.unrepaired
    assert repository.check(deep=True).problems == []
    repository.prune(keep_newest=1)
    with pytest.raises(qfcsync.QfcsyncError):
        repository.read("HEAD~1", "notes.txt")
    assert repository.read("first", "notes.txt") == b"one"
    repository.remove_tag("first")
    assert repository.tags == {}


def test_bundles_in_memory_and_as_files(repository, work, tmp_path):
    repository.commit_folder(work)
    with qfcsync.Repository(tmp_path / "other", create=True) as other:
        assert other.unbundle(repository.bundle()).head == repository.head
        (work / "notes.txt").write_text("second\n")
        repository.commit_folder(work)
        assert repository.bundle(tmp_path / "week.bundle", have=["HEAD~1"]) is None
        assert other.unbundle(tmp_path / "week.bundle").head == repository.head
        assert other.read("HEAD", "notes.txt") == b"second\n"
        with pytest.raises(qfcsync.Corrupt):
            other.unbundle(b"no bundle")


def test_errors_are_classes_of_their_codes(repository, work, tmp_path):
    with pytest.raises(qfcsync.NotFound):
        qfcsync.Repository(tmp_path / "nothing")
    with pytest.raises(qfcsync.AlreadyExists):
        qfcsync.Repository(tmp_path / "store", create=True)
    with pytest.raises(qfcsync.InvalidArgument) as raised:
        qfcsync.Repository("webdav+https://ada:secret@host/x")
    assert "secret" not in str(raised.value)
    with pytest.raises(qfcsync.NotFound):
        repository.resolve("HEAD")
    base = repository.commit_folder(work).version
    (work / "notes.txt").write_text("second\n")
    repository.commit_folder(work)
    (work / "notes.txt").write_text("third\n")
    with pytest.raises(qfcsync.HeadMoved):
        repository.commit({"notes.txt": work / "notes.txt"}, base=base)
    repository.close()
    with pytest.raises(qfcsync.InvalidArgument):
        repository.resolve("HEAD")


def test_threads_share_an_object_and_others_run_meanwhile(repository, work):
    failures = []

    def commit(number):
        try:
            file = work / f"{number}.txt"
            file.write_text(f"{number}\n")
            for _ in range(5):
                repository.commit({file.name: file}, keep_identical=True)
        except Exception as error:  # told to the test below
            failures.append(error)

    threads = [threading.Thread(target=commit, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(list(repository.log())) == 20
