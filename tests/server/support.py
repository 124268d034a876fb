"""The server as a process, and what somebody signed in can do with it."""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time
import uuid

import requests

import gpkg_check

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "examples" / "sample"
PART = 8 << 20
SDK_AGENT = "sdk|py|0.18.0 python-requests|2.34.2"
QFIELD_AGENT = "qfield|40100|4.1.0 - Zurich|abc123 QGIS/34400/Android 15"
QFIELDSYNC_AGENT = "Mozilla/5.0 QGIS/34400/Ubuntu 24.04"

NOT_FINAL = {"STATUS_PENDING", "STATUS_BUSY"}
WAIT_SECONDS = 60


def until(ask, is_done, what, seconds=WAIT_SECONDS):
    """Asks until the answer is good; a loud failure when that takes too long."""
    deadline = time.monotonic() + seconds
    pause = 0.005
    while True:
        answer = ask()
        if is_done(answer):
            return answer
        assert time.monotonic() < deadline, f"{what} came to no end: {answer}"
        time.sleep(pause)
        pause = min(2 * pause, 0.25)


def etag_of(content):
    """The S3-style tag the clients compute."""
    if len(content) <= PART:
        return hashlib.md5(content).hexdigest()
    parts = [hashlib.md5(content[i:i + PART]).digest() for i in range(0, len(content), PART)]
    return f"{hashlib.md5(b''.join(parts)).hexdigest()}-{len(parts)}"


class Server:
    """One qfcsync-server process and its data folder."""

    def __init__(self, data, config=None):
        self.binary = pathlib.Path(os.environ.get("QFCSYNC_SERVER")
                                   or ROOT / "build/release/bin/qfcsync-server")
        self.data = pathlib.Path(data)
        self.config = config
        self.process = None
        self.output = self.data.with_name(self.data.name + ".out")
        self.url = self.api = None
        self._accounts = {}

    def start(self, listen="127.0.0.1:0"):
        command = [self.binary, "serve", "--data", self.data, "--listen", listen]
        if self.config:
            path = self.data.with_name(self.data.name + ".toml")
            path.write_text(self.config)
            command += ["--config", path]
        with open(self.output, "w") as output, open(f"{self.output}.log", "a") as log:
            self.process = subprocess.Popen(command, stdout=output, stderr=log)
        line = until(self._first_line, lambda line: line.endswith("\n"), "start of the server")
        assert line.startswith("listening on http://"), line
        self.url = line.removeprefix("listening on ").strip()
        self.api = f"{self.url}/api/v1/"
        for account in self._accounts.values():
            account.api = self.api

    def _first_line(self):
        assert self.process.poll() is None, pathlib.Path(f"{self.output}.log").read_text()
        with open(self.output) as output:
            return output.readline()

    def stop(self, patience=5):
        """SIGTERM; returns how many seconds it took."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(patience + 5)
        assert status == 0, f"status {status}: {pathlib.Path(f'{self.output}.log').read_text()[-4000:]}"
        return time.monotonic() - start

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def restart_after_kill(self):
        self.kill()
        self.start()

    def is_alive(self):
        return self.process.poll() is None

    def peak_memory(self):
        """High-water mark of resident memory, bytes."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmHWM")

    def database(self, sql, *values):
        """Rows of the server's database, for what no route tells; changes are committed."""
        with sqlite3.connect(self.data / "server.db", timeout=WAIT_SECONDS) as db:
            db.execute("PRAGMA foreign_keys = ON")
            return db.execute(sql, values).fetchall()

    def until_unused(self, content):
        """Waits until no file of the store has these bytes any more."""
        name = hashlib.sha256(content).hexdigest()
        path = self.data / "objects" / name[:2] / name[2:]
        until(path.exists, lambda is_there: not is_there, f"removal of {path}")

    def command(self, *arguments, stdin=""):
        return subprocess.run([self.binary, *arguments, "--data", self.data], input=stdin,
                              text=True, capture_output=True)

    def command_output(self, *arguments):
        """What a command prints that needs no data folder."""
        return subprocess.run([self.binary, *arguments], check=True, text=True,
                              capture_output=True).stdout

    def account(self, name, admin=False):
        """Signed in; the account is made when it is asked for first."""
        if name not in self._accounts:
            done = self.command("user", "add", name, "--email", f"{name}@example.org",
                                "--password-stdin", *(["--admin"] if admin else []),
                                stdin=password_of(name) + "\n")
            assert done.returncode == 0, done.stderr
            self._accounts[name] = Account(self, name)
        return self._accounts[name]


    def run(self, *arguments):
        """A command on the data folder, beside the running server; returns what it printed."""
        done = self.command(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def organization(self, name, owner, *members, default_role=None):
        """Makes an organization; members are (name, role)."""
        self.run("org", "add", name, "--owner", owner,
                 *(["--default-role", default_role] if default_role else []))
        for member, role in members:
            self.account(member)
            self.run("org", "member", "set", name, member, "--role", role)
        return name

    def subscribe(self, account, **options):
        """Changes what an account may use: storage="1MB", status="inactive_cancelled", ..."""
        flags = [text for key, value in options.items()
                 for text in (f"--{key.replace('_', '-')}", str(value))]
        self.run("subscription", "set", account, *flags)

    def rows(self, sql, *values):
        """What the database says, for what no route shows."""
        with contextlib.closing(sqlite3.connect(self.data / "server.db")) as db:
            return db.execute(sql, values).fetchall()

    def write(self, sql, *values):
        """Changes the database, where no route or command does."""
        with contextlib.closing(sqlite3.connect(self.data / "server.db")) as db, db:
            db.execute(sql, values)


def password_of(name):
    return f"{name}-Passw0rd"


class Account:
    """Requests in the name of one account; without a token, of nobody."""

    def __init__(self, server, name, token="", agent=SDK_AGENT):
        self.name = name
        self.api = server.api
        self.agent = agent
        self.token = self.login()["token"] if token == "" else token

    def login(self):
        answer = requests.post(f"{self.api}auth/login/", headers={"User-Agent": self.agent},
                               json={"username": self.name, "password": password_of(self.name)})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def request(self, method, path, headers=None, **arguments):
        given = {"User-Agent": self.agent}
        if self.token:
            given["Authorization"] = f"Token {self.token}"
        return requests.request(method, self.api + path, headers={**given, **(headers or {})},
                                timeout=WAIT_SECONDS, allow_redirects=False, **arguments)

    def request_long(self, method, path, headers=None, **arguments):
        """A request whose body takes minutes; the wait is for progress, not for the whole."""
        given = {"User-Agent": self.agent, "Authorization": f"Token {self.token}"}
        return requests.request(method, self.api + path, headers={**given, **(headers or {})},
                                timeout=600, **arguments)

    def get(self, path, **arguments):
        return self.request("GET", path, **arguments)

    def post(self, path, **arguments):
        return self.request("POST", path, **arguments)

    def patch(self, path, **arguments):
        return self.request("PATCH", path, **arguments)

    def put(self, path, **arguments):
        return self.request("PUT", path, **arguments)

    def delete(self, path, **arguments):
        return self.request("DELETE", path, **arguments)

    # --- projects and files

    def new_project(self, name, **body):
        answer = self.post("projects/", json={"name": name, **body})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def project(self, project_id):
        answer = self.get(f"projects/{project_id}/")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def share(self, project_id, name, role):
        answer = self.post(f"collaborators/{project_id}/",
                           json={"collaborator": name, "role": role})
        assert answer.status_code == 201, answer.text

    def upload(self, project_id, name, content, part="file", agent=None):
        headers = {"User-Agent": agent} if agent else None
        return self.post(f"files/{project_id}/{name}/", headers=headers,
                         files={part: (name.rsplit("/", 1)[-1], content)})

    def uploaded(self, project_id, name, content):
        answer = self.upload(project_id, name, content)
        assert answer.status_code == 201, answer.text

    def upload_sample(self, project_id, only=None):
        for name in only or ["trees.gpkg", "zones.gpkg", "DCIM/tree_1.jpg", "trees.qgs"]:
            self.uploaded(project_id, name, (SAMPLE / name).read_bytes())
        return self.processed(project_id)

    def processed(self, project_id):
        return until(lambda: self.project(project_id), lambda found: found["status"] != "busy",
                     "processing")

    def files(self, project_id):
        answer = self.get(f"files/{project_id}/")
        assert answer.status_code == 200, answer.text
        return {file["name"]: file for file in answer.json()}

    def download(self, project_id, name):
        answer = self.get(f"files/{project_id}/{name}/")
        assert answer.status_code == 200, answer.text
        return answer.content

    # --- jobs and packages

    def finished_job(self, job_id):
        return until(lambda: self.get(f"jobs/{job_id}/").json(),
                     lambda job: job["status"] in ("finished", "failed"), "job")

    def package(self, project_id, **body):
        answer = self.post("jobs/", json={"project_id": project_id, "type": "package", **body})
        assert answer.status_code in (200, 201), answer.text
        return self.finished_job(answer.json()["id"])

    def latest(self, project_id):
        answer = self.get(f"packages/{project_id}/latest/")
        assert answer.status_code == 200, answer.text
        return answer.json()

    # --- deltas

    def send(self, project_id, document):
        """Pushes a deltafile given as object, text or bytes."""
        if isinstance(document, dict):
            document = json.dumps(document)
        return self.post(f"deltas/{project_id}/", files={"file": ("deltafile.json", document)})

    def push(self, project_id, *deltas, file_id=None):
        """Pushes deltas and waits; returns them as the server lists them for that file."""
        file_id = file_id or str(uuid.uuid4())
        answer = self.send(project_id, deltafile(project_id, *deltas, file_id=file_id))
        assert answer.status_code == 200, answer.text
        return self.outcomes(project_id, file_id)

    def outcomes(self, project_id, file_id):
        return until(lambda: self.get(f"deltas/{project_id}/{file_id}/").json(),
                     lambda found: not NOT_FINAL & {delta["status"] for delta in found}, "deltas")

    def statuses(self, project_id, *deltas, **arguments):
        return [delta["status"] for delta in self.push(project_id, *deltas, **arguments)]

    def rows(self, project_id, folder, file="trees.gpkg", table="trees"):
        """The source's features as GDAL reads them, from a file that is checked to be sound."""
        path = pathlib.Path(folder) / f"{uuid.uuid4()}.gpkg"
        path.write_bytes(self.download(project_id, file))
        assert gpkg_check.problems_of(path) == []
        return gpkg_check.rows_of(path, table)


def deltafile(project_id, *deltas, file_id=None):
    return {"version": "1.0", "id": file_id or str(uuid.uuid4()), "project": project_id,
            "files": [], "deltas": list(deltas)}


def code_of(answer):
    """The error code of an answer, whose body has to be compact JSON."""
    body = answer.json()
    assert json.dumps(body, separators=(",", ":"), ensure_ascii=False) == answer.text, answer.text
    assert isinstance(body["message"], str) and body["message"]
    return body["code"]


def is_error(answer, status, code):
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text
    return True


def copy_sample(folder):
    shutil.copytree(SAMPLE, folder, copy_function=shutil.copyfile)
    return folder
