"""The caller's tokens and password over the API, and the ways to log in."""

import pytest
import requests

from browser import Browser
from support import (QFIELD_AGENT, QFIELDSYNC_AGENT, SDK_AGENT, Account, is_error, password_of)

KEYS = {"id", "client_type", "user_agent", "created_at", "expires_at", "last_used_at", "is_current"}


def login(server, name, agent=SDK_AGENT, password=None):
    answer = requests.post(f"{server.api}auth/login/", headers={"User-Agent": agent},
                           json={"username": name, "password": password or password_of(name)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(account):
    answer = account.get("tokens/")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_tokens_are_listed_newest_first_without_their_key(server):
    account = server.account("lister")
    phone = login(server, "lister", QFIELD_AGENT)
    tokens = listed(account)
    assert [token["client_type"] for token in tokens] == ["qfield", "sdk"]
    assert all(set(token) == KEYS for token in tokens)
    assert [token["is_current"] for token in tokens] == [False, True]
    assert tokens[0]["user_agent"] == QFIELD_AGENT
    assert tokens[0]["expires_at"] == phone["expires_at"]  # contract A3
    body = account.get("tokens/").text
    assert account.token not in body and phone["token"] not in body


@pytest.mark.parametrize("agent, kind", [
    ("Mozilla/5.0 QGIS/32203", "qfieldsync"),                                   # contract A11
    ("Mozilla/5.0 QGIS/32400/Ubuntu 20.04.4 LTS", "qfieldsync"),                # contract A12
    ("sdk|py|dev python-requests|2.26.0", "sdk"),                               # contract A13
    ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "browser"),
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0",
     "browser"),                                                                # contract A14
    ("qfield|1.0.0|local - dev|3515ce8cb5e6|QGIS/31900", "qfield"),             # contract A15
    ("Löwenzahn".encode().decode("latin-1"), "unknown"),                        # contract A16
])
def test_the_client_type_is_told_from_the_agent(server, agent, kind):
    account = server.account("many-agents")
    login(server, "many-agents", agent)
    assert listed(account)[0]["client_type"] == kind


def test_a_token_is_used_when_it_is_used(server):  # contract A17
    watcher = server.account("watcher")
    second = Account(server, "watcher", token=login(server, "watcher")["token"])

    def last_use():
        return listed(watcher)[0]["last_used_at"]

    assert last_use() is None
    second.get("auth/user/")
    first = last_use()
    assert first is not None and last_use() == first
    second.get("auth/user/")
    assert last_use() > first


def test_two_qfieldsync_logins_leave_one_token(server):  # contract A8
    account = server.account("desktop")
    for _ in range(2):
        login(server, "desktop", QFIELDSYNC_AGENT)
    assert [token["client_type"] for token in listed(account)] == ["qfieldsync", "sdk"]


def test_two_sdk_logins_leave_both_tokens(server):  # contract A9
    account = server.account("scripted")
    for _ in range(2):
        login(server, "scripted")
    assert len(listed(account)) == 3


def test_login_in_another_case_makes_another_token(server):  # contract A7
    account = server.account("cased")
    answer = login(server, "CASED", password=password_of("cased"))
    assert answer["username"] == "cased" and answer["token"] != account.token
    assert len(listed(account)) == 2


def test_a_revoked_token_is_worth_nothing(server):
    account = server.account("revoker")
    lost = login(server, "revoker", QFIELD_AGENT)["token"]
    number = listed(account)[0]["id"]
    assert account.delete(f"tokens/{number}/").status_code == 204
    answer = requests.get(f"{server.api}auth/user/", headers={"Authorization": f"Token {lost}"})
    assert is_error(answer, 401, "token_authentication_failed")
    assert is_error(account.delete(f"tokens/{number}/"), 404, "object_not_found")
    assert is_error(account.delete("tokens/abc/"), 400, "validation_error")
    assert is_error(account.delete("tokens/99999999999999999999/"), 400, "validation_error")


def test_tokens_of_others_are_out_of_reach(server, ada, stranger):
    number = listed(ada)[0]["id"]
    assert is_error(stranger.delete(f"tokens/{number}/"), 404, "object_not_found")
    assert number not in {token["id"] for token in listed(stranger)}


def test_a_new_password_ends_all_other_tokens(server):
    account = server.account("changer")
    other = login(server, "changer", QFIELD_AGENT)["token"]
    body = {"old_password": password_of("changer"), "new_password": "tall trees 7"}
    assert account.post("auth/password/", json=body).status_code == 200
    assert [token["is_current"] for token in listed(account)] == [True]
    answer = requests.get(f"{server.api}auth/user/", headers={"Authorization": f"Token {other}"})
    assert is_error(answer, 401, "token_authentication_failed")
    assert login(server, "changer", password="tall trees 7")
    old = {"username": "changer", "password": password_of("changer")}
    assert is_error(requests.post(f"{server.api}auth/login/", json=old), 401,
                    "authentication_failed")


@pytest.mark.parametrize("body, status, code", [
    ({"old_password": "wrong", "new_password": "tall trees 7"}, 403, "permission_denied"),
    ({"old_password": "x"}, 400, "api_error"), ({"new_password": "x"}, 400, "api_error"),
    ({"old_password": "", "new_password": "short"}, 400, "validation_error"),
    ({"old_password": "", "new_password": "123456789"}, 400, "validation_error"),
    ({"old_password": "", "new_password": "qwertyuiop"}, 400, "validation_error"),
    ({"old_password": "", "new_password": "Stubborn1"}, 400, "validation_error"),
])
def test_bad_password_changes_change_nothing(server, body, status, code):
    account = server.account("stubborn")
    assert is_error(account.post("auth/password/", json=body), status, code)
    assert login(server, "stubborn")


def test_a_stolen_token_cannot_guess_the_password(server):
    account = server.account("guessed")
    guess = {"old_password": "guess", "new_password": "tall trees 7"}
    for _ in range(5):
        assert is_error(account.post("auth/password/", json=guess), 403, "permission_denied")
    right = {**guess, "old_password": password_of("guessed")}
    assert is_error(account.post("auth/password/", json=right), 403, "permission_denied")


def test_missing_password_is_told_before_a_missing_name(server):
    assert is_error(requests.post(f"{server.api}auth/login/", json={}), 400, "api_error")


# --- providers

PROVIDER = """
[[oauth2_providers]]
id = "keycloak"
name = "Keycloak of Bern"
client_id = "qfield-client"
scope = ["scopeA", "scopeB"]
request_url = "https://idp.example.org/auth"
token_url = "https://idp.example.org/token"
"""


def providers(server):
    answer = requests.get(f"{server.api}auth/providers/")
    assert answer.status_code == 200
    assert requests.get(f"{server.api}server/info/").json()["auth_providers"] == answer.json()
    return answer.json()


def test_without_password_login_there_is_no_entry_and_no_login(new_server):  # contract P2
    server = new_server(config="password_login_enabled = false\n")
    assert providers(server) == []
    server.command("user", "add", "ada", "--password-stdin", stdin="ada-Passw0rd\n")
    answer = requests.post(f"{server.api}auth/login/",
                           json={"username": "ada", "password": "ada-Passw0rd"})
    assert is_error(answer, 401, "authentication_failed")
    assert Browser(server).get("/accounts/login/").status_code == 403


def test_a_configured_provider_has_all_fields(new_server):  # contract P3 P5 P6 P9
    server = new_server(config=PROVIDER + """
refresh_token_url = "https://idp.example.org/refresh"
style_required = true
[oauth2_providers.light]
logo = "/static/qfcsync.svg"
color_fill = "#FAFAFA"
color_stroke = "#999999"
color_text = "#222222"
[oauth2_providers.dark]
logo = "https://idp.example.org/night.svg"
color_fill = "#202020"
color_stroke = "#777777"
color_text = "#EEEEEE"
""")
    credentials, entry = providers(server)
    assert credentials["id"] == "credentials"
    assert entry == {
        "type": "oauth2", "id": "keycloak", "name": "Keycloak of Bern", "grant_flow": 3,
        "scope": "openid scopeA scopeB", "pkce_enabled": True,
        "token_url": "https://idp.example.org/token",
        "refresh_token_url": "https://idp.example.org/refresh",
        "request_url": "https://idp.example.org/auth", "redirect_host": "localhost",
        "redirect_port": 7070, "redirect_url": "", "client_id": "qfield-client",
        "extra_tokens": {"id_token": "X-QFC-ID-Token"}, "idp_id_header": "X-QFC-IDP-ID",
        "styles": {
            "required": True,
            "light": {"logo": f"{server.url}/static/qfcsync.svg", "color_fill": "#FAFAFA",
                      "color_stroke": "#999999", "color_text": "#222222"},
            "dark": {"logo": "https://idp.example.org/night.svg", "color_fill": "#202020",
                     "color_stroke": "#777777", "color_text": "#EEEEEE"}}}


def test_openid_is_not_repeated_and_both_themes_are_always_there(new_server):  # contract P5 P9
    server = new_server(config=PROVIDER.replace('"scopeA"', '"openid"'))
    entry = providers(server)[1]
    assert entry["scope"] == "openid scopeB"
    assert set(entry["styles"]["light"]) == set(entry["styles"]["dark"])
    assert entry["styles"]["light"]["logo"].startswith("http")
    assert entry["refresh_token_url"] == entry["token_url"]


@pytest.mark.parametrize("default, own, enabled", [
    ("", "", True), ("oauth2_pkce_enabled = false\n", "", False),
    ("", "pkce_enabled = false\n", False),
    ("oauth2_pkce_enabled = false\n", "pkce_enabled = true\n", True),
])
def test_pkce_is_taken_from_the_provider_or_the_default(new_server, default, own, enabled):
    server = new_server(config=default + PROVIDER + own)  # contract P7 P8
    entry = providers(server)[1]
    assert (entry["pkce_enabled"], entry["grant_flow"]) == (enabled, 3 if enabled else 0)


def test_a_client_secret_has_no_place_and_is_not_printed(server, tmp_path):  # contract P4
    path = tmp_path / "secret.toml"
    path.write_text(PROVIDER + 'client_secret = "hush-hush"\n')
    done = server.command("serve", "--config", str(path))
    assert done.returncode != 0
    assert "client_secret" in done.stderr and "hush-hush" not in done.stderr + done.stdout


def test_printed_settings_are_the_same_settings(server, tmp_path):
    path = tmp_path / "providers.toml"
    path.write_text(PROVIDER + '[oauth2_providers.dark]\nlogo = "/a.svg"\n')
    printed = server.command("serve", "--config", str(path), "--print-config").stdout
    path.write_text(printed)
    assert server.command("serve", "--config", str(path), "--print-config").stdout == printed


def test_bearer_tokens_of_a_provider_are_not_taken(new_server):
    server = new_server(config=PROVIDER)
    answer = requests.get(f"{server.api}auth/user/", headers={
        "Authorization": "Bearer abc", "X-QFC-IDP-ID": "keycloak", "X-QFC-ID-Token": "a.b.c"})
    assert is_error(answer, 401, "not_authenticated")
