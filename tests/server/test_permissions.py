"""Who may do what: one table of roles and routes, one of organization roles, and where roles come
from.

The tables speak in the contract's terms (4.2 to 4.5); every test here is made from them.
"""

import itertools
import json
import uuid

import pytest

from changes import OAK, create, patch
from support import SAMPLE, Account, deltafile, is_error

ROLES = ("admin", "manager", "editor", "reporter", "reader", "none")

# What each role may do on a project, strongest first; whoever is named may, all weaker ones may not.
TABLE = {
    "get project": "reader",
    "patch project": "manager",
    "put project": "manager",
    "delete project": "manager",
    "list files": "reader",
    "download file": "reader",
    "file metadata": "reader",
    "upload file": "reporter",
    "upload project file": "reporter",
    "upload restricted project file": "manager",
    "delete file": "editor",
    "delete file version": "editor",
    "list collaborators": "manager",
    "get collaborator": "manager",
    "add collaborator": "manager",
    "change collaborator": "manager",
    "remove collaborator": "manager",
    "package info": "reader",
    "package file": "reader",
    "list jobs": "reader",
    "get job": "reader",
    "create package job": "reader",
    "create process_projectfile job": "reporter",
    "push create": "reporter",
    "push patch": "reporter",
    "list deltas": "reporter",
    "list deltas of a file": "reporter",
    "apply deltas": "reporter",
}

# The code of a refusal where it is not permission_denied.
OTHER_CODES = {"upload restricted project file": {"editor": "restricted_project_modification",
                                                  "reporter": "restricted_project_modification"}}

# Only these ask whether a role is valid (4.3).
ASKS_FOR_VALIDITY = {"get project"}

# How somebody comes to his role: origin -> (owner of the project, is it public, roles).
# "none" is somebody who has nothing to do with a private project.
ORIGINS = {
    "project_owner": ("person", False, ["admin"]),
    "organization_owner": ("organization", False, ["admin"]),
    "organization_admin": ("organization", False, ["admin"]),
    "collaborator": ("person", False, ["admin", "manager", "editor", "reporter", "reader"]),
    "collaborator of an organization": (
        "organization", False, ["admin", "manager", "editor", "reporter", "reader"]),
    "collaborator of a public project": ("person", True, ["manager", "reporter"]),
    "team_member": ("organization", False, ["admin", "manager", "editor", "reporter", "reader"]),
    "organization_member": ("organization", False, ["manager", "reporter"]),
    "public": ("person", True, ["reader"]),
    "public of an organization": ("organization", True, ["reader"]),
    "none": ("person", False, ["none"]),
    "plain member": ("organization", False, ["none"]),
    "staff": ("person", False, ["none"]),
}

# States that make every role on a private project invalid.
STATES = ("valid", "too many collaborators")

_numbers = itertools.count(1)


def may(role, route):
    return ROLES.index(role) <= ROLES.index(TABLE[route])


class Stage:
    """One project with everything on it, and one person whose role comes from `origin`."""

    def __init__(self, server, origin, role, restricted=False):
        self.server, self.number = server, next(_numbers)
        owner_kind, public, _ = ORIGINS[origin]
        self.boss = server.account("stage-boss")
        self.actor = server.account(f"actor{self.number}", admin=origin == "staff")
        for name in ("some-reader", "some-reporter", "newcomer"):
            server.account(name)
        self.owner = "stage-boss"
        if owner_kind == "organization":
            self.owner = server.organization(f"stage{self.number}", "stage-boss",
                                             ("some-reader", "member"), ("some-reporter", "member"),
                                             ("newcomer", "member"))
        self.id = self.boss.new_project(f"stage{self.number}", owner=self.owner, is_public=public,
                                        has_restricted_projectfiles=restricted)
        self.boss.upload_sample(self.id)
        self.boss.uploaded(self.id, "notes.txt", b"one")
        self.boss.uploaded(self.id, "notes.txt", b"two")
        self.boss.processed(self.id)
        self.boss.share(self.id, "some-reader", "reader")
        self.boss.share(self.id, "some-reporter", "reporter")
        self.job = self.boss.package(self.id)["id"]
        self.deltafile = str(uuid.uuid4())
        self.boss.push(self.id, patch(OAK, {"height": 11.75}), file_id=self.deltafile)
        self.version = self.boss.files(self.id)["notes.txt"]["versions"][1]["version_id"]
        self._grant(origin, role)

    def _grant(self, origin, role):
        """Gives the actor his role. Everything is there by now: he may get the project itself."""
        server, boss, name = self.server, self.boss, self.actor.name
        if origin == "project_owner":
            boss.patch(f"projects/{self.id}/", json={"owner": name})
        elif origin == "organization_owner":
            server.run("org", "owner", self.owner, name)
        elif origin == "organization_admin":
            server.run("org", "member", "set", self.owner, name, "--role", "admin")
        elif origin == "team_member":
            server.run("org", "member", "set", self.owner, name)
            boss.post(f"organizations/{self.owner}/teams/", json={"team": "crew"})
            boss.post(f"organizations/{self.owner}/teams/crew/members/", json={"member": name})
            boss.share(self.id, f"@{self.owner}/crew", role)
        elif origin in ("organization_member", "plain member"):
            server.run("org", "member", "set", self.owner, name)
            if role != "none":
                server.run("org", "default-role", self.owner, role)
        elif origin.startswith("collaborator"):
            if self.owner != "stage-boss":
                server.run("org", "member", "set", self.owner, name)
            boss.share(self.id, name, role)

    def payer(self):
        """Whose plan it is now."""
        return self.server.rows("SELECT u.username FROM user u JOIN project p ON "
                                "p.owner_id = u.id WHERE p.id = ?", self.id)[0][0]

    def attempt(self, account, route):
        method, path, arguments = self._requests()[route]
        return account.request(method, path, **arguments)

    def _requests(self):
        one = self.id
        small = {"files": {"file": ("x", b"x")}}
        qgs = {"files": {"file": ("trees.qgs", (SAMPLE / "trees.qgs").read_bytes())}}

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
            "apply deltas": ("POST", f"deltas/apply/{one}/", {}),
        }


def people():
    return [(origin, role) for origin, (_, _, roles) in ORIGINS.items() for role in roles]


# Routes that would take the project, or what others need, away come last.
ORDER = sorted(TABLE, key=lambda route: (route.startswith("delete"), route.startswith("remove"),
                                         route == "delete project"))


def is_as_in_the_table(answer, route, role, valid=True):
    if may(role, route) and (valid or route not in ASKS_FOR_VALIDITY):
        assert 200 <= answer.status_code < 300, (route, role, answer.text)
    else:
        code = OTHER_CODES.get(route, {}).get(role, "permission_denied")
        if route in ASKS_FOR_VALIDITY:
            code = "permission_denied"
        assert is_error(answer, 403, code), (route, role)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("origin, role", people())
def test_every_role_may_do_what_the_table_says(server, origin, role, state):
    # contract 4.2 4.4, M4 M5 M6 M8 R11 R34
    stage = Stage(server, origin, role)
    limit = {"valid": "unlimited", "too many collaborators": 1}[state]
    server.subscribe(stage.payer(), max_collaborators=limit)
    valid = state == "valid" or ORIGINS[origin][1]  # on public projects every role is valid
    try:
        for route in ORDER:
            if route == "upload restricted project file":
                continue
            if route == "delete file version" and may(role, "delete file"):
                continue  # the file is gone by now; its own test below
            is_as_in_the_table(stage.attempt(stage.actor, route), route, role, valid)
    finally:
        server.subscribe("stage-boss", max_collaborators="plan")


@pytest.mark.parametrize("role", ["admin", "manager", "editor", "reporter", "reader"])
@pytest.mark.parametrize("route", ["upload restricted project file", "delete file version"])
def test_rows_that_need_a_stage_of_their_own(server, role, route):
    stage = Stage(server, "collaborator", role, restricted=True)
    is_as_in_the_table(stage.attempt(stage.actor, route), route, role)


@pytest.mark.parametrize("origin, role", people())
def test_role_and_origin_in_the_object_and_in_lists(server, origin, role):  # contract M2 M8 R5 R10
    stage = Stage(server, origin, role)
    mine = [one for one in stage.actor.get("projects/").json() if one["id"] == stage.id]
    everything = [one for one in stage.actor.get("projects/?include-public=1").json()
                  if one["id"] == stage.id]
    public = [one for one in stage.actor.get("projects/public/").json() if one["id"] == stage.id]
    if role == "none":
        assert (mine, everything, public) == ([], [], [])
        assert is_error(stage.actor.get(f"projects/{stage.id}/"), 403, "permission_denied")
        return
    found = stage.actor.project(stage.id)
    assert found["user_role"] == role
    assert found["user_role_origin"] == origin.split(" ")[0]
    assert found["status"] == "ok"
    del found["file_stored_bytes"]  # only where one project is asked for
    assert mine == ([] if found["user_role_origin"] == "public" else [found])
    assert everything == [found]
    assert public == ([found] if ORIGINS[origin][1] else [])


def test_anonymous_is_asked_for_a_token_everywhere(server):  # contract 4.7
    stage = Stage(server, "public", "reader")
    nobody = Account(server, "", token=None)
    for route in TABLE:
        assert is_error(stage.attempt(nobody, route), 401, "not_authenticated"), route


def test_refused_requests_change_nothing(server):
    stage = Stage(server, "none", "none")
    boss = stage.boss

    def everything():
        project = boss.project(stage.id)
        del project["file_stored_bytes"]  # older versions move in the background
        return [project, boss.files(stage.id), boss.latest(stage.id),
                *(boss.get(path).json() for path in (f"collaborators/{stage.id}/",
                                                     f"deltas/{stage.id}/",
                                                     f"jobs/?project_id={stage.id}"))]
    before = everything()
    for route in TABLE:
        for account in (stage.actor, Account(server, "", token=None),
                        server.account("some-reader")):
            if account.name == "some-reader" and may("reader", route):
                continue
            assert stage.attempt(account, route).status_code in (401, 403)
    assert everything() == before


def test_a_former_collaborator_is_a_stranger(server):
    stage = Stage(server, "collaborator", "editor")
    assert stage.actor.get(f"files/{stage.id}/").status_code == 200
    stage.boss.delete(f"collaborators/{stage.id}/{stage.actor.name}/")
    assert is_error(stage.actor.get(f"files/{stage.id}/"), 403, "permission_denied")


class TestFirstRuleWins:
    """Several rules match: the first one counts, not the strongest."""  # contract 4.2 S5

    @pytest.fixture
    def org(self, server):
        server.account("stage-boss")
        return server.organization(f"rules{next(_numbers)}", "stage-boss", ("rules-one", "member"))

    @pytest.fixture
    def boss(self, server, org):
        return server.account("stage-boss")

    @pytest.fixture
    def one(self, server, org):
        return server.account("rules-one")

    def role(self, account, project):
        found = account.project(project)
        return found["user_role"], found["user_role_origin"]

    def team(self, boss, org, name, project, role):
        boss.post(f"organizations/{org}/teams/", json={"team": name})
        boss.post(f"organizations/{org}/teams/{name}/members/", json={"member": "rules-one"})
        boss.share(project, f"@{org}/{name}", role)

    def test_from_the_weakest_to_the_first(self, server, boss, one, org):
        project = boss.new_project("rules", owner=org, is_public=True)
        assert self.role(one, project) == ("reader", "public")
        server.run("org", "default-role", org, "reader")
        assert self.role(one, project) == ("reader", "organization_member")
        self.team(boss, org, "weak", project, "reporter")
        assert self.role(one, project) == ("reporter", "team_member")
        self.team(boss, org, "strong", project, "manager")  # of several teams the strongest
        self.team(boss, org, "middle", project, "editor")
        assert self.role(one, project) == ("manager", "team_member")
        boss.share(project, "rules-one", "reader")
        assert self.role(one, project) == ("reader", "collaborator")
        boss.patch(f"members/{org}/rules-one/", json={"role": "admin"})
        assert self.role(one, project) == ("admin", "organization_admin")
        server.run("org", "owner", org, "rules-one")
        assert self.role(one, project) == ("admin", "organization_owner")
        boss.patch(f"projects/{project}/", json={"owner": "rules-one"})
        assert self.role(one, project) == ("admin", "project_owner")
        listed = [item for item in one.get("projects/?include-public=1").json()
                  if item["id"] == project]
        assert len(listed) == 1 and listed[0]["user_role_origin"] == "project_owner"

    def test_a_direct_reader_may_not_do_what_his_team_may(self, boss, one, org):
        project = boss.new_project("narrow", owner=org)
        self.team(boss, org, "crew", project, "admin")
        assert one.patch(f"projects/{project}/", json={"description": "x"}).status_code == 200
        boss.share(project, "rules-one", "reader")
        assert is_error(one.patch(f"projects/{project}/", json={"description": "y"}), 403,
                        "permission_denied")

    def test_members_see_nothing_without_rows(self, boss, one, org):
        project = boss.new_project("hidden", owner=org)
        assert project not in {item["id"] for item in one.get("projects/").json()}
        assert is_error(one.get(f"files/{project}/"), 403, "permission_denied")


class TestCollaborators:
    """Who can be given a role."""  # contract 4.6 M7 R20

    @pytest.fixture
    def world(self, server):
        boss = server.account("stage-boss")
        server.account("outsider")
        org = server.organization(f"who{next(_numbers)}", "stage-boss", ("who-member", "member"))
        other = server.organization(f"other{next(_numbers)}", "stage-boss")
        for one in (org, other):
            boss.post(f"organizations/{one}/teams/", json={"team": "crew"})
        return boss, {"MEMBER": "who-member", "OWNER": "stage-boss", "OUTSIDER": "outsider",
                      "TEAM": f"@{org}/crew", "FOREIGN TEAM": f"@{other}/crew", "ITSELF": org,
                      "ORGANIZATION": other}, org

    @pytest.mark.parametrize("owner, who, status, code", [
        ("organization", "MEMBER", 201, None), ("organization", "OWNER", 201, None),
        ("organization", "OUTSIDER", 400, "validation_error"),
        ("organization", "TEAM", 201, None),
        ("organization", "FOREIGN TEAM", 400, "validation_error"),
        ("organization", "ITSELF", 400, "api_error"),
        ("organization", "ORGANIZATION", 400, "api_error"),
        ("person", "MEMBER", 201, None), ("person", "OUTSIDER", 201, None),
        ("person", "OWNER", 400, "validation_error"), ("person", "TEAM", 201, None),
        ("person", "ORGANIZATION", 400, "api_error")])
    def test_table(self, world, name, owner, who, status, code):
        boss, names, org = world
        project = boss.new_project(name, **({"owner": org} if owner == "organization" else {}))
        answer = boss.post(f"collaborators/{project}/",
                           json={"collaborator": names[who], "role": "editor"})
        if code:
            assert is_error(answer, status, code)
            assert boss.get(f"collaborators/{project}/").json() == []
        else:
            assert answer.status_code == status and answer.json()["collaborator"] == names[who]
            again = boss.post(f"collaborators/{project}/",
                              json={"collaborator": names[who], "role": "editor"})
            assert is_error(again, 400, "validation_error")


# Rows of the table of organization roles (4.5): who may, and what others are answered.
ORGANIZATION_TABLE = {
    "see it in users/": ("owner admin creator member outsider", None, None),
    "get the object": ("owner admin creator member", 404, "object_not_found"),
    "find it among one's own": ("owner admin creator member", None, None),
    "patch the account": ("owner admin", 403, "permission_denied"),
    "list members": ("owner admin creator member outsider", None, None),
    "get member": ("owner admin creator member outsider", None, None),
    "list teams": ("owner admin creator member outsider", None, None),
    "list team members": ("owner admin creator member outsider", None, None),
    "add member": ("owner admin", 403, "permission_denied"),
    "change member": ("owner admin", 403, "permission_denied"),
    "remove member": ("owner admin", 403, "permission_denied"),
    "create team": ("owner admin", 403, "permission_denied"),
    "rename team": ("owner admin", 403, "permission_denied"),
    "delete team": ("owner admin", 403, "permission_denied"),
    "add team member": ("owner admin", 403, "permission_denied"),
    "remove team member": ("owner admin", 403, "permission_denied"),
    "create project": ("owner admin creator", 403, "permission_denied"),
    "get subscription": ("owner admin creator member", 403, "permission_denied"),
    "get its project": ("owner admin", 403, "permission_denied"),
}


@pytest.mark.parametrize("who", ["owner", "admin", "creator", "member", "outsider"])
def test_organization_roles(server, who):  # contract 4.5 O7 O9 S7 T1 T2 T3 T4 T5 T6 T12 U13
    boss = server.account("stage-boss")
    server.account("newcomer")
    org = server.organization(f"matrix{next(_numbers)}", "stage-boss", ("matrix-other", "member"),
                              ("matrix-gone", "member"))
    actor = boss if who == "owner" else server.account(f"matrix-{who}")
    if who not in ("owner", "outsider"):
        server.run("org", "member", "set", org, actor.name, "--role", who)
    teams = f"organizations/{org}/teams/"
    boss.post(teams, json={"team": "crew"})
    boss.post(teams, json={"team": "old"})
    boss.post(f"{teams}crew/members/", json={"member": "matrix-other"})
    project = boss.new_project("its", owner=org)
    requests = {
        "see it in users/": ("GET", f"users/?q={org}", {}),
        "get the object": ("GET", f"users/{org}/", {}),
        "find it among one's own": ("GET", f"users/{actor.name}/organizations/", {}),
        "patch the account": ("PATCH", f"users/{org}/", {"email": "o@example.org"}),
        "list members": ("GET", f"members/{org}/", {}),
        "get member": ("GET", f"members/{org}/matrix-other/", {}),
        "list teams": ("GET", teams, {}),
        "list team members": ("GET", f"{teams}crew/members/", {}),
        "add member": ("POST", f"members/{org}/", {"member": "newcomer"}),
        "change member": ("PATCH", f"members/{org}/matrix-other/", {"is_public": True}),
        "remove member": ("DELETE", f"members/{org}/matrix-gone/", {}),
        "create team": ("POST", teams, {"team": "new"}),
        "rename team": ("PUT", f"{teams}old/", {"team": "older"}),
        "delete team": ("DELETE", f"{teams}older/" if who in ("owner", "admin") else f"{teams}old/",
                        {}),
        "add team member": ("POST", f"{teams}crew/members/", {"member": "stage-boss"}),
        "remove team member": ("DELETE", f"{teams}crew/members/matrix-other/", {}),
        "create project": ("POST", "projects/", {"name": "new", "owner": org}),
        "get subscription": ("GET", f"subscriptions/{org}/current/", {}),
        "get its project": ("GET", f"projects/{project}/", {}),
    }
    assert set(requests) == set(ORGANIZATION_TABLE)
    for route, (allowed, status, code) in ORGANIZATION_TABLE.items():
        method, path, body = requests[route]
        answer = actor.request(method, path, json=body)
        if who in allowed.split():
            assert 200 <= answer.status_code < 300, (route, answer.text)
        elif status:
            assert is_error(answer, status, code), route
        if route in ("see it in users/", "find it among one's own"):
            found = org in {item["username"] for item in answer.json()}
            assert found == (who in allowed.split()), route


def test_owners_move_projects_to_their_organizations(server, name):  # contract M1 M3
    owner, reader = server.account("mover"), server.account("move-reader")
    org = server.organization(f"move{next(_numbers)}", "mover", ("move-reader", "member"))
    project = owner.new_project("before")
    answer = owner.patch(f"projects/{project}/", json={"name": name, "owner": org})
    assert answer.status_code == 200
    assert (answer.json()["owner"], answer.json()["user_role_origin"]) == (
        org, "organization_owner")
    assert project not in {one["id"] for one in reader.get("projects/").json()}
    owner.share(project, "move-reader", "reader")
    assert project in {one["id"] for one in reader.get("projects/").json()}
    for body in ({"name": "stolen"}, {"owner": "move-reader"}):
        assert is_error(reader.patch(f"projects/{project}/", json=body), 403, "permission_denied")
    assert owner.project(project)["name"] == name


def test_teams_own_no_projects(server, name):
    owner = server.account("mover")
    org = server.organization(f"move{next(_numbers)}", "mover")
    owner.post(f"organizations/{org}/teams/", json={"team": "crew"})
    body = {"name": name, "owner": f"@{org}/crew"}
    assert is_error(owner.post("projects/", json=body), 400, "api_error")
    project = owner.new_project(name)
    assert is_error(owner.patch(f"projects/{project}/", json=body), 400, "api_error")


def test_lists_have_organization_projects_in_order(server, bob):  # contract R8
    owner = server.account("lister")
    org = server.organization("a-lister-org", "lister")
    owner.new_project("two")
    owner.new_project("one")
    owner.new_project("three", owner=org)
    bob.new_project("lister-stranger", is_public=True)
    assert [(one["owner"], one["name"]) for one in owner.get("projects/").json()] == [
        ("a-lister-org", "three"), ("lister", "one"), ("lister", "two")]
    assert [one["name"] for one in owner.get("projects/?owner=A-LISTER-ORG").json()] == ["three"]
    assert [one["name"] for one in owner.get("projects/?owner=lister&name=ONE").json()] == ["one"]
