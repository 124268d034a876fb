"""Signing in and out, tokens, client types, what needs no account."""

import datetime

import pytest
import requests

from support import (QFIELD_AGENT, QFIELDSYNC_AGENT, SDK_AGENT, code_of, is_error,
                     password_of)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
CHROME = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
          " Chrome/126.0.0.0 Safari/537.36")


def login(server, body, agent=SDK_AGENT, route="login", form=False):
    given = {"data": body} if form else {"json": body}
    return requests.post(f"{server.api}auth/{route}/", headers={"User-Agent": agent}, **given)


def credentials(name):
    return {"username": name, "password": password_of(name)}


def is_active(server, token):
    answer = requests.get(f"{server.api}auth/user/", headers={"Authorization": f"Token {token}"})
    if answer.status_code == 401:
        assert code_of(answer) == "token_authentication_failed"
    return answer.status_code == 200


def test_login_answers_exactly_the_documented_keys(server, ada):  # contract A1 A2 A3 A4
    answer = login(server, credentials("ada"))
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"token", "expires_at", "username", "type", "email", "avatar_url",
                         "first_name", "last_name", "full_name"}
    assert (body["type"], body["first_name"], body["full_name"]) == ("1", "", "")
    assert body["avatar_url"] is None
    assert body["email"] == "ada@example.org"
    assert len(body["token"]) == 100 and body["token"].isalnum()
    expires = datetime.datetime.fromisoformat(body["expires_at"])
    left = expires - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(hours=719) < left <= datetime.timedelta(hours=720)


@pytest.mark.parametrize("route", ["login", "token"])
@pytest.mark.parametrize("form", [True, False])
def test_both_login_routes_take_json_and_forms(server, ada, route, form):  # contract U1 U15
    answer = login(server, credentials("ada"), route=route, form=form)
    assert answer.status_code == 200 and answer.json()["username"] == "ada"


def test_login_ignores_a_stale_token(server, ada):
    answer = requests.post(f"{server.api}auth/token/", json=credentials("ada"),
                           headers={"Authorization": "Token stale", "User-Agent": SDK_AGENT})
    assert answer.status_code == 200


def test_login_by_email_returns_the_username(server, ada):  # contract U2
    for body in ({"email": "ada@example.org"}, {"email": "ADA@Example.org"},
                 {"username": "ada@example.org"}):
        answer = login(server, {**body, "password": password_of("ada")})
        assert answer.status_code == 200 and answer.json()["username"] == "ada"


def test_login_ignores_the_case_of_the_username(server, ada):  # contract A7
    answer = login(server, {"username": "ADA", "password": password_of("ada")})
    assert answer.status_code == 200
    assert answer.json()["username"] == "ada"
    assert answer.json()["token"] != ada.token


def test_wrong_password_gives_no_token(server):  # contract U4
    server.account("forgetful")
    answer = login(server, {"username": "forgetful", "password": "wrong"})
    assert is_error(answer, 401, "authentication_failed") and "token" not in answer.json()
    assert answer.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("body, status, code", [
    ({"username": "nobody-at-all", "password": "x"}, 401, "authentication_failed"),
    ({"password": "x"}, 401, "authentication_failed"),
    ({"username": "", "email": "", "password": "x"}, 401, "authentication_failed"),
    ({"username": "ada"}, 400, "api_error"),
    ({"username": "ada", "password": ""}, 400, "api_error"),
    ({"email": "no-mail", "password": "x"}, 400, "api_error"),
])
def test_incomplete_credentials_are_refused(server, ada, body, status, code):
    assert is_error(login(server, body), status, code)


def test_five_failures_lock_the_account_for_that_address(server):
    server.account("locked")
    wrong = {"username": "locked", "password": "wrong"}
    for _ in range(4):
        assert is_error(login(server, wrong), 401, "authentication_failed")
    assert is_error(login(server, wrong), 401, "too_many_failed_login_attempts")
    assert is_error(login(server, credentials("locked")), 401, "too_many_failed_login_attempts")


def test_success_resets_the_count_of_failures(server):
    server.account("clumsy")
    for _ in range(2):
        for _ in range(4):
            login(server, {"username": "clumsy", "password": "wrong"})
        assert login(server, credentials("clumsy")).status_code == 200


def test_logout_ends_all_tokens_of_the_account(server):  # contract A6 U14 U16
    leaver = server.account("leaver")
    other = login(server, credentials("leaver"), agent=QFIELD_AGENT).json()["token"]
    answer = leaver.post("auth/logout/")
    assert (answer.status_code, answer.json()) == (200, {"detail": "Successfully logged out."})
    assert not is_active(server, leaver.token) and not is_active(server, other)
    again = login(server, credentials("leaver"), route="token").json()["token"]
    assert again not in (leaver.token, other) and is_active(server, again)


def test_logout_works_for_nobody_and_by_get(anonymous):
    assert anonymous.post("auth/logout/").status_code == 200
    assert anonymous.get("auth/logout/").json() == {"detail": "Successfully logged out."}


@pytest.mark.parametrize("agent, keeps_older", [
    (QFIELDSYNC_AGENT, False),                                       # contract A8 A12
    ("Mozilla/5.0 QGIS/32203", False),                               # contract A11
    ("qfield|1.0.0|local - dev|3515ce8| QGIS/31900", False),         # contract A15 U3
    (QFIELD_AGENT, False),
    ("Löwenzahn".encode().decode("latin-1"), False),                 # contract A16
    (SDK_AGENT, True),                                               # contract A9 A13
    ("cli|0.18", True),
    (FIREFOX, True), (CHROME, True),                                 # contract A14
])
def test_single_token_types_end_the_older_token_of_their_type(server, agent, keeps_older):
    server.account("owner-of-two")
    first = login(server, credentials("owner-of-two"), agent).json()["token"]
    sdk = login(server, credentials("owner-of-two"), SDK_AGENT).json()["token"]
    second = login(server, credentials("owner-of-two"), agent).json()["token"]
    assert is_active(server, second) and is_active(server, sdk)
    assert is_active(server, first) == keeps_older


def test_a_qfield_login_leaves_qfieldsync_signed_in(server):
    server.account("two-programs")
    desktop = login(server, credentials("two-programs"), QFIELDSYNC_AGENT).json()["token"]
    login(server, credentials("two-programs"), QFIELD_AGENT)
    assert is_active(server, desktop)


def test_user_route_answers_the_caller_completely(ada):
    answer = ada.get("auth/user/")
    assert answer.json() == {"username": "ada", "type": 1, "full_name": "", "avatar_url": None,
                             "email": "ada@example.org", "first_name": "", "last_name": ""}


@pytest.mark.parametrize("header, code", [
    (None, "not_authenticated"),
    ("Bearer abc", "not_authenticated"),
    ("Basic YWRhOmFkYQ==", "not_authenticated"),
    ("Token", "authentication_failed"),
    ("Token two words", "authentication_failed"),
    ("Token unknown", "token_authentication_failed"),
    ("tOkEn unknown", "token_authentication_failed"),
])
def test_bad_credentials_are_401_with_their_code(anonymous, header, code):
    answer = anonymous.get("projects/", headers={"Authorization": header} if header else None)
    assert is_error(answer, 401, code)
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_the_keyword_of_the_header_ignores_case(ada, anonymous):
    for keyword in ("Token", "token", "TOKEN"):
        answer = anonymous.get("auth/user/", headers={"Authorization": f"{keyword} {ada.token}"})
        assert answer.status_code == 200


def test_tokens_end_after_the_configured_hours(new_server):
    server = new_server(config="token_lifetime_hours = 1\n")
    account = server.account("short")
    expires = datetime.datetime.fromisoformat(account.login()["expires_at"])
    left = expires - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=59) < left <= datetime.timedelta(hours=1)


def test_providers_are_the_password_form(anonymous):  # contract P1
    answer = anonymous.get("auth/providers/")
    assert answer.json() == [{"type": "credentials", "id": "credentials",
                              "name": "Username / Password"}]


def test_server_info_has_the_configured_title(new_server):  # contract G15
    server = new_server(config='site_title = "Trees of Bern"\n')
    answer = requests.get(f"{server.api}server/info/")
    assert answer.json()["whitelabel"]["site_title"] == "Trees of Bern"


def test_server_info_has_absolute_images(anonymous, server):  # contract G14 G16
    body = anonymous.get("server/info/").json()
    assert body["auth_providers"][0]["id"] == "credentials"
    assert body["signup_url"] is None or body["signup_url"].startswith("http")
    look = body["whitelabel"]
    assert isinstance(look["site_title"], str) and look["site_title"]
    for image in ("logo_navbar", "logo_main", "favicon"):
        assert look[image].startswith("http")


def test_status_is_ok_and_says_nothing_planned(anonymous):  # contract G9 G10
    body = anonymous.get("status/").json()
    assert (body["database"], body["storage"]) == ("ok", "ok")
    for key in ("incident_message", "incident_timestamp_utc", "maintenance_message",
                "maintenance_start_timestamp_utc", "maintenance_end_timestamp_utc"):
        assert body[key] is None
    assert "status_page_url" in body


@pytest.mark.parametrize("method, path", [("GET", "projects/"), ("POST", "projects/"),
                                          ("GET", "users/"), ("GET", "auth/user/"),
                                          ("GET", "jobs/")])
def test_everything_else_needs_an_account(anonymous, method, path):
    assert is_error(anonymous.request(method, path), 401, "not_authenticated")
