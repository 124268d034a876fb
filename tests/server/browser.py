"""A browser without scripts: cookies, forms, redirects that it does not follow."""

import html
import re

import requests

from support import password_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"


class Browser:
    def __init__(self, server, agent=FIREFOX, headers=None):
        self.url = server.url
        self.api = server.api
        self.http = requests.Session()
        self.http.headers.update({"User-Agent": agent, **(headers or {})})

    def get(self, path, **arguments):
        return self.http.get(self.url + path, allow_redirects=False, timeout=60, **arguments)

    def form_token(self, path):
        page = self.get(path)
        assert page.status_code == 200, page.text
        return html.unescape(re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page.text)[1])

    def submit(self, path, page=None, headers=None, **fields):
        """Loads the page with the form, fills it in, sends it to `path`."""
        fields["csrfmiddlewaretoken"] = self.form_token(page or path)
        return self.http.post(self.url + path, data=fields, headers=headers,
                              allow_redirects=False, timeout=60)

    def sign_in(self, name, password=None, **fields):
        return self.submit("/accounts/login/", login=name,
                           password=password or password_of(name), **fields)

    def is_signed_in(self):
        return self.http.get(f"{self.api}auth/user/").status_code == 200

    def call(self, method, path, token="cookie", headers=None, **arguments):
        """A call of the API as a page's script makes it."""
        headers = dict(headers or {})
        if token == "cookie":
            token = self.http.cookies.get("csrftoken")
        if token:
            headers["X-CSRFToken"] = token
        return self.http.request(method, self.api + path, headers=headers, timeout=60,
                                 allow_redirects=False, **arguments)


def attributes_of(answer, name):
    """The words of the Set-Cookie header of that name, without its value."""
    for header in answer.raw.headers.getlist("Set-Cookie"):
        if header.startswith(name + "="):
            return [word.strip() for word in header.split(";")[1:]]
    return None
