"""Bad requests of every kind: the documented error, and the server lives on."""

import pathlib
import socket
import time
import urllib.parse

import pytest
import requests
from requests_toolbelt import MultipartEncoder

from changes import create
from support import is_error, until

MEGABYTE = 1 << 20


@pytest.fixture(autouse=True)
def lives_on(server, ada):
    """After every test of this file the server still works."""
    yield
    assert server.is_alive()
    assert ada.get("status/").json()["database"] == "ok"


def raw(server, data, wait=10):
    """Sends bytes as they are; returns what comes back until the server closes or is quiet."""
    host = urllib.parse.urlsplit(server.url)
    with socket.create_connection((host.hostname, host.port), timeout=wait) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except OSError:
            pass
        return received


def request_line(account, path, method="GET", headers=""):
    return (f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            f"Authorization: Token {account.token}\r\nUser-Agent: {account.agent}\r\n"
            f"{headers}\r\n").encode("latin-1")


def status_of(received):
    return int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/1.") else None


# --- paths

@pytest.mark.parametrize("path", [
    "..", "../x", "a/../../x", "%2e%2e/x", "%2e%2e%2fx", "a/..%2f..%2fx", "..%5cx", "%252e%252e/x",
    "./x", "a/./x", "a//x", "//etc/passwd", "%2Fetc%2Fpasswd", "a%00b", "%00", "a%0Ab",
    "%c0%ae%c0%ae/x", "%ff%fe", "%e0%80%af", "%", "%zz", "%2", "x" * 300, "x/" * 200, "\xe4.txt",
    "%ED%A0%80", "con", "a:b", "C:%5Cx",
])
def test_bad_paths_store_nothing(server, ada, project, path):
    body = (b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nevil\r\n'
            b"--b--\r\n")
    head = request_line(ada, f"/api/v1/files/{project}/{path}/", "POST",
                        "Content-Type: multipart/form-data; boundary=b\r\n"
                        f"Content-Length: {len(body)}\r\n")
    status = status_of(raw(server, head + body))
    names = list(ada.files(project))
    if status == 201:  # taken literally is fine, as long as it is one harmless name
        name, = names
        assert ".." not in name.split("/") and not name.startswith("/")
        assert "\0" not in name and name.isprintable()
    else:
        assert status in (400, 404, 405, 414) and names == []
    assert status_of(raw(server, request_line(
        ada, f"/api/v1/packages/{project}/latest/files/{path}/"))) in (400, 404, 414)
    outside = {entry.name for entry in server.data.parent.iterdir()}
    assert not {"x", "evil", "passwd"} & outside
    assert not pathlib.Path("/x").exists()


# --- multipart

def part(name="file", content=b"x", more=b""):
    return (b"Content-Disposition: form-data; name=\"" + name.encode() + b"\"; filename=\"x\"\r\n"
            + more + b"\r\n" + content)


@pytest.mark.parametrize("body, content_type, good", [
    (b"--b\r\n" + part() + b"\r\n--b--\r\n", "multipart/form-data; boundary=b", True),
    (b"--b\r\n" + part() + b"\r\n--b--", 'multipart/form-data; boundary="b"', True),
    (b"preamble\r\n--b\r\n" + part() + b"\r\n--b--\r\nepilogue", "multipart/form-data; boundary=b",
     True),
    (b"--b\r\n" + part(content=b"\r\n--c\r\n-b\r\n--\r\n--") + b"\r\n--b--\r\n",
     "multipart/form-data; boundary=b", True),
    (b"", "multipart/form-data; boundary=b", False),
    (b"--b\r\n" + part(), "multipart/form-data; boundary=b", False),            # no end
    (b"--b\r\n" + part() + b"\r\n--b", "multipart/form-data; boundary=b", False),
    (b"--c\r\n" + part() + b"\r\n--c--\r\n", "multipart/form-data; boundary=b", False),
    (b"--b\r\n" + part() + b"\r\n--b--\r\n", "multipart/form-data", False),
    (b"--b\r\n" + part() + b"\r\n--b--\r\n", "multipart/form-data; boundary=", False),
    (b"--b\r\n" + part() + b"\r\n--b--\r\n", "multipart/form-data; boundary=" + "b" * 5000, False),
    (b"--b\r\nno colon here\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b", False),
    (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
     "multipart/form-data; boundary=b", False),
    (b"--b\r\n" + part(more=b"X: " + b"y" * 100_000 + b"\r\n") + b"\r\n--b--\r\n",
     "multipart/form-data; boundary=b", False),
    (b"--b\r\n" + part(more=b"X: y\r\n" * 20_000) + b"\r\n--b--\r\n",
     "multipart/form-data; boundary=b", False),
    (b"--b\r\n" + b"\r\n--b\r\n".join([part(name=f"p{n}") for n in range(5000)]) + b"\r\n--b--\r\n",
     "multipart/form-data; boundary=b", False),
    (b"\0" * 1000, "multipart/form-data; boundary=b", False),
    (b'{"file": "x"}', "application/json", False),
    (b"file=x", "application/x-www-form-urlencoded", False),
    (b"x", "", False),
])
def test_multipart_bodies(ada, project, body, content_type, good):
    answer = ada.post(f"files/{project}/a.txt/", data=body, headers={"Content-Type": content_type})
    assert (answer.status_code == 201) == good, answer.text
    assert list(ada.files(project)) == (["a.txt"] if good else [])
    if not good:
        assert answer.status_code in (400, 413)


def test_a_file_name_in_the_part_does_not_matter(ada, project):
    body = (b'--b\r\nContent-Disposition: form-data; name="file"; filename="../../../etc/passwd"'
            b"\r\n\r\nx\r\n--b--\r\n")
    answer = ada.post(f"files/{project}/a.txt/", data=body,
                      headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 201 and list(ada.files(project)) == ["a.txt"]


# --- JSON and forms

@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b'"x"', b"{\"name\": " + b"[" * 100_000, b"\xff\xfe{}",
    b'{"name": {"a": 1}}', b'{"name": null}', b'{"name": "\\ud800"}',
    b"{" + b'"a":{' * 50_000,
])
def test_json_bodies(ada, body):
    answer = ada.post("projects/", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 413) and answer.json()["code"] == "api_error"


def test_a_huge_json_body_is_refused(ada):
    answer = ada.post("projects/", json={"name": "x" * (64 * MEGABYTE)})
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize("kind", ["text/plain", "image/png", "application/xml", "nonsense"])
def test_wrong_content_types(ada, kind):
    answer = ada.post("projects/", data=b"name=x", headers={"Content-Type": kind})
    assert is_error(answer, 415, "api_error")


def test_sql_and_markup_are_just_text(ada, project, name):
    text = "'; DROP TABLE project; -- <script>alert(1)</script> \u202e"
    ada.patch(f"projects/{project}/", json={"description": text})
    assert ada.project(project)["description"] == text
    for query in ("search=%27%3B--", "owner=%27%20OR%201%3D1", "ordering=name;DROP", "limit=1;2",
                  "search=%25", "search=_"):
        answer = ada.get(f"projects/?{query}")
        assert answer.status_code == 200
    assert ada.get("projects/?search=%25").json() == []


# --- HTTP

@pytest.mark.parametrize("data", [
    b"\r\n\r\n", b"GARBAGE\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\n\r\n", b"GET  HTTP/1.1\r\n\r\n", b"GET /api/v1/status/ HTTP/1.1\r\nHo",
    b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
    b"Content-Length: 6\r\n\r\nx",
    b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"FFFFFFFFFFFFFFFFFF\r\n",
    b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Length: 3\r\n\r\n0\r\n\r\n",
    b"GET /api/v1/status/ HTTP/1.1\r\n" + b"X: y\r\n" * 100_000,
    b"GET /" + b"a" * 1_000_000, b"\0" * 100_000,
])
def test_broken_http(server, data):
    status = status_of(raw(server, data))
    assert status is None or 400 <= status < 600


@pytest.mark.parametrize("size, good", [(4_000, True), (200_000, False)])
def test_header_size_is_bounded(ada, size, good):
    try:
        answer = ada.get("status/", headers={"X-Long": "y" * size})
    except requests.ConnectionError:
        assert not good
    else:
        assert answer.status_code == (200 if good else 431)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "BREW", "PUT", "DELETE"])
def test_methods_a_route_does_not_have(ada, method):
    answer = ada.request(method, "status/")
    assert answer.status_code in (400, 404, 405, 501)
    if answer.status_code == 405:
        assert answer.json()["code"] == "api_error"


@pytest.mark.parametrize("path", ["nonsense/", "organizations/x/", "members/",
                                  "projects/x/y/z/", "files/thumbnails/x/", "deltas/apply/x/"])
def test_routes_that_are_not_there_give_404(ada, path):
    assert ada.get(path).status_code == 404


def test_slow_clients_hold_up_nobody(server, ada):
    host = urllib.parse.urlsplit(server.url)
    slow = [socket.create_connection((host.hostname, host.port)) for _ in range(200)]
    for connection in slow:
        connection.sendall(b"POST /api/v1/auth/login/ HTTP/1.1\r\nContent-Le")
    start = time.monotonic()
    for _ in range(20):
        assert ada.get("status/").status_code == 200
    assert time.monotonic() - start < 20
    for connection in slow:
        connection.close()


def test_downloads_nobody_reads_hold_up_nobody(server, ada, project):
    ada.uploaded(project, "big.bin", b"x" * (32 * MEGABYTE))
    host = urllib.parse.urlsplit(server.url)
    lazy = [socket.create_connection((host.hostname, host.port)) for _ in range(64)]
    for connection in lazy:
        connection.sendall(request_line(ada, f"/api/v1/files/{project}/big.bin/"))
    assert ada.upload(project, "small.txt", b"x").status_code == 201
    assert ada.get(f"files/{project}/small.txt/").content == b"x"
    for connection in lazy:
        connection.close()


class Zeros:
    """A file of zeros that takes no memory."""

    def __init__(self, size):
        self.len = size
        self._block = bytes(MEGABYTE)

    def read(self, size=-1):
        count = min(self.len, MEGABYTE if size < 0 else min(size, MEGABYTE))
        self.len -= count
        return self._block[:count]


def test_five_gigabytes_in_constant_memory(new_server):
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("huge")
    size = 5 << 30
    # A boundary of our own keeps the client from holding the body in memory.
    body = MultipartEncoder({"file": ("zeros", Zeros(size), "application/octet-stream")})
    answer = ada.request_long("POST", f"files/{project}/zeros.bin/", data=body,
                              headers={"Content-Type": body.content_type})
    assert answer.status_code == 201, answer.text
    assert server.peak_memory() < 100 * MEGABYTE
    assert ada.files(project)["zeros.bin"]["size"] == size
    assert ada.files(project)["zeros.bin"]["md5sum"].endswith("-640")
    answer = ada.request_long("GET", f"files/{project}/zeros.bin/", stream=True)
    received = 0
    for piece in answer.iter_content(MEGABYTE):
        received += len(piece)
        assert not piece.strip(b"\0")
    assert received == size
    answer = ada.get(f"files/{project}/zeros.bin/", headers={"Range": f"bytes={size - 10}-"})
    assert (answer.status_code, answer.content) == (206, bytes(10))
    assert server.peak_memory() < 100 * MEGABYTE


def test_a_body_larger_than_allowed_is_refused_at_once(server, ada, project):
    head = request_line(ada, f"/api/v1/files/{project}/a.bin/", "POST",
                        "Content-Type: multipart/form-data; boundary=b\r\n"
                        f"Content-Length: {100 << 30}\r\n")
    assert status_of(raw(server, head + b"--b\r\n")) == 413
    assert ada.files(project) == {}


def test_many_at_once(server, ada, project):
    """More requests in parallel than there are workers; each is answered, none is mixed up."""
    from concurrent.futures import ThreadPoolExecutor

    def round_trip(number):
        content = b"%d" % number * 2000
        ada.uploaded(project, f"f{number}", content)
        return ada.download(project, f"f{number}") == content
    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(round_trip, range(200)))
    assert len(ada.files(project)) == 200


def test_pushes_in_parallel_are_all_applied(server, ada, sample, tmp_path):  # contract D18
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(
            lambda n: ada.statuses(sample, create({"species": f"p{n}"}, local_pk=100 + n)),
            range(40)))
    assert results == [["STATUS_APPLIED"]] * 40
    names = {row["species"] for row, _ in ada.rows(sample, tmp_path).values()}
    assert {f"p{n}" for n in range(40)} <= names
    assert until(lambda: ada.project(sample)["status"], lambda status: status == "ok", "rest")
