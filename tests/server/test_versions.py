"""Older versions lie in the project's repository: small, byte-exact, read piece by piece."""

import hashlib
import json
import pathlib
import random
import sqlite3
import subprocess
import tarfile
import threading
import time

import pytest

from support import SAMPLE, Account, Server, etag_of, until

CHUNK = 256 << 10
OLD_LAYOUT = pathlib.Path(__file__).parent / "data" / "old_layout.tar.xz"


def objects(server):
    """Plain contents of a data folder, by name."""
    found = {}
    for path in (server.data / "objects").glob("??/*"):
        found[path.parent.name + path.name] = path
    return found


def repository_of(server, project):
    return server.data / "versions" / project


def wait_until_moved(server, *contents):
    """Waits until those contents are no plain ones any more."""
    names = {hashlib.sha256(content).hexdigest() for content in contents}
    until(lambda: names & set(objects(server)), lambda left: not left, "moving")


def query(server, sql, *values):
    with sqlite3.connect(f"file:{server.data / 'server.db'}?mode=ro", uri=True) as db:
        return db.execute(sql, values).fetchall()


def versions_of(ada, project, name):
    return ada.files(project)[name]["versions"]


def fetch(ada, project, name, version, headers=None):
    return ada.get(f"files/{project}/{name}/?version={version['version_id']}", headers=headers)


def series(seed, size, count):
    """Versions of one file that differ in a few places."""
    numbers = random.Random(seed)
    content = bytearray(numbers.randbytes(size))
    for _ in range(count):
        for _ in range(10):
            content[numbers.randrange(size)] ^= 0xff
        yield bytes(content)


def check_all(ada, project, name, newest_first):
    listed = versions_of(ada, project, name)
    assert len(listed) == len(newest_first)
    for version, content in zip(listed, newest_first):
        answer = fetch(ada, project, name, version)
        assert answer.status_code == 200 and answer.content == content
        assert answer.headers["ETag"] == f'"{etag_of(content)}"'
        assert (version["md5sum"], version["size"], version["sha256"]) == (
            etag_of(content), len(content), hashlib.sha256(content).hexdigest())


def test_older_versions_move_and_stay_as_they_are(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    contents = list(series(1, 9 << 20, 5))
    for content in contents:
        ada.uploaded(project, "a b/ü.bin", content)
    before = versions_of(ada, project, "a b/ü.bin")
    wait_until_moved(server, *contents[:-1])
    assert list(objects(server)) == [hashlib.sha256(contents[-1]).hexdigest()]
    assert versions_of(ada, project, "a b/ü.bin") == before
    check_all(ada, project, "a b/ü.bin", contents[::-1])
    server.restart_after_kill()
    check_all(ada, project, "a b/ü.bin", contents[::-1])


def test_quota_shows_what_is_stored_beside_the_nominal_size(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    contents = list(series(2, 2 << 20, 8))
    for content in contents:
        ada.uploaded(project, "a.bin", content)
    wait_until_moved(server, *contents[:-1])
    found = ada.project(project)
    assert found["file_storage_bytes"] == 8 * (2 << 20)
    packs = sum(path.stat().st_size for path in repository_of(server, project).glob("packs/*"))
    assert found["file_stored_bytes"] == packs + (2 << 20)
    assert found["file_stored_bytes"] < 5 << 20, "seven versions are one and six small deltas"


@pytest.mark.parametrize("first, last", [
    (0, 1), (CHUNK - 1, CHUNK), (CHUNK, 2 * CHUNK - 1), (CHUNK - 1, 2 * CHUNK), (3 * CHUNK, None),
    (8 * (1 << 20) - 1, 8 * (1 << 20)), (5, 9 * (1 << 20))])
def test_ranges_of_an_older_version(ada, server, name, first, last):
    project = ada.new_project(name)
    contents = list(series(3, (9 << 20) + 17, 3))
    for content in contents:
        ada.uploaded(project, "a.bin", content)
    wait_until_moved(server, *contents[:-1])
    for version, content in zip(versions_of(ada, project, "a.bin"), contents[::-1]):
        spec = f"bytes={first}-{'' if last is None else last}"
        answer = fetch(ada, project, "a.bin", version, {"Range": spec})
        expected = content[first:None if last is None else last + 1]
        assert answer.status_code == 206 and answer.content == expected
        assert answer.headers["ETag"] == f'"{etag_of(content)}"'


def test_odd_contents_move_too(ada, server, project):
    """Empty, short, of SQLite with and without a write-ahead log, identical ones."""
    wal = pathlib.Path(server.data).with_name("wal.gpkg")
    wal.write_bytes((SAMPLE / "trees.gpkg").read_bytes())
    with sqlite3.connect(wal) as db:
        db.execute("PRAGMA journal_mode = WAL")
    db.close()
    contents = [b"", b"x", wal.read_bytes(), (SAMPLE / "trees.gpkg").read_bytes(), b"x", b"",
                b"SQLite format 3\0 but no database", b"last"]
    for content in contents:
        ada.uploaded(project, "odd.bin", content)
    wait_until_moved(server, *contents[:-1])
    check_all(ada, project, "odd.bin", contents[::-1])


def test_a_version_is_deleted_alone(new_server):
    server = new_server(config="prune_delay_seconds = 0\n")
    ada = server.account("ada")
    project = ada.new_project("p")
    contents = list(series(4, 1 << 20, 5))
    for content in contents:
        ada.uploaded(project, "a.bin", content)
    wait_until_moved(server, *contents[:-1])
    listed = versions_of(ada, project, "a.bin")
    # The oldest, on which the deltas of the others stand, by the header; one between by the query.
    gone = {"X-File-Version": listed[4]["version_id"]}
    assert ada.delete(f"files/{project}/a.bin/", headers=gone).status_code == 204
    assert ada.delete(f"files/{project}/a.bin/?version={listed[2]['version_id']}"
                      ).status_code == 204
    for version in (listed[4], listed[2]):
        assert fetch(ada, project, "a.bin", version).status_code == 404
    left = [contents[4], contents[3], contents[1]]
    check_all(ada, project, "a.bin", left)
    until(lambda: query(server, "SELECT * FROM dead_content"), lambda rows: not rows, "pruning")
    check_all(ada, project, "a.bin", left)
    assert [v["version_id"] for v in versions_of(ada, project, "a.bin")] == [
        listed[0]["version_id"], listed[1]["version_id"], listed[3]["version_id"]]
    assert ada.project(project)["file_storage_bytes"] == 3 << 20


def test_the_bytes_of_deleted_versions_leave_the_disk(new_server):
    server = new_server(config="prune_delay_seconds = 0\n")
    ada = server.account("ada")
    project = ada.new_project("p")
    contents = [random.Random(seed).randbytes(1 << 20) for seed in range(4)]
    for content in contents:
        ada.uploaded(project, "a.bin", content)
    wait_until_moved(server, *contents[:-1])
    for version in versions_of(ada, project, "a.bin")[2:]:
        ada.delete(f"files/{project}/a.bin/?version={version['version_id']}")
    packs = repository_of(server, project) / "packs"
    until(lambda: sum(path.stat().st_size for path in packs.iterdir()),
          lambda size: size < 3 << 19, "pruning")
    check_all(ada, project, "a.bin", [contents[3], contents[2]])
    assert ada.project(project)["file_stored_bytes"] < 5 << 19
    ada.delete(f"projects/{project}/")
    until(lambda: repository_of(server, project).exists(), lambda there: not there, "removal")


def test_the_newest_version_comes_back_when_a_newer_one_is_deleted(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    contents = list(series(5, 1 << 20, 3))
    for content in contents:
        ada.uploaded(project, "a.bin", content)
    wait_until_moved(server, *contents[:-1])
    newest = versions_of(ada, project, "a.bin")[0]
    ada.delete(f"files/{project}/a.bin/?version={newest['version_id']}")
    assert ada.download(project, "a.bin") == contents[1]
    name = hashlib.sha256(contents[1]).hexdigest()
    until(lambda: objects(server), lambda there: list(there) == [name], "coming back")
    check_all(ada, project, "a.bin", [contents[1], contents[0]])
    ada.uploaded(project, "a.bin", contents[0])  # one that is old once more
    wait_until_moved(server, contents[1])
    check_all(ada, project, "a.bin", [contents[0], contents[1], contents[0]])


def test_only_as_many_versions_are_kept_as_are_wanted(new_server):
    server = new_server(config="keep_versions = 3\nprune_delay_seconds = 0\n")
    ada = server.account("ada")
    project = ada.new_project("p")
    contents = list(series(6, 600_000, 9))
    for content in contents:
        ada.uploaded(project, "a.bin", content)
        check_all(ada, project, "a.bin", contents[:contents.index(content) + 1][:-4:-1])
    wait_until_moved(server, *contents[:-1])
    until(lambda: query(server, "SELECT * FROM dead_content"), lambda rows: not rows, "pruning")
    check_all(ada, project, "a.bin", contents[:-4:-1])
    assert ada.project(project)["file_storage_bytes"] == 3 * 600_000


def test_readers_see_the_same_bytes_while_a_version_moves(new_server):
    server = new_server(config="keep_versions = 3\nprune_delay_seconds = 0\n")
    ada = server.account("ada")
    project = ada.new_project("p")
    known, wrong, stopped = {}, [], threading.Event()

    def read():
        while not stopped.is_set():
            for version_id, content in list(known.items())[-3:]:
                answer = ada.get(f"files/{project}/a.bin/?version={version_id}")
                is_good = answer.status_code == 404 or answer.content == content
                if answer.status_code not in (200, 404) or not is_good:
                    wrong.append((version_id, answer.status_code))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for content in series(7, 1 << 20, 25):
        ada.uploaded(project, "a.bin", content)
        known[versions_of(ada, project, "a.bin")[0]["version_id"]] = content
    stopped.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def unpack_old(server):
    with tarfile.open(OLD_LAYOUT) as archive:
        archive.extractall(server.data.parent)
    document = json.loads((server.data / "versions.json").read_text())
    return document["project"], document["versions"]


def check_old(server, project, versions):
    ada = Account(server, "ada")
    listed = {version["version_id"]: (name, version)
              for name, file in ada.files(project).items() for version in file["versions"]}
    assert set(listed) == set(versions)
    for version_id, expected in versions.items():
        name, version = listed[version_id]
        assert (name, version["size"], version["md5sum"]) == (
            expected["name"], expected["size"], expected["md5sum"])
        answer = fetch(ada, project, name, version)
        assert answer.status_code == 200
        assert hashlib.sha256(answer.content).hexdigest() == expected["sha256"]


@pytest.fixture
def old_server(tmp_path):
    """A server, not started, on a data folder of a server that kept all versions as contents."""
    server = Server(tmp_path / "data")
    project, versions = unpack_old(server)
    yield server, project, versions
    if server.process:
        server.kill()


def wait_until_migrated(server):
    until(lambda: query(server, "SELECT count(*) FROM waiting_version") +
          query(server, "SELECT count(*) FROM unused_content"),
          lambda counts: counts == [(0,), (0,)], "migration")


def test_an_old_data_folder_comes_over(old_server):
    server, project, versions = old_server
    server.start()
    check_old(server, project, versions)
    wait_until_migrated(server)
    check_old(server, project, versions)
    newest = query(server, "SELECT DISTINCT sha256 FROM file_version v WHERE seq = "
                   "(SELECT max(seq) FROM file_version n WHERE n.file_id = v.file_id)")
    assert until(lambda: {(name,) for name in objects(server)},
                 lambda there: there == set(newest), "removal of what moved")
    server.stop()
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_killed_at_any_time_while_an_old_data_folder_comes_over(old_server):
    server, project, versions = old_server
    numbers = random.Random(8)
    for _ in range(12):
        server.start()
        time.sleep(numbers.uniform(0, 0.06))
        server.kill()
    server.start()
    check_old(server, project, versions)
    wait_until_migrated(server)
    check_old(server, project, versions)
    server.stop()
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_killed_while_versions_move(new_server):
    server = new_server(config="keep_versions = 4\nprune_delay_seconds = 0\n")
    ada = server.account("ada")
    project = ada.new_project("p")
    numbers = random.Random(9)
    contents = list(series(9, 3 << 20, 16))
    for i, content in enumerate(contents):
        ada.uploaded(project, "a.bin", content)
        time.sleep(numbers.uniform(0, 0.08))
        if i % 2:
            server.restart_after_kill()
            check_all(ada, project, "a.bin", contents[:i + 1][::-1][:4])
    wait_until_moved(server, *contents[:-1])
    check_all(ada, project, "a.bin", contents[:-5:-1])
    server.stop()
    done = server.command("check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_names_versions_that_are_damaged(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    contents = list(series(10, 1 << 20, 3))
    for content in contents:
        ada.uploaded(project, "a.bin", content)
    wait_until_moved(server, *contents[:-1])
    oldest = versions_of(ada, project, "a.bin")[-1]["version_id"]
    server.stop()
    assert server.command("check").returncode == 0
    pack = max((repository_of(server, project) / "packs").iterdir(),
               key=lambda path: path.stat().st_size)
    pack.chmod(0o600)
    with open(pack, "r+b") as file:
        file.seek(400_000)
        file.write(b"damage")
    done = server.command("check")
    assert done.returncode == 1 and oldest in done.stdout, done.stdout + done.stderr


def test_plain_git_reads_the_history_of_a_project(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    contents = list(series(11, 300_000, 3))
    for content in contents:
        ada.uploaded(project, "roads.bin", content)
    wait_until_moved(server, *contents[:-1])
    git = repository_of(server, project) / "cache" / "git"
    log = subprocess.run(["git", "-c", "safe.directory=*", "-C", git, "log", "--format=%an %s"],
                         text=True, capture_output=True, check=True).stdout.splitlines()
    assert log == ["ada roads.bin", "ada roads.bin"]
