"""Organizations and their members: routes, commands, what follows from a membership."""

import itertools

import pytest

from support import is_error

_numbers = itertools.count(1)


@pytest.fixture
def org(server, ada, bob, stranger):
    """Owned by ada, with an admin, a creator, a member; bob and stranger are outside."""
    return server.organization(f"acme{next(_numbers)}", "ada", ("org-admin", "admin"),
                               ("org-creator", "creator"), ("org-member", "member"))


@pytest.fixture
def people(server, org, ada):
    """Accounts by what they are in the organization."""
    return {"owner": ada, "outsider": server.account("stranger"),
            **{role: server.account(f"org-{role}") for role in ("admin", "creator", "member")}}


def test_members_are_listed_without_the_owner(ada, stranger, org):  # contract O1
    for account in (ada, stranger):
        answer = account.get(f"members/{org}/")
        assert answer.status_code == 200
        assert answer.json() == [
            {"organization": org, "member": f"org-{role}", "role": role, "is_public": False}
            for role in ("admin", "creator", "member")]
    page = ada.get(f"members/{org}/?limit=2")
    assert len(page.json()) == 2 and page.headers["X-Total-Count"] == "3"
    assert ada.get(f"members/{org}/org-admin/").json()["role"] == "admin"


def test_only_organizations_have_members(ada, bob, org):
    for name in ("nobody", "bob", org.upper()):
        assert is_error(ada.get(f"members/{name}/"), 403, "permission_denied")
        assert is_error(ada.post(f"members/{name}/", json={"member": "bob"}), 403,
                        "permission_denied")


def test_a_member_is_added_changed_and_removed(server, ada, bob, org):  # contract O2 O3 O4
    answer = ada.post(f"members/{org}/", json={"member": "bob", "role": "admin"})
    assert answer.status_code == 201
    assert answer.json() == {"organization": org, "member": "bob", "role": "admin",
                             "is_public": False}
    by = "SELECT c.username FROM member m JOIN user c ON c.id = m.created_by " \
         "JOIN user u ON u.id = m.user_id JOIN user g ON g.id = m.organization_id " \
         "WHERE u.username = 'bob' AND g.username = ?"
    assert server.rows(by, org) == [("ada",)]
    changed = ada.patch(f"members/{org}/bob/", json={"role": "member", "is_public": True})
    assert changed.status_code == 200
    assert (changed.json()["role"], changed.json()["is_public"]) == ("member", True)
    assert ada.put(f"members/{org}/bob/", data={"role": "creator"}).json()["is_public"] is True
    assert ada.get("users/" + org + "/").json()["members"] == ["bob"]
    assert ada.delete(f"members/{org}/bob/").status_code == 204
    assert is_error(ada.get(f"members/{org}/bob/"), 404, "object_not_found")


def test_the_role_is_member_unless_said(ada, bob, org):
    assert ada.post(f"members/{org}/", data={"member": "bob"}).json()["role"] == "member"


@pytest.mark.parametrize("body, status, code", [
    ({}, 400, "api_error"), ({"member": "nobody"}, 404, "object_not_found"),
    ({"member": "bob", "role": "king"}, 400, "api_error"),
    ({"member": "bob", "role": "owner"}, 400, "api_error"),
    ({"member": "ada"}, 400, "validation_error"),            # the owner
    ({"member": "org-member"}, 400, "validation_error"),     # twice
    ({"member": "SELF"}, 400, "validation_error"),           # an organization
])
def test_bad_members_are_refused(ada, bob, org, body, status, code):
    body = {**body, **({"member": org} if body.get("member") == "SELF" else {})}
    before = ada.get(f"members/{org}/").json()
    assert is_error(ada.post(f"members/{org}/", json=body), status, code)
    assert ada.get(f"members/{org}/").json() == before


def test_rows_that_do_not_exist(ada, bob, org):
    for method in ("GET", "PATCH", "DELETE"):
        for name in ("bob", "nobody", "ada"):
            answer = ada.request(method, f"members/{org}/{name}/",
                                 **({"json": {"role": "admin"}} if method == "PATCH" else {}))
            assert is_error(answer, 404, "object_not_found")
    assert is_error(ada.patch(f"members/{org}/org-member/", json={"role": "x"}), 400, "api_error")


def test_members_add_nobody_before_they_are_admins(ada, bob, people, org):  # contract O7
    member = people["member"]
    assert is_error(member.post(f"members/{org}/", json={"member": "bob"}), 403,
                    "permission_denied")
    ada.patch(f"members/{org}/org-member/", json={"role": "admin"})
    assert member.post(f"members/{org}/", json={"member": "bob"}).status_code == 201


def test_only_admins_leave_by_themselves(people, org):
    assert is_error(people["member"].delete(f"members/{org}/org-member/"), 403,
                    "permission_denied")
    assert people["admin"].delete(f"members/{org}/org-admin/").status_code == 204


def test_a_removed_member_leaves_projects_and_teams(server, ada, people, org):  # contract O5 O6
    project = ada.new_project("left", owner=org)
    private = ada.new_project(f"private-{org}")
    ada.post(f"organizations/{org}/teams/", json={"team": "crew"})
    ada.post(f"organizations/{org}/teams/crew/members/", json={"member": "org-member"})
    ada.share(project, "org-member", "editor")
    ada.share(private, "org-member", "reader")
    assert ada.delete(f"members/{org}/org-member/").status_code == 204
    assert ada.get(f"collaborators/{project}/").json() == []
    assert ada.get(f"organizations/{org}/teams/crew/").json()["members"] == []
    assert is_error(people["member"].get(f"files/{project}/"), 403, "permission_denied")
    assert people["member"].get(f"files/{private}/").status_code == 200


def test_the_object_of_an_organization(ada, people, org):  # contract U7 U17
    ada.patch(f"members/{org}/org-creator/", json={"is_public": True})
    ada.post(f"organizations/{org}/teams/", json={"team": "surveyors"})
    common = {"username": org, "type": 2, "email": "", "avatar_url": None,
              "members": ["org-creator"], "organization_owner": "ada", "teams": ["surveyors"]}
    for who, role, origin, public in [
            ("owner", "admin", "organization_owner", True),
            ("admin", "admin", "organization_member", False),
            ("creator", "creator", "organization_member", True),
            ("member", "member", "organization_member", False)]:
        account = people[who]
        wanted = {**common, "membership_role": role, "membership_role_origin": origin,
                  "membership_is_public": public}
        assert account.get(f"users/{org}/").json() == wanted
        mine = account.get(f"users/{account.name}/organizations/").json()
        assert wanted in mine
    assert is_error(people["outsider"].get(f"users/{org}/"), 404, "object_not_found")
    assert people["outsider"].get("users/stranger/organizations/").json() == []


def test_managers_change_the_account(ada, people, org):
    for who in ("creator", "member", "outsider"):
        assert is_error(people[who].patch(f"users/{org}/", json={"email": "a@b.org"}), 403,
                        "permission_denied")
    ada.post(f"organizations/{org}/teams/", json={"team": "crew"})
    answer = people["admin"].patch(f"users/{org}/", json={"username": f"{org}-x",
                                                           "email": "ada@example.org"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["username"], answer.json()["type"]) == (f"{org}-x", 2)
    assert ada.get(f"organizations/{org}-x/teams/").json()[0]["team"] == "crew"
    names = {user["username"] for user in ada.get("users/").json()}
    assert f"@{org}-x/crew" in names and f"@{org}/crew" not in names
    assert is_error(ada.patch(f"users/{org}-x/", json={"username": "bob"}), 400, "api_error")


@pytest.mark.parametrize("who, status", [("owner", 201), ("admin", 201), ("creator", 201),
                                         ("member", 403), ("outsider", 403)])
def test_who_creates_projects_of_it(people, org, who, status):  # contract O9 R39
    answer = people[who].post("projects/", json={"name": "made", "owner": org})
    assert answer.status_code == status, answer.text
    owner = people["owner"]
    if status == 403:
        assert owner.get(f"projects/?owner={org}").json() == []
        return
    project = answer.json()["id"]
    rows = [(row["collaborator"], row["role"])
            for row in owner.get(f"collaborators/{project}/").json()]
    assert rows == ([("org-creator", "admin")] if who == "creator" else [])
    assert people[who].project(project)["user_role"] == "admin"
    assert people[who].project(project)["owner"] == org


def test_the_owner_changes(server, ada, people, org):  # contract O8 S8
    before = ada.get(f"subscriptions/{org}/current/").json()["uuid"]
    server.run("org", "owner", org, "org-member")
    assert {(row["member"], row["role"]) for row in ada.get(f"members/{org}/").json()} == {
        ("org-admin", "admin"), ("org-creator", "creator"), ("ada", "admin")}
    assert ada.get(f"users/{org}/").json()["organization_owner"] == "org-member"
    assert people["member"].get(f"users/{org}/").json()["membership_role"] == "admin"
    assert ada.get(f"subscriptions/{org}/current/").json()["uuid"] == before
    server.run("org", "owner", org, "org-member")  # once more: nothing changes
    assert len(ada.get(f"members/{org}/").json()) == 3


@pytest.mark.parametrize("most, added", [("3", False), ("4", True), ("unlimited", True),
                                         ("plan", True)])
def test_plans_limit_the_members(server, ada, bob, org, most, added):  # contract O10
    server.subscribe(org, max_members=most)
    answer = ada.post(f"members/{org}/", json={"member": "bob"})
    if added:
        assert answer.status_code == 201
    else:
        assert is_error(answer, 403, "organization_has_max_number_of_members")
        assert ada.patch(f"members/{org}/org-member/", json={"is_public": True}).status_code == 200


def test_nobody_logs_in_as_an_organization_or_team(server, anonymous, ada, org):  # contract A18
    ada.post(f"organizations/{org}/teams/", json={"team": "crew"})
    for name in (org, f"@{org}/crew"):
        for password in ("", "password", "ada-Passw0rd"):
            answer = anonymous.post("auth/login/", json={"username": name, "password": password})
            assert answer.status_code in (400, 401) and "token" not in answer.json()
        assert answer.json() == {"code": "authentication_failed",
                                 "message": "Authentication failed"}


@pytest.fixture(scope="module")
def world(server, ada):
    """Two organizations of ada's with a team each; filter-in is in one of them."""
    server.account("filter-out")
    org = server.organization("filterorg", "ada", ("filter-in", "member"))
    server.organization("otherorg", "ada")
    for one in (org, "otherorg"):
        ada.post(f"organizations/{one}/teams/", json={"team": "crew"})
    ada.post(f"organizations/{org}/teams/crew/members/", json={"member": "filter-in"})
    project = ada.new_project("filtered", owner=org)
    ada.share(project, "filter-in", "reader")
    team = server.rows("SELECT id FROM user WHERE username = '@filterorg/crew'")[0][0]
    return {"ada": ada, "org": org, "project": project, "team": team}


class TestLists:
    """Filters of the list of accounts."""  # contract U8 U9 U10 U11 M9

    def names(self, world, query):
        answer = world["ada"].get(f"users/?{query}")
        assert answer.status_code == 200, answer.text
        known = {"ada", "filter-in", "filter-out", "filterorg", "otherorg", "@filterorg/crew",
                 "@otherorg/crew"}
        return known & {user["username"] for user in answer.json()}

    @pytest.mark.parametrize("query, missing", [
        ("", set()),
        ("exclude_organizations=1", {"filterorg", "otherorg"}),
        ("exclude_teams=1", {"@filterorg/crew", "@otherorg/crew"}),
        ("exclude_teams=0", set()),
        ("organization=filterorg", {"filterorg", "ada", "filter-in", "@otherorg/crew"}),
        ("project={project}", {"filterorg", "filter-in", "@otherorg/crew"}),
        ("project=00000000-0000-4000-8000-000000000000", set()),
        ("exclude_members_of_team={team}", {"filter-in"}),
        ("exclude_members_of_team=1000000", set()),
        ("organization=filterorg&exclude_organizations=1&exclude_teams=1",
         {"filterorg", "ada", "filter-in", "otherorg", "@otherorg/crew", "@filterorg/crew"}),
    ])
    def test_who_is_left_out(self, world, query, missing):
        everybody = self.names(world, "")
        assert len(everybody) == 7
        query = query.format(**world)
        assert self.names(world, query) == everybody - missing
        if query.startswith(("organization", "project")) and "&" not in query and missing:
            assert self.names(world, query + "&invert=1") == missing

    def test_teams_show_their_own_name(self, world):
        users = {user["username"]: user for user in world["ada"].get("users/?q=crew").json()}
        assert users["@filterorg/crew"] == {
            "username": "@filterorg/crew", "type": 3, "full_name": "", "avatar_url": None,
            "username_display": "crew"}

    def test_bad_filters(self, world):
        ada = world["ada"]
        assert is_error(ada.get("users/?organization=nobody"), 404, "object_not_found")
        assert is_error(ada.get("users/?organization=ada"), 404, "object_not_found")
        assert is_error(ada.get(f"users/?organization=filterorg&project={world['project']}"), 400,
                        "api_error")
        for query in ("invert=x", "exclude_teams=yes", "exclude_members_of_team=x"):
            assert is_error(ada.get(f"users/?{query}"), 400, "api_error")

    def test_pages(self, world):
        answer = world["ada"].get("users/?q=filter&limit=2&offset=1")
        assert len(answer.json()) == 2 and "X-Previous-Page" in answer.headers
        everything = world["ada"].get("users/?q=filter").json()
        assert answer.headers["X-Total-Count"] == str(len(everything))
        assert answer.json() == everything[1:3]


class TestAdministration:
    """Routes for staff and commands: additions to the contract."""

    def test_staff_creates_and_deletes(self, admin, ada, name):
        body = {"username": name, "owner": "ada", "default_project_role": "reader"}
        assert is_error(ada.post("admin/organizations/", json=body), 403, "permission_denied")
        answer = admin.post("admin/organizations/", json=body)
        assert answer.status_code == 201
        assert (answer.json()["username"], answer.json()["organization_owner"]) == (name, "ada")
        project = ada.new_project("one", owner=name)
        assert is_error(ada.delete(f"admin/organizations/{name}/"), 403, "permission_denied")
        assert is_error(admin.delete(f"admin/organizations/{name}/"), 400, "validation_error")
        assert ada.get(f"projects/{project}/").status_code == 200
        assert admin.delete(f"admin/organizations/{name}/?with_projects=1").status_code == 204
        assert is_error(ada.get(f"projects/{project}/"), 404, "object_not_found")
        assert is_error(admin.delete(f"admin/organizations/{name}/"), 404, "object_not_found")

    @pytest.mark.parametrize("body, status", [
        ({"username": "a b"}, 400), ({"username": "ada"}, 400), ({"username": "organization"}, 400),
        ({}, 400), ({"username": "fine-name", "owner": "nobody"}, 404),
        ({"username": "fine-name", "default_project_role": "king"}, 400),
    ])
    def test_bad_organizations(self, admin, ada, body, status):
        assert admin.post("admin/organizations/", json={"owner": "ada", **body}).status_code == status
        assert "fine-name" not in {user["username"] for user in ada.get("users/").json()}

    def test_commands(self, server, ada, bob, name):
        server.run("org", "add", name, "--owner", "ada", "--email", "o@example.org")
        server.run("org", "member", "set", name, "bob", "--role", "admin", "--public")
        assert f"{name} (owner ada, 1 members, 0 teams)" in server.run("org", "list")
        assert server.run("org", "member", "list", name) == "ada (owner)\nbob (admin, public)\n"
        server.run("org", "default-role", name, "editor")
        assert "members are editor" in server.run("org", "list")
        server.run("org", "member", "remove", name, "bob")
        for bad in (["org", "add", name, "--owner", "ada"], ["org", "add", "x-y-z", "--owner", "no"],
                    ["org", "owner", name, "no"], ["org", "delete", "ada"],
                    ["org", "member", "set", name, "bob", "--role", "x"],
                    ["org", "member", "remove", name, "bob"],
                    ["org", "default-role", name, "king"]):
            done = server.command(*bad)
            assert done.returncode == 1 and done.stderr.startswith("qfcsync-server: "), bad
        ada.new_project("kept", owner=name)
        assert server.command("org", "delete", name).returncode == 1
        server.run("org", "delete", name, "--with-projects")
        assert name not in server.run("org", "list")

    def test_accounts_are_deactivated_and_deleted(self, server, ada, name):
        leaver = server.account(name)
        project = ada.new_project(f"of-{name}")
        ada.share(project, name, "editor")
        leaver.uploaded(project, "left.txt", b"mine")
        own = leaver.new_project("own")
        server.run("user", "deactivate", name)
        assert is_error(leaver.get("auth/user/"), 401, "token_authentication_failed")
        assert f"{name} <{name}@example.org> (deactivated)" in server.run("user", "list")
        server.run("user", "activate", name)
        assert leaver.get("auth/user/").status_code == 200
        assert server.command("user", "delete", name).returncode == 1
        org = server.organization(f"org-of-{name}", name)
        assert "org owner" in server.command("user", "delete", name, "--with-projects").stderr
        server.run("org", "delete", org)
        server.run("user", "delete", name, "--with-projects")
        assert is_error(leaver.get("auth/user/"), 401, "token_authentication_failed")
        assert is_error(ada.get(f"projects/{own}/"), 404, "object_not_found")
        assert ada.download(project, "left.txt") == b"mine"  # contract F37
        assert ada.get(f"collaborators/{project}/").json() == []
