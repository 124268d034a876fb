"""Teams of organizations."""

import itertools

import pytest

from support import is_error

_numbers = itertools.count(1)


@pytest.fixture
def org(server, ada, bob, stranger):
    return server.organization(f"teams{next(_numbers)}", "ada", ("team-admin", "admin"),
                               ("team-member", "member"), ("team-creator", "creator"))


@pytest.fixture
def boss(server, org):
    return server.account("team-admin")


@pytest.fixture
def member(server, org):
    return server.account("team-member")


@pytest.fixture
def team(ada, org):
    path = f"organizations/{org}/teams/"
    assert ada.post(path, json={"team": "crew"}).status_code == 201
    assert ada.post(f"{path}crew/members/", json={"member": "team-member"}).status_code == 201
    return f"{path}crew/"


CHANGES = [("POST", "{base}", {"team": "new"}), ("PUT", "{team}", {"team": "new"}),
           ("DELETE", "{team}", {}), ("POST", "{team}members/", {"member": "team-creator"}),
           ("DELETE", "{team}members/team-member/", {})]


@pytest.mark.parametrize("method, path, body", CHANGES)
@pytest.mark.parametrize("who, status", [
    ("anonymous", 401), ("stranger", 403), ("team-member", 403), ("team-creator", 403),
    ("team-admin", 200), ("ada", 200)])
def test_who_changes_teams(server, anonymous, ada, org, team, method, path, body, who, status):
    # contract T1 T2 T3 T4 T5 T6 T12
    account = anonymous if who == "anonymous" else server.account(who)
    before = ada.get(f"organizations/{org}/teams/").json()
    answer = account.request(method, path.format(base=f"organizations/{org}/teams/", team=team),
                             json=body)
    if status == 200:
        assert answer.status_code == {"POST": 201, "PUT": 200, "DELETE": 204}[method], answer.text
        assert ada.get(f"organizations/{org}/teams/").json() != before
    else:
        assert is_error(answer, status,
                        "not_authenticated" if status == 401 else "permission_denied")
        assert ada.get(f"organizations/{org}/teams/").json() == before


@pytest.mark.parametrize("path", ["organizations/{org}/teams/", "organizations/{org}/teams/crew/",
                                  "organizations/{org}/teams/crew/members/"])
def test_everybody_signed_in_reads_teams(anonymous, ada, member, stranger, org, team, path):
    for account in (ada, member, stranger):
        assert account.get(path.format(org=org)).status_code == 200
    assert is_error(anonymous.get(path.format(org=org)), 401, "not_authenticated")


def test_teams_are_accounts(server, ada, boss, org):  # contract T3 T4
    for number, account in enumerate((ada, boss)):
        answer = account.post(f"organizations/{org}/teams/", json={"team": f"team{number}"})
        assert answer.json() == {"team": f"team{number}", "organization": org, "members": []}
    answer = boss.put(f"organizations/{org}/teams/team0/", json={"team": "other"})
    assert answer.json() == {"team": "other", "organization": org, "members": []}
    names = {row[0] for row in server.rows("SELECT username FROM user WHERE type = 3")}
    assert {f"@{org}/other", f"@{org}/team1"} <= names and f"@{org}/team0" not in names


def test_lists_have_exactly_these_keys(ada, member, team, org):  # contract T9 T10 T11
    ada.post(f"organizations/{org}/teams/", json={"team": "empty"})
    assert member.get(f"organizations/{org}/teams/").json() == [
        {"team": "crew", "organization": org, "members": ["team-member"]},
        {"team": "empty", "organization": org, "members": []}]
    assert member.get(f"organizations/{org}/teams/empty/").json() == {
        "team": "empty", "organization": org, "members": []}
    assert member.get(f"{team}members/").json() == [{"member": "team-member"}]


def test_the_singular_path_is_the_same(ada, team, org):
    alias = team.replace("/teams/", "/team/")
    assert ada.get(alias).json() == ada.get(team).json()
    assert ada.get(f"organizations/{org}/team/").json() == ada.get(
        f"organizations/{org}/teams/").json()
    assert ada.post(f"organizations/{org}/team/", json={"team": "b"}).status_code == 201
    assert ada.post(f"{alias}members/", json={"member": "team-creator"}).status_code == 201
    assert ada.delete(f"{alias}members/team-creator/").status_code == 204
    assert ada.put(alias, json={"team": "c"}).status_code == 200
    assert ada.delete(f"organizations/{org}/team/c/").status_code == 204


def test_bad_names(ada, boss, team, org):  # contract T8
    base = f"organizations/{org}/teams/"
    boss.post(base, json={"team": "taken"})
    for body in ({}, {"team": ""}, {"team": " "}, {"team": "a b"}, {"team": "a/b"},
                 {"team": "taken"}, {"team": "x" * 200}):
        assert is_error(boss.put(team, json=body), 400, "api_error")
        assert is_error(boss.post(base, json=body), 400, "api_error")
    assert {one["team"] for one in ada.get(base).json()} == {"crew", "taken"}
    assert boss.put(team, json={"team": "crew"}).status_code == 200
    assert is_error(boss.patch(team, json={"team": "x"}), 403, "permission_denied")


def test_unknown_organizations_and_teams(ada, bob, org, team):
    for name in ("nobody", "bob"):
        for method, path in [("GET", ""), ("POST", ""), ("GET", "crew/"), ("PUT", "crew/"),
                             ("DELETE", "crew/"), ("GET", "crew/members/"),
                             ("POST", "crew/members/"), ("DELETE", "crew/members/bob/")]:
            answer = ada.request(method, f"organizations/{name}/teams/{path}",
                                 json={"team": "x", "member": "bob"})
            assert is_error(answer, 403, "permission_denied")
    base = f"organizations/{org}/teams/none/"
    for method in ("GET", "PUT", "DELETE"):
        assert is_error(ada.request(method, base, json={"team": "x"}), 404, "object_not_found")
    for method, path in [("GET", "members/"), ("POST", "members/"), ("DELETE", "members/bob/")]:
        assert is_error(ada.request(method, base + path, json={"member": "bob"}), 403,
                        "permission_denied")
    assert is_error(ada.delete(f"{team}members/bob/"), 404, "object_not_found")


@pytest.mark.parametrize("body, code", [
    ({}, "api_error"), ({"member": ""}, "api_error"), ({"member": "nobody"}, "api_error"),
    ({"member": "team-member"}, "validation_error"),   # already in it
    ({"member": "stranger"}, "validation_error"),      # contract R21
])
def test_bad_team_members(boss, stranger, team, body, code):  # contract T7
    assert is_error(boss.post(f"{team}members/", json=body), 400, code)
    assert boss.get(f"{team}members/").json() == [{"member": "team-member"}]


def test_members_are_added_by_name_or_email(boss, ada, team):  # contract T13
    for text, name in (("team-creator", "team-creator"), ("ADA@example.org", "ada")):
        answer = boss.post(f"{team}members/", json={"member": text})
        assert (answer.status_code, answer.json()) == (201, {"member": name})
    assert len(boss.get(f"{team}members/").json()) == 3


def test_somebody_may_be_in_two_teams(ada, org, team):
    ada.post(f"organizations/{org}/teams/", json={"team": "second"})
    answer = ada.post(f"organizations/{org}/teams/second/members/", json={"member": "team-member"})
    assert answer.status_code == 201


def test_a_team_is_a_collaborator(ada, boss, member, org, team):  # contract M8, teams
    project = ada.new_project("shared", owner=org)
    answer = ada.post(f"collaborators/{project}/", json={"collaborator": f"@{org}/crew",
                                                         "role": "editor"})
    assert answer.status_code == 201 and answer.json()["collaborator"] == f"@{org}/crew"
    found = member.project(project)
    assert (found["user_role"], found["user_role_origin"]) == ("editor", "team_member")
    for spelling in (f"@{org}/crew", f"@{org}%2Fcrew", f"%40{org}%2Fcrew"):
        path = f"collaborators/{project}/{spelling}/"
        assert ada.get(path).json()["role"] == "editor"
        assert ada.patch(path, json={"role": "editor"}).status_code == 200
    ada.put(team, json={"team": "renamed"})
    assert member.project(project)["user_role"] == "editor"
    assert ada.delete(f"collaborators/{project}/@{org}%2Frenamed/").status_code == 204
    assert is_error(member.get(f"files/{project}/"), 403, "permission_denied")


def test_a_deleted_team_takes_its_roles_along(ada, member, org, team):
    project = ada.new_project("shared", owner=org)
    ada.share(project, f"@{org}/crew", "editor")
    assert ada.delete(team).status_code == 204
    assert ada.get(f"collaborators/{project}/").json() == []
    assert is_error(member.get(f"files/{project}/"), 403, "permission_denied")
