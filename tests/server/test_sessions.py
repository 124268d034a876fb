"""Browsers: login page, session cookie, CSRF, pages of account and project."""

import re

import pytest
import requests

from browser import FIREFOX, Browser, attributes_of
from support import QFIELD_AGENT, SAMPLE, is_error, password_of


@pytest.fixture
def browser(server):
    return Browser(server)


@pytest.fixture
def signed_in(browser, ada):
    assert browser.sign_in("ada").status_code == 302
    return browser


def test_login_page_is_a_form_that_needs_nothing_else(browser):
    page = browser.get("/accounts/login/")
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    assert not re.search(r"""(src|href|action)=["']?(https?:)?//""", page.text)
    assert "<script" not in page.text and "style=" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert 'type="password"' in page.text


@pytest.mark.parametrize("name", ["ada", "ADA", "aDa", "Ada@Example.org"])
def test_login_page_takes_any_case_of_the_name(browser, ada, name):  # contract A19
    answer = browser.sign_in(name, password_of("ada"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert browser.is_signed_in()
    assert browser.call("GET", "auth/user/").json()["username"] == "ada"


def test_wrong_password_shows_an_error_and_starts_no_session(browser, ada):  # contract A19
    answer = browser.sign_in("ada", "wrong")
    assert answer.status_code == 200 and 'class="error"' in answer.text
    assert attributes_of(answer, "sessionid") is None and not browser.is_signed_in()
    assert browser.sign_in("ada").status_code == 302  # and the count starts anew


def test_five_failures_show_the_lock_out_page(server, browser):
    server.account("locked-out")
    for _ in range(4):
        assert browser.sign_in("locked-out", "wrong").status_code == 200
    for password in ("wrong", password_of("locked-out")):
        answer = browser.sign_in("locked-out", password)
        assert answer.status_code == 429 and "Too many failed login attempts!" in answer.text
    assert not browser.is_signed_in()
    credentials = {"username": "locked-out", "password": password_of("locked-out")}
    assert is_error(requests.post(f"{server.api}auth/login/", json=credentials), 401,
                    "too_many_failed_login_attempts")


def test_cookies_have_their_flags(browser, ada):
    page = browser.get("/accounts/login/")
    assert "SameSite=Lax" in attributes_of(page, "csrftoken")
    assert "HttpOnly" not in attributes_of(page, "csrftoken")
    before = browser.http.cookies["csrftoken"]
    answer = browser.sign_in("ada")
    session = attributes_of(answer, "sessionid")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(session) and "Secure" not in session
    assert browser.http.cookies["csrftoken"] != before  # a token from before the login is worth nothing


def test_the_key_of_a_session_is_not_in_the_data_folder(signed_in, server):
    key = signed_in.http.cookies["sessionid"]
    assert key.encode() not in (server.data / "server.db").read_bytes()
    assert all(key.encode() not in path.read_bytes() for path in server.data.glob("server.db-wal"))


@pytest.mark.parametrize("wanted, place", [
    ("/accounts/tokens/", "/accounts/tokens/"), ("//evil.example/", "/"), ("/\\evil.example", "/"),
    ("https://evil.example/", "/"), ("javascript:alert(1)", "/"), ("/a\r\nX-Bad: 1", "/"), ("", "/"),
])
def test_login_leads_only_to_pages_of_this_server(browser, ada, wanted, place):
    answer = browser.sign_in("ada", next=wanted)
    assert answer.headers["Location"] == place and "X-Bad" not in answer.headers


def test_login_form_needs_its_token(browser, ada):
    browser.get("/accounts/login/")
    fields = {"login": "ada", "password": password_of("ada")}
    for token in (None, "x" * 32):
        body = {**fields, **({"csrfmiddlewaretoken": token} if token else {})}
        answer = browser.http.post(browser.url + "/accounts/login/", data=body)
        assert answer.status_code == 403 and answer.headers["Content-Type"].startswith("text/html")
    assert not browser.is_signed_in()


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "'; alert(1)", "<img src=x>"])
def test_what_was_typed_comes_back_harmless(browser, text):
    answer = browser.sign_in(text, "wrong")
    assert answer.status_code == 200
    assert "<script>" not in answer.text and "<img" not in answer.text
    assert '"><' not in re.search(r'name="login"[^\n]*', answer.text)[0].split("value=")[1][1:-10]


def test_logout_ends_the_session_and_only_it(server, signed_in, ada):
    other = Browser(server)
    other.sign_in("ada")
    key = signed_in.http.cookies["sessionid"]
    assert signed_in.get("/accounts/logout/").status_code == 200 and signed_in.is_signed_in()
    answer = signed_in.submit("/accounts/logout/")
    assert answer.status_code == 302 and not signed_in.is_signed_in()
    stolen = requests.get(f"{server.api}auth/user/", cookies={"sessionid": key})
    assert is_error(stolen, 401, "not_authenticated")
    assert other.is_signed_in() and ada.get("auth/user/").status_code == 200


def test_logout_over_the_api_ends_tokens_and_no_session(server):
    leaver = server.account("api-leaver")
    browser = Browser(server)
    browser.sign_in("api-leaver")
    assert browser.call("GET", "auth/logout/").status_code == 200
    assert leaver.get("auth/user/").status_code == 200  # a link on any page could have sent that
    assert browser.call("POST", "auth/logout/").status_code == 200
    assert leaver.get("auth/user/").status_code == 401 and browser.is_signed_in()


@pytest.mark.parametrize("method, path", [("POST", "projects/"), ("PATCH", "users/ada/"),
                                          ("PUT", "users/ada/"), ("DELETE", "tokens/1/"),
                                          ("POST", "auth/logout/")])
def test_a_session_that_changes_something_needs_the_token(signed_in, method, path):
    for token in (None, "", "x" * 32, signed_in.http.cookies["csrftoken"][:-1]):
        assert is_error(signed_in.call(method, path, token=token, json={}), 403,
                        "permission_denied")
    assert signed_in.call("GET", "projects/", token=None).status_code == 200


def test_a_session_with_the_token_may_do_everything(signed_in, name):
    answer = signed_in.call("POST", "projects/", json={"name": name})
    assert answer.status_code == 201
    project = answer.json()["id"]
    answer = signed_in.call("POST", f"files/{project}/a.txt/", files={"file": ("a.txt", b"a")})
    assert answer.status_code == 201
    assert signed_in.call("GET", f"files/{project}/a.txt/").content == b"a"
    assert signed_in.call("DELETE", f"projects/{project}/").status_code == 204


@pytest.mark.parametrize("header", ["Origin", "Referer"])
def test_another_site_is_refused_even_with_the_token(signed_in, header, name):
    for site in ("http://evil.example/page", "null", f"{signed_in.url}.evil.example/"):
        answer = signed_in.call("POST", "projects/", json={"name": name}, headers={header: site})
        assert is_error(answer, 403, "permission_denied")
    own = signed_in.call("POST", "projects/", json={"name": name},
                         headers={header: signed_in.url + ("" if header == "Origin" else "/a/")})
    assert own.status_code == 201


def test_nothing_is_stored_before_the_token_was_checked(signed_in, server, project):
    before = sum(1 for path in server.data.rglob("*") if path.is_file())
    answer = signed_in.call("POST", f"files/{project}/a.bin/", token="x" * 32,
                            files={"file": ("a.bin", b"a" * 1_000_000)})
    assert is_error(answer, 403, "permission_denied")
    assert sum(1 for path in server.data.rglob("*") if path.is_file()) == before


def test_a_token_wins_over_a_session(signed_in, bob):
    token = {"Authorization": f"Token {bob.token}"}
    assert signed_in.call("GET", "auth/user/", headers=token).json()["username"] == "bob"
    assert signed_in.call("PATCH", "users/bob/", token=None, headers=token,
                          json={"first_name": "Bob"}).status_code == 200
    bad = signed_in.call("GET", "auth/user/", headers={"Authorization": "Token stale"})
    assert is_error(bad, 401, "token_authentication_failed")
    other = signed_in.call("GET", "auth/user/", headers={"Authorization": "Bearer x"})
    assert other.json()["username"] == "ada"


def test_a_forged_session_key_is_nobody(server):
    for key in ("x" * 32, "", "' OR 1=1 --", "x" * 5000):
        answer = requests.get(f"{server.api}projects/", headers={"Cookie": f"sessionid={key}"})
        assert is_error(answer, 401, "not_authenticated")


def test_sessions_outlive_a_restart_and_end_with_the_password(new_server):
    server = new_server()
    server.account("ada")
    browsers = [Browser(server) for _ in range(2)]
    for browser in browsers:
        browser.sign_in("ada")
    server.stop()
    server.start()
    for browser in browsers:
        browser.url, browser.api = server.url, server.api
        assert browser.is_signed_in()
    first, second = browsers
    answer = first.submit("/accounts/password/change/", oldpassword=password_of("ada"),
                          password1="a much better one", password2="a much better one")
    assert answer.status_code == 302, answer.text
    assert first.is_signed_in() and not second.is_signed_in()
    done = server.command("user", "passwd", "ada", "--password-stdin", stdin="next-one-77\n")
    assert done.returncode == 0
    assert not first.is_signed_in()


def test_the_client_type_of_a_session_is_that_of_its_first_request(server, signed_in):
    browser = Browser(server, agent=QFIELD_AGENT)
    browser.sign_in("ada")
    import sqlite3
    with sqlite3.connect(f"file:{server.data}/server.db?mode=ro", uri=True) as db:
        types = [row[0] for row in db.execute("SELECT client_type FROM session ORDER BY id")]
    assert types[-2:] == ["browser", "qfield"]


# --- pages

def test_the_first_page_leads_on(browser, signed_in):
    for one in (browser, signed_in):
        page = one.get("/")
        assert page.status_code == 200 and 'href="/docs/"' in page.text
    assert 'href="/accounts/logout/"' in signed_in.get("/").text


def test_password_reset_says_how(browser):
    page = browser.get("/accounts/password/reset/")
    assert page.status_code == 200 and "user passwd" in page.text


def test_short_address_of_a_project_leads_to_its_page(server, ada, sample):
    project = ada.project(sample)
    short = f"/a/ada/{project['name']}/"
    browser = Browser(server)
    answer = browser.get(short)
    assert answer.status_code == 302
    page = answer.headers["Location"]
    assert browser.get(page).headers["Location"].startswith("/accounts/login/?next=")
    answer = browser.sign_in("ada", next=page)
    assert answer.headers["Location"] == page
    shown = browser.get(page)
    assert shown.status_code == 200 and "trees.gpkg" in shown.text
    link = re.search(r'href="(/api/v1/files/[^"]*trees\.qgs[^"]*)"', shown.text)[1]
    assert browser.get(link).content == (SAMPLE / "trees.qgs").read_bytes()


def test_unknown_projects_are_404(server, signed_in, ada, project):
    for path in ("/a/ada/no-such/", "/a/nobody/x/", "/a/ADA/" + ada.project(project)["name"] + "/"):
        assert signed_in.get(path).status_code == 404
        assert Browser(server).get(path).status_code == 404


def test_a_project_page_is_only_for_who_may_see_it(server, stranger, ada, project):
    browser = Browser(server)
    browser.sign_in("stranger")
    page = f"/a/ada/{ada.project(project)['name']}/files/"
    assert browser.get(page).status_code == 404
    ada.share(project, "stranger", "reader")
    assert browser.get(page).status_code == 200


def test_names_and_descriptions_are_shown_as_text(signed_in, ada, name):
    evil = "<script>alert(1)</script>"
    project = ada.new_project(name, description=evil)
    ada.uploaded(project, "it's \u00e9 & co.txt", b"x")
    page = signed_in.get(f"/a/ada/{name}/files/")
    assert page.status_code == 200 and evil not in page.text
    assert "&lt;script&gt;" in page.text and "it&#39;s \u00e9 &amp; co.txt" in page.text


def test_tokens_page_lists_and_revokes(server):
    account = server.account("token-page")
    browser = Browser(server)
    assert "/accounts/login/?next=" in browser.get("/accounts/tokens/").headers["Location"]
    browser.sign_in("token-page")
    page = browser.get("/accounts/tokens/").text
    assert "sdk|py" in page and account.token not in page
    number = re.search(r'action="/accounts/tokens/(\d+)/revoke/"', page)[1]
    answer = browser.submit(f"/accounts/tokens/{number}/revoke/", page="/accounts/tokens/")
    assert answer.status_code == 302
    assert is_error(account.get("auth/user/"), 401, "token_authentication_failed")
    other = Browser(server)
    server.account("token-thief")
    other.sign_in("token-thief")
    other.get("/accounts/login/")
    body = {"csrfmiddlewaretoken": other.http.cookies["csrftoken"]}
    answer = other.http.post(f"{server.url}/accounts/tokens/{number}/revoke/", data=body)
    assert answer.status_code == 404


@pytest.mark.parametrize("old, new, again, reason", [
    ("wrong", "a much better one", "a much better one", "old password"),
    (None, "short", "short", "at least 8"), (None, "1234567890123", "1234567890123", "digits"),
    (None, "Password123", "Password123", "tried first"),
    (None, "weak-person", "weak-person", "similar"), (None, "one of two", "two of two", "not the same"),
])
def test_weak_new_passwords_are_refused_with_the_reason(server, old, new, again, reason):
    server.account("weak-person")
    browser = Browser(server)
    browser.sign_in("weak-person")
    answer = browser.submit("/accounts/password/change/", password1=new, password2=again,
                            oldpassword=old or password_of("weak-person"))
    assert answer.status_code == 200 and reason in answer.text
    assert Browser(server).sign_in("weak-person").status_code == 302


def test_sign_up_is_closed_unless_the_settings_open_it(server, new_server):  # contract G16
    assert requests.get(f"{server.api}server/info/").json()["signup_url"] is None
    assert Browser(server).get("/accounts/signup/").status_code == 404
    opened = new_server(config="signup_enabled = true\n")
    info = requests.get(f"{opened.api}server/info/").json()
    assert info["signup_url"] == f"{opened.url}/accounts/signup/"
    browser = Browser(opened)
    new = {"username": "newcomer", "email": "new@example.org"}
    weak = browser.submit("/accounts/signup/", **new, password1="12345678", password2="12345678")
    assert weak.status_code == 200 and "digits" in weak.text and not browser.is_signed_in()
    good = browser.submit("/accounts/signup/", **new, password1="tall trees 7", password2="tall trees 7")
    assert good.status_code == 302 and browser.is_signed_in()
    taken = Browser(opened).submit("/accounts/signup/", username="NEWCOMER", email="b@example.org",
                                   password1="tall trees 7", password2="tall trees 7")
    assert taken.status_code == 200 and "taken" in taken.text


def test_pages_answer_head_and_refuse_other_methods(browser):
    assert browser.http.head(browser.url + "/").status_code == 200
    assert browser.http.put(browser.url + "/accounts/login/").status_code == 405
    assert browser.get("/no/such/page").status_code == 404


def test_resend_confirmation_sends_on(server):
    answer = requests.post(f"{server.api}resend-confirmation/", allow_redirects=False)
    assert answer.status_code == 302
