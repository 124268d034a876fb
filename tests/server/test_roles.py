"""Role x route: one table says who may do what."""

import json
import uuid

import pytest

from changes import OAK, create, patch
from support import Account, deltafile, is_error

ROLES = ("owner", "admin", "manager", "editor", "reporter", "reader", "public", "stranger",
         "anonymous")

# Route -> the roles that may use it. "public" is a stranger on a public project. Everybody else
# is answered 403 permission_denied, and 401 not_authenticated without an account.
READ = ("owner", "admin", "manager", "editor", "reporter", "reader", "public")
WRITE = ("owner", "admin", "manager", "editor", "reporter")
DELETE = ("owner", "admin", "manager", "editor")
MANAGE = ("owner", "admin", "manager")

TABLE = {
    "get project": READ,
    "patch project": MANAGE,
    "put project": MANAGE,
    "delete project": MANAGE,
    "list files": READ,
    "download file": READ,
    "file metadata": READ,
    "upload file": WRITE,
    "upload project file": WRITE,
    "upload restricted project file": MANAGE,
    "delete file": DELETE,
    "delete file version": DELETE,
    "list collaborators": MANAGE,
    "get collaborator": MANAGE,
    "add collaborator": MANAGE,
    "change collaborator": MANAGE,
    "remove collaborator": MANAGE,
    "package info": READ,
    "package file": READ,
    "list jobs": READ,
    "get job": READ,
    "create package job": READ,
    "create process_projectfile job": WRITE,
    "push create": WRITE,
    "push patch": WRITE,
    "list deltas": WRITE,
    "list deltas of a file": WRITE,
}

# The code of a refusal where it is not permission_denied.
OTHER_CODES = {"upload restricted project file": {"editor": "restricted_project_modification",
                                                  "reporter": "restricted_project_modification"}}


class Stage:
    """One project with everything on it, and somebody for each role."""

    def __init__(self, server, number, public=False, restricted=False):
        self.ada = server.account("ada")
        for role in ROLES[1:6]:
            server.account(f"some-{role}")
        server.account("newcomer")
        self.public = public
        self.id = self.ada.new_project(f"stage{number}", is_public=public)
        self.ada.upload_sample(self.id)
        self.ada.uploaded(self.id, "notes.txt", b"one")
        self.ada.uploaded(self.id, "notes.txt", b"two")
        self.ada.processed(self.id)
        for role in ROLES[1:6]:
            self.ada.share(self.id, f"some-{role}", role)
        self.job = self.ada.package(self.id)["id"]
        self.deltafile = str(uuid.uuid4())
        self.ada.push(self.id, patch(OAK, {"height": 11.75}), file_id=self.deltafile)
        self.version = self.ada.files(self.id)["notes.txt"]["versions"][1]["version_id"]
        if restricted:
            self.ada.patch(f"projects/{self.id}/", json={"has_restricted_projectfiles": True})

    def attempt(self, account, route):
        method, path, arguments = self._requests()[route]
        return account.request(method, path, **arguments)

    def _requests(self):
        one = self.id
        small = {"files": {"file": ("x", b"x")}}
        qgs = {"files": {"file": ("trees.qgs", self.ada.download(one, "trees.qgs"))}}

        def deltas(delta):
            return {"files": {"file": ("d.json", json.dumps(deltafile(one, delta)))}}

        def job(kind):
            return {"json": {"project_id": one, "type": kind}}
        return {
            "get project": ("GET", f"projects/{one}/", {}),
            "patch project": ("PATCH", f"projects/{one}/", {"json": {"description": "new"}}),
            "put project": ("PUT", f"projects/{one}/", {"json": {"name": f"put-{one}"}}),
            "delete project": ("DELETE", f"projects/{one}/", {}),
            "list files": ("GET", f"files/{one}/", {}),
            "download file": ("GET", f"files/{one}/notes.txt/", {}),
            "file metadata": ("GET", f"files/metadata/{one}/notes.txt/", {}),
            "upload file": ("POST", f"files/{one}/new.txt/", small),
            "upload project file": ("POST", f"files/{one}/trees.qgs/", qgs),
            "upload restricted project file": ("POST", f"files/{one}/trees.qgs/", qgs),
            "delete file": ("DELETE", f"files/{one}/notes.txt/", {}),
            "delete file version": ("DELETE", f"files/{one}/notes.txt/?version={self.version}", {}),
            "list collaborators": ("GET", f"collaborators/{one}/", {}),
            "get collaborator": ("GET", f"collaborators/{one}/some-reader/", {}),
            "add collaborator": ("POST", f"collaborators/{one}/",
                                 {"json": {"collaborator": "newcomer", "role": "reader"}}),
            "change collaborator": ("PATCH", f"collaborators/{one}/some-reader/",
                                    {"json": {"role": "reader"}}),
            "remove collaborator": ("DELETE", f"collaborators/{one}/some-reporter/", {}),
            "package info": ("GET", f"packages/{one}/latest/", {}),
            "package file": ("GET", f"packages/{one}/latest/files/data.gpkg/", {}),
            "list jobs": ("GET", f"jobs/?project_id={one}", {}),
            "get job": ("GET", f"jobs/{self.job}/", {}),
            "create package job": ("POST", "jobs/", job("package")),
            "create process_projectfile job": ("POST", "jobs/", job("process_projectfile")),
            "push create": ("POST", f"deltas/{one}/", deltas(create({"species": "new"}))),
            "push patch": ("POST", f"deltas/{one}/", deltas(patch(OAK, {"species": "new"}))),
            "list deltas": ("GET", f"deltas/{one}/", {}),
            "list deltas of a file": ("GET", f"deltas/{one}/{self.deltafile}/", {}),
        }


@pytest.fixture(scope="module")
def accounts(server):
    found = {role: server.account(f"some-{role}") for role in ROLES[1:6]}
    found["owner"] = server.account("ada")
    found["public"] = found["stranger"] = server.account("passer-by")
    found["anonymous"] = Account(server, "", token=None)
    return found


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", TABLE)
def test_only_the_roles_of_the_table(server, accounts, route, role):
    stage = Stage(server, f"{list(TABLE).index(route)}-{role}", public=role == "public",
                  restricted="restricted" in route)
    answer = stage.attempt(accounts[role], route)
    if role in TABLE[route]:
        assert 200 <= answer.status_code < 300, answer.text
    elif role == "anonymous":
        assert is_error(answer, 401, "not_authenticated")
    else:
        code = OTHER_CODES.get(route, {}).get(role, "permission_denied")
        assert is_error(answer, 403, code)


def test_refused_requests_change_nothing(server, accounts):
    stage = Stage(server, "unchanged")
    ada = accounts["owner"]

    def everything():
        return [ada.project(stage.id), ada.files(stage.id), ada.latest(stage.id),
                *(ada.get(path).json() for path in (f"collaborators/{stage.id}/",
                                                    f"deltas/{stage.id}/",
                                                    f"jobs/?project_id={stage.id}"))]
    before = everything()
    for route, allowed in TABLE.items():
        for role in ("stranger", "anonymous", "reader"):
            if role not in allowed:
                assert stage.attempt(accounts[role], route).status_code in (401, 403)
    assert everything() == before


def test_a_former_collaborator_is_a_stranger(server, accounts):
    stage = Stage(server, "former")
    assert accounts["editor"].get(f"files/{stage.id}/").status_code == 200
    accounts["owner"].delete(f"collaborators/{stage.id}/some-editor/")
    assert is_error(accounts["editor"].get(f"files/{stage.id}/"), 403, "permission_denied")


def test_staff_has_no_role_on_projects(server, admin):
    stage = Stage(server, "staff")
    assert is_error(admin.get(f"projects/{stage.id}/"), 403, "permission_denied")
