"""What was acknowledged stays, whatever else lies in the project or happens at the same time."""

import json
import sqlite3
import threading
import time
import uuid

import pytest
import requests

from changes import LIME, MAPLE, OAK, create, patch
from support import SAMPLE, deltafile, is_error


@pytest.fixture()
def sample(ada):
    project = ada.new_project(f"i{uuid.uuid4().hex}")
    assert ada.upload_sample(project)["status"] == "ok"
    return project


def in_wal_mode(folder):
    """The sample's trees with one edit that is only in the log, as a desktop program leaves them."""
    path = folder / "trees.gpkg"
    path.write_bytes((SAMPLE / "trees.gpkg").read_bytes())
    db = sqlite3.connect(path)
    for function in ["ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"]:
        db.create_function(function, 1, lambda _: 0)  # named by triggers that do not fire here
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("UPDATE trees SET species = 'in the log' WHERE fid = 3")
    db.commit()
    contents = path.read_bytes(), (folder / "trees.gpkg-wal").read_bytes()
    db.close()
    return contents


def test_an_uploaded_log_is_merged_once_and_undoes_nothing_later(ada, sample, tmp_path):
    database, log = in_wal_mode(tmp_path)
    ada.uploaded(sample, "trees.gpkg", database)
    ada.uploaded(sample, "trees.gpkg-wal", log)
    ada.processed(sample)
    for number in range(3):
        assert ada.statuses(sample, create({"species": f"wal{number}"}, local_pk=2000 + number)) \
            == ["STATUS_APPLIED"]
    species = {row["species"] for row, _ in ada.rows(sample, tmp_path).values()}
    assert {"wal0", "wal1", "wal2", "in the log"} <= species
    assert "trees.gpkg-wal" not in ada.files(sample)
    assert ada.package(sample)["status"] == "finished"


def test_no_name_of_a_file_stops_the_changes_of_others(ada, sample):
    for name in ["trees.gpkg.qfcsync-copy", "copy", "project", "trees.gpkg/inside", "ä" * 200]:
        ada.uploaded(sample, name, b"x")
    assert ada.statuses(sample, patch(OAK, {"height": 3.5})) == ["STATUS_APPLIED"]
    assert ada.package(sample)["status"] == "finished"


def test_a_trigger_that_ends_the_transaction_ruins_only_its_own_change(ada, sample, tmp_path):
    path = tmp_path / "trees.gpkg"
    path.write_bytes(ada.download(sample, "trees.gpkg"))
    with sqlite3.connect(path) as db:
        db.execute("CREATE TRIGGER no_tall BEFORE UPDATE OF height ON trees WHEN NEW.height > 99"
                   " BEGIN SELECT RAISE(ROLLBACK, 'too tall'); END")
    ada.uploaded(sample, "trees.gpkg", path.read_bytes())
    ada.processed(sample)
    outcomes = ada.push(sample, patch(OAK, {"height": 1.5}), patch(LIME, {"height": 100.0}),
                        patch(MAPLE, {"height": 2.5}))
    assert [delta["status"] for delta in outcomes] \
        == ["STATUS_APPLIED", "STATUS_ERROR", "STATUS_APPLIED"]
    assert "too tall" in outcomes[1]["last_feedback"]["msg"]
    assert "/work/" not in json.dumps(outcomes)
    heights = {key: row["height"] for key, (row, _) in ada.rows(sample, tmp_path).items()}
    assert (heights[1], heights[2], heights[3]) == (1.5, 9.0, 2.5)


def test_a_project_that_is_gone_bad_says_so_to_every_change(ada):
    project = ada.new_project(f"b{uuid.uuid4().hex}")
    ada.uploaded(project, "trees.qgs", b'<qgis version="3.44.0-X"></qgis>')
    ada.processed(project)
    outcome = ada.push(project, patch(OAK, {"height": 1.0}))[0]
    assert outcome["status"] == "STATUS_NOT_APPLIED"
    assert outcome["last_feedback"]["msg"].startswith("No layer with id")


def test_photos_and_status_do_not_wait_for_a_long_push(ada, sample):
    many = deltafile(sample, *(create({"species": f"l{n}"}, local_pk=n) for n in range(30_000)))
    pushed = []
    worker = threading.Thread(target=lambda: pushed.append(ada.send(sample, many).status_code))
    worker.start()
    answers = []
    while worker.is_alive():
        answers.append(ada.upload(sample, f"DCIM/{uuid.uuid4()}.jpg", b"photo").status_code)
        answers.append(requests.get(f"{ada.api}status/", timeout=30).status_code)
    worker.join()
    assert pushed == [200]
    assert len(answers) > 2 and set(answers) <= {200, 201}
    outcomes = ada.outcomes(sample, many["id"])
    assert {delta["status"] for delta in outcomes} == {"STATUS_APPLIED"}


def test_a_job_ends_while_photos_keep_coming(ada, sample):
    stop = threading.Event()

    def send_photos():
        while not stop.is_set():
            ada.uploaded(sample, f"DCIM/{uuid.uuid4()}.jpg", b"photo")
    worker = threading.Thread(target=send_photos)
    worker.start()
    try:
        ada.uploaded(sample, "trees.qgs", (SAMPLE / "trees.qgs").read_bytes())
        assert ada.processed(sample)["status"] == "ok"
        assert ada.package(sample)["status"] == "finished"
    finally:
        stop.set()
        worker.join()


def test_lists_asked_in_many_ways_cost_no_memory(server, ada):
    def resident():
        with open(f"/proc/{server.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    with requests.Session() as session:
        def ask(query):
            answer = session.get(f"{ada.api}projects/?{query}",
                                 headers={"Authorization": f"Token {ada.token}"})
            assert answer.status_code == 200
        for number in range(300):
            ask(f"limit=1&offset={number}")
        before = resident()
        for number in range(1500):
            ask(f"limit={1 + number % 7}&offset={number}&ordering={'name,' * (number % 50)}"
                f"&search={'a%20' * (number % 40)}")
        assert resident() - before < 30_000


def test_the_largest_limit_ends_the_pages(ada):
    answer = ada.get(f"projects/?limit={2**63 - 1}&offset=5")
    assert answer.status_code == 200
    assert "X-Next-Page" not in answer.headers


def test_ids_in_upper_case_are_the_same_ids(ada, sample):
    assert ada.get(f"projects/{sample.upper()}/").json()["id"] == sample
    change = patch(OAK, {"height": 4.5})
    assert ada.statuses(sample, change) == ["STATUS_APPLIED"]
    again = {**change, "uuid": change["uuid"].upper()}
    assert ada.statuses(sample, again) == ["STATUS_APPLIED"]
    assert len(ada.get(f"deltas/{sample}/").json()) == 1


def test_a_large_list_reaches_a_slow_reader(ada, sample):
    many = deltafile(sample, *(create({"species": "x" * 500}, local_pk=n) for n in range(3_000)))
    assert ada.send(sample, many).status_code == 200
    ada.outcomes(sample, many["id"])
    with ada.get(f"deltas/{sample}/{many['id']}/", stream=True) as answer:
        assert answer.status_code == 200
        received = 0
        for piece in answer.iter_content(64 << 10):
            received += len(piece)
            time.sleep(0.005)
        assert received == int(answer.headers["Content-Length"])


def test_a_role_that_is_lost_during_an_upload_counts(server, ada):
    bob = server.account("bob")
    project = ada.new_project(f"r{uuid.uuid4().hex}")
    ada.share(project, "bob", "editor")

    def body():
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + b"x" * 70_000
        assert ada.delete(f"collaborators/{project}/bob/").status_code == 204
        yield b"\r\n--b--\r\n"
    answer = bob.post(f"files/{project}/late.txt/", data=body(),
                      headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert is_error(answer, 403, "permission_denied")
    assert ada.files(project) == {}
