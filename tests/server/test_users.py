"""The list of users, profiles, accounts made over the API and on the command line."""

import pytest

from support import is_error, until


def new_person(name, **more):
    return {"username": name, "password": "long-enough-1", "email": f"{name}@example.org", **more}


def test_own_profile_has_the_email(ada):  # contract U5
    body = ada.get("users/ada/").json()
    assert (body["username"], body["type"], body["email"]) == ("ada", 1, "ada@example.org")


def test_other_profiles_have_no_email(ada, bob):  # contract U6
    answer = ada.get("users/bob/")
    assert answer.json() == {"username": "bob", "type": 1, "full_name": "", "avatar_url": None,
                             "username_display": "bob"}


def test_unknown_or_differently_spelled_users_are_denied(ada):
    for name in ("nobody", "ADA"):
        assert is_error(ada.get(f"users/{name}/"), 403, "permission_denied")


def test_list_holds_everybody_by_name(ada, bob):  # contract U8 U9 U24
    names = [user["username"] for user in ada.get("users/").json()]
    assert {"ada", "bob"} <= set(names) and names == sorted(names)
    assert all("email" not in user for user in ada.get("users/?exclude_organizations=1").json())


def test_search_finds_parts_of_names_best_match_first(ada, server):
    for name in ("zebra", "xzebra", "azebra"):
        server.account(name)
    names = [user["username"] for user in ada.get("users/?q=ZEBR").json()]
    assert names == ["zebra", "azebra", "xzebra"]


def test_list_without_the_people_of_a_project(ada, bob, stranger, project):  # contract U11
    ada.share(project, "bob", "reader")
    names = {user["username"] for user in ada.get(f"users/?project={project}").json()}
    assert not {"ada", "bob"} & names and "stranger" in names
    names = {user["username"] for user in ada.get(f"users/?project={project}&invert=1").json()}
    assert names == {"ada", "bob"}


def test_list_is_paginated_on_request(ada, bob):
    answer = ada.get("users/?limit=1")
    assert len(answer.json()) == 1 and "X-Next-Page" in answer.headers


def test_people_change_their_own_profile_only(server, ada):  # contract U12 U13
    changer = server.account("changer")
    answer = changer.patch("users/changer/", json={
        "first_name": "Charles", "last_name": "Hanger", "email": "charles@example.org"})
    assert answer.status_code == 200
    assert answer.json()["full_name"] == "Charles Hanger"
    assert changer.get("auth/user/").json()["email"] == "charles@example.org"
    assert is_error(ada.patch("users/changer/", json={"first_name": "X"}), 403,
                    "permission_denied")


@pytest.mark.parametrize("body", [{"username": "ada"}, {"username": "a b"}, {"email": "nothing"},
                                  {"email": "ada@example.org"}])
def test_profiles_take_no_bad_values(server, ada, body):  # contract U18
    answer = server.account("unchanged").patch("users/unchanged/", json=body)
    assert answer.status_code == 400
    assert server.account("unchanged").get("auth/user/").json()["username"] == "unchanged"


def test_organizations_of_a_person_are_an_empty_list(ada):  # contract U17, persons
    answer = ada.get("users/ada/organizations/")
    assert (answer.status_code, answer.json()) == (200, [])
    assert is_error(ada.get("users/bob/organizations/"), 403, "permission_denied")


def test_staff_makes_accounts(admin, server, name):  # contract U19
    answer = admin.post("users/", json=new_person(name, first_name="New", last_name="One"))
    assert answer.status_code == 201
    assert (answer.json()["username"], answer.json()["full_name"]) == (name, "New One")
    answer = admin.post("auth/login/", json={"username": name, "password": "long-enough-1"})
    assert answer.json()["email"] == f"{name}@example.org"
    terms = "SELECT has_accepted_terms FROM user WHERE username = ?"
    assert server.rows(terms, name) == [(0,)] and server.rows(terms, "root") == [(1,)]


@pytest.mark.parametrize("change", [
    {"email": None}, {"password": None}, {"username": None},        # contract U20
    {"username": "a b"}, {"username": "ab!"}, {"username": "ab"},   # contract U23
    {"username": "1abc"}, {"username": "x" * 151}, {"username": "deltafile"},
    {"username": "Ada"}, {"email": "ADA@example.org"},              # contract U21 A10
    {"email": "not-a-mail"},
])
def test_bad_accounts_are_refused_and_not_made(admin, ada, name, change):
    body = {key: value for key, value in {**new_person(name), **change}.items() if value}
    before = len(admin.get("users/").json())
    assert is_error(admin.post("users/", json=body), 400, "api_error")
    assert len(admin.get("users/").json()) == before


def test_only_staff_makes_accounts(ada, anonymous, name):  # contract U22
    assert is_error(ada.post("users/", json=new_person(name)), 403, "permission_denied")
    assert is_error(anonymous.post("users/", json=new_person(name)), 401, "not_authenticated")


def test_first_start_prints_a_one_time_password(new_server):
    server = new_server()
    lines = until(lambda: server.output.read_text().splitlines(), lambda lines: len(lines) > 1,
                  "password")
    assert lines[0].startswith("listening on http://127.0.0.1:")
    marked = [line for line in lines if line.startswith("admin password (shown once): ")]
    assert len(marked) == 1
    password = marked[0].split("(shown once): ")[1].strip()
    one = server.account("one")
    answer = one.post("auth/login/", json={"username": "admin", "password": password})
    assert answer.status_code == 200
    server.stop()
    server.start()
    assert "shown once" not in server.output.read_text()


def test_accounts_on_the_command_line(server, name):
    done = server.command("user", "add", name, "--password-stdin", stdin="first-password-1\n")
    assert done.returncode == 0, done.stderr
    assert name in server.command("user", "list").stdout
    again = server.command("user", "add", name.upper(), "--password-stdin", stdin="x-password-1\n")
    assert again.returncode != 0 and again.stderr.strip()
    done = server.command("user", "passwd", name, "--password-stdin", stdin="second-password-1\n")
    assert done.returncode == 0, done.stderr
    stranger = server.account("passwd-tester")
    for password, status in (("first-password-1", 401), ("second-password-1", 200)):
        answer = stranger.post("auth/login/", json={"username": name, "password": password})
        assert answer.status_code == status


def test_a_bad_name_on_the_command_line_is_refused(server):
    done = server.command("user", "add", "no spaces", "--password-stdin", stdin="password-123\n")
    assert done.returncode != 0 and "username" in done.stderr
