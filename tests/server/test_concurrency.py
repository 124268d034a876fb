"""Many clients at once: nothing is lost, and nobody hears of a lock."""

import collections
import concurrent.futures
import json
import random
import uuid

import requests

import changes
from support import (QFIELD_AGENT, SDK_AGENT, Account, deltafile, etag_of, password_of, until)

CLIENTS = 200
PEOPLE = 20
ROUNDS = 3
SEED = 7
WAIT_SECONDS = 300


class Client:
    """One device: keeps its connection, remembers what the server has accepted."""

    def __init__(self, number, account, project):
        self.number = number
        self.random = random.Random(SEED * 1000 + number)
        self.api = account.api
        self.project = project
        self.http = requests.Session()
        self.http.headers.update({"Authorization": f"Token {account.token}",
                                  "User-Agent": SDK_AGENT})
        self.statuses = collections.Counter()
        self.client_id = str(uuid.uuid4())
        self.rounds = 0
        self.files = {}
        self.deltas = []

    def call(self, method, path, expected, **arguments):
        answer = self.http.request(method, self.api + path, timeout=WAIT_SECONDS, **arguments)
        self.statuses[answer.status_code] += 1
        assert answer.status_code == expected, (method, path, answer.status_code, answer.text[:300])
        return answer

    def upload(self, name):
        content = self.random.randbytes(self.random.choice([0, 100, 5_000, 80_000]))
        self.call("POST", f"files/{self.project}/{name}/", 201, files={"file": ("f", content)})
        self.files[name] = content

    def push(self):
        self.rounds += 1
        created = [changes.create({"species": f"of {self.number}", "height": 3.0},
                                  client=self.client_id, local_pk=1000 + 10 * self.rounds + index)
                   for index in range(2)]
        document = deltafile(self.project, *created)
        self.call("POST", f"deltas/{self.project}/", 200,
                  files={"file": ("deltafile.json", json.dumps(document))})
        self.deltas += [delta["uuid"] for delta in created]

    def run(self):
        for turn in range(ROUNDS):
            self.upload(f"device_{self.number}/{turn}.bin")
            names = {file["name"] for file in self.call("GET", f"files/{self.project}/", 200).json()}
            assert set(self.files) <= names, "an accepted upload is not listed"
            self.push()
            self.upload("shared.bin")
            self.call("GET", "projects/", 200)
            self.call("GET", f"deltas/{self.project}/?limit=5", 200)
        return self


def test_two_hundred_clients_at_once_lose_nothing(new_server, tmp_path):
    server = new_server(config="keep_versions = 100000\n")
    owner = server.account("holder")
    project = owner.new_project("crowded")
    owner.upload_sample(project)
    before = len(owner.rows(project, tmp_path))
    people = [server.account(f"person{number}") for number in range(PEOPLE)]
    for person in people:
        owner.share(project, person.name, "editor")

    clients = [Client(number, people[number % PEOPLE], project) for number in range(CLIENTS)]
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        done = [future.result() for future in [pool.submit(client.run) for client in clients]]

    assert {status for client in done for status in client.statuses} == {200, 201}
    listed = owner.files(project)
    for client in done:
        for name, content in client.files.items():
            if name != "shared.bin":
                assert listed[name]["md5sum"] == etag_of(content) and len(listed[name]["versions"]) == 1
                assert owner.download(project, name) == content
    assert len(listed["shared.bin"]["versions"]) == CLIENTS * ROUNDS

    def outcomes():
        return {delta["id"]: delta["status"] for delta in owner.get(f"deltas/{project}/").json()}

    pushed = [delta for client in done for delta in client.deltas]
    found = until(outcomes, lambda all: not {"STATUS_PENDING", "STATUS_BUSY"} & set(all.values()),
                  "applying", seconds=WAIT_SECONDS)
    assert sorted(found) == sorted(pushed) and set(found.values()) == {"STATUS_APPLIED"}
    assert len(owner.rows(project, tmp_path)) == before + len(pushed)
    log = open(f"{server.output}.log").read()
    assert "locked" not in log and "[error]" not in log and "unexpected" not in log


def test_many_logins_and_uses_of_one_account_are_all_counted(new_server):
    server = new_server()
    server.account("busy")
    credentials = {"username": "busy", "password": password_of("busy")}

    def login(_):
        answer = requests.post(f"{server.api}auth/login/", json=credentials,
                               headers={"User-Agent": SDK_AGENT}, timeout=WAIT_SECONDS)
        assert answer.status_code == 200, answer.text
        account = Account(server, "busy", token=answer.json()["token"])
        assert account.get("auth/user/").status_code == 200
        return account

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        accounts = list(pool.map(login, range(64)))
    tokens = accounts[0].get("tokens/").json()
    assert len(tokens) == 65 and len({token["id"] for token in tokens}) == 65
    assert sum(token["last_used_at"] is not None for token in tokens) == 64


def test_phones_that_log_in_at_once_leave_one_token(new_server):
    server = new_server()
    account = server.account("phones")
    credentials = {"username": "phones", "password": password_of("phones")}

    def login(_):
        return requests.post(f"{server.api}auth/login/", json=credentials,
                             headers={"User-Agent": QFIELD_AGENT}, timeout=WAIT_SECONDS).status_code

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert set(pool.map(login, range(32))) == {200}
    kinds = [token["client_type"] for token in account.get("tokens/").json()]
    assert sorted(kinds) == ["qfield", "sdk"]
