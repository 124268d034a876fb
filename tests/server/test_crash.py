"""The process dies at a bad moment: nothing acknowledged is lost, nothing half is visible."""

import json
import socket
import threading
import time
import urllib.parse

import pytest
import requests

from changes import OAK, create, patch
from support import SAMPLE, deltafile, until

BLOCK = b"0123456789abcdef" * 4096


def raw_upload(server, account, project_id, name, size):
    """A connection that announced `size` bytes of content and sent none yet."""
    host = urllib.parse.urlsplit(server.url)
    head = (b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n')
    tail = b"\r\n--b--\r\n"
    connection = socket.create_connection((host.hostname, host.port), timeout=20)
    connection.sendall((
        f"POST /api/v1/files/{project_id}/{name}/ HTTP/1.1\r\nHost: {host.netloc}\r\n"
        f"Authorization: Token {account.token}\r\nUser-Agent: {account.agent}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\n"
        f"Content-Length: {len(head) + size + len(tail)}\r\n\r\n").encode() + head)
    return connection, tail


def stored_bytes(server):
    return sum(path.stat().st_size for path in server.data.rglob("*") if path.is_file())


def test_kill_in_the_middle_of_an_upload(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    ada.uploaded(project, "safe.bin", BLOCK)
    connection, _ = raw_upload(server, ada, project, "big.bin", 200 * len(BLOCK))
    for _ in range(100):
        connection.sendall(BLOCK)
    until(lambda: stored_bytes(server), lambda size: size > 2 * len(BLOCK), "spooling")
    server.restart_after_kill()
    connection.close()
    assert list(ada.files(project)) == ["safe.bin"]
    assert ada.download(project, "safe.bin") == BLOCK
    assert ada.project(project)["file_storage_bytes"] == len(BLOCK)
    leftovers = stored_bytes(server)
    assert leftovers < 50 * len(BLOCK), "the unfinished upload still takes up space"
    ada.uploaded(project, "big.bin", BLOCK * 200)
    assert ada.download(project, "big.bin") == BLOCK * 200


def test_a_client_that_vanishes_leaves_nothing(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    before = stored_bytes(server)
    connection, _ = raw_upload(server, ada, project, "big.bin", 200 * len(BLOCK))
    for _ in range(50):
        connection.sendall(BLOCK)
    connection.close()
    until(lambda: stored_bytes(server), lambda size: size < before + 5 * len(BLOCK), "clean-up")
    assert ada.files(project) == {}


def test_kill_while_uploads_are_acknowledged(new_server):
    """Every upload that was answered is there afterwards, whole; the others are whole or absent."""
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    acknowledged = []

    def uploads():
        for number in range(10_000):
            try:
                if ada.upload(project, f"f{number}", b"%d" % number * 1000).status_code == 201:
                    acknowledged.append(number)
            except requests.RequestException:
                return
    worker = threading.Thread(target=uploads)
    worker.start()
    until(lambda: len(acknowledged), lambda count: count > 30, "uploads")
    server.kill()
    worker.join()
    server.start()
    files = ada.files(project)
    assert {f"f{number}" for number in acknowledged} <= set(files)
    assert len(files) <= len(acknowledged) + 1
    for name, file in files.items():
        content = ada.download(project, name)
        assert content == name[1:].encode() * 1000 and len(content) == file["size"]


def many_creates(project, count):
    return deltafile(project, *(create({"species": f"t{n}"}, local_pk=1000 + n)
                                for n in range(count)))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.85, 0.95])
def test_kill_in_the_middle_of_applying(new_server, tmp_path, share):
    """Dies when the given share of the time that such a push takes has passed."""
    server = new_server()
    ada = server.account("ada")
    project, rehearsal = ada.new_project("p"), ada.new_project("rehearsal")
    count = 10_000
    for one in (project, rehearsal):
        ada.upload_sample(one)
    document = many_creates(rehearsal, count)
    body = json.dumps(document)
    start = time.monotonic()
    assert ada.send(rehearsal, body).status_code == 200
    ada.outcomes(rehearsal, document["id"])
    needed = time.monotonic() - start

    document = many_creates(project, count)
    body = json.dumps(document)
    answered = []

    def send():
        try:
            answered.append(ada.send(project, body).status_code)
        except requests.RequestException:
            pass
    worker = threading.Thread(target=send)
    worker.start()
    time.sleep(share * needed)
    server.kill()
    worker.join()
    server.start()
    if answered != [200]:
        # Not acknowledged: the device keeps its changes and sends the same file again.
        assert ada.send(project, body).status_code == 200
    outcomes = ada.outcomes(project, document["id"])
    assert len(outcomes) == count
    assert {delta["status"] for delta in outcomes} == {"STATUS_APPLIED"}
    rows = ada.rows(project, tmp_path)
    names = sorted(attributes["species"] for attributes, _ in rows.values())
    assert len(rows) == 12 + count and len(set(names)) == 12 + count
    assert ada.statuses(project, patch(OAK, {"height": 1.0})) == ["STATUS_APPLIED"]


@pytest.mark.parametrize("delay", [0.0, 0.002, 0.01, 0.05])
def test_kill_in_the_middle_of_packaging(new_server, delay):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    ada.upload_sample(project)
    ada.push(project, *(create({"species": f"t{n}"}, local_pk=1000 + n) for n in range(5000)))
    first = ada.package(project)
    assert first["status"] == "finished"
    answer = ada.post("jobs/", json={"project_id": project, "type": "package", "force": 1})
    time.sleep(delay)
    server.restart_after_kill()
    job = ada.finished_job(answer.json()["id"])
    assert job["status"] in ("finished", "failed")
    latest = ada.latest(project)
    assert latest["package_id"] in (first["id"], job["id"])
    for file in latest["files"]:
        content = ada.get(f"packages/{project}/latest/files/{file['name']}/").content
        assert len(content) == file["size"]
    assert ada.processed(project)["status"] == "ok"
    assert ada.package(project, force=1)["status"] == "finished"


def test_accounts_tokens_and_projects_outlive_the_process(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p", description="before")
    ada.patch(f"projects/{project}/", json={"description": "after"})
    server.restart_after_kill()
    assert ada.project(project)["description"] == "after"


def test_sigterm_lets_a_running_upload_end(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    connection, tail = raw_upload(server, ada, project, "slow.bin", 10 * len(BLOCK))
    for _ in range(5):
        connection.sendall(BLOCK)
    before = stored_bytes(server)
    assert before > 0
    server.process.terminate()
    time.sleep(0.5)
    assert server.is_alive()
    for _ in range(5):
        connection.sendall(BLOCK)
    connection.sendall(tail)
    answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 201"), answer
    assert server.process.wait(5) == 0
    server.start()
    assert ada.download(project, "slow.bin") == BLOCK * 10


def test_sigterm_stops_within_five_seconds_whatever_clients_do(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    stuck, _ = raw_upload(server, ada, project, "stuck.bin", 10 * len(BLOCK))
    stuck.sendall(BLOCK)
    host = urllib.parse.urlsplit(server.url)
    idle = [socket.create_connection((host.hostname, host.port)) for _ in range(20)]
    idle[0].sendall(b"GET /api/v1/sta")
    assert ada.get("status/").status_code == 200
    assert server.stop() < 6  # five, and one for a loaded machine
    for connection in (stuck, *idle):
        connection.close()
    server.start()
    assert ada.files(project) == {}


def test_no_second_server_on_the_same_folder(new_server):
    server = new_server()
    done = server.command("serve", "--listen", "127.0.0.1:0")
    assert done.returncode != 0 and done.stderr.strip()
    assert server.is_alive()
    ada = server.account("ada")
    ada.uploaded(ada.new_project("p"), "trees.qgs", (SAMPLE / "trees.qgs").read_bytes())
