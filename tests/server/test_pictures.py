"""Thumbnails of projects and avatars of accounts."""

import struct
import zlib

import pytest

from support import Account, SAMPLE, is_error

JPEG = (SAMPLE / "DCIM/tree_1.jpg").read_bytes()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><circle cx="5" cy="5" r="4"/></svg>'


def png(width=2, height=2):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x7f" * width for _ in range(height)))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows)
            + chunk(b"IEND", b""))


def set_thumbnail(account, project_id, content, name="a.png", part="thumbnail"):
    return account.post(f"projects/{project_id}/thumbnail/", files={part: (name, content)})


def test_a_jpeg_becomes_the_thumbnail(ada, project):  # contract R32
    assert is_error(ada.get(f"files/thumbnails/{project}/"), 404, "object_not_found")
    answer = set_thumbnail(ada, project, JPEG, "tree.JPG")
    assert (answer.status_code, answer.content) == (204, b"")
    answer = ada.get(f"files/thumbnails/{project}/")
    assert (answer.status_code, answer.content) == (200, JPEG)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "Content-Disposition" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    set_thumbnail(ada, project, png())
    answer = ada.get(f"files/thumbnails/{project}/")
    assert (answer.content, answer.headers["Content-Type"]) == (png(), "image/png")
    tag = answer.headers["ETag"]
    answer = ada.get(f"files/thumbnails/{project}/", headers={"If-None-Match": tag})
    assert answer.status_code == 304
    answer = ada.get(f"files/thumbnails/{project}/", headers={"Range": "bytes=0-7"})
    assert (answer.status_code, answer.content) == (206, png()[:8])
    assert ada.get(f"files/meta/{project}/thumbnail.png").content == png()  # older servers' place


@pytest.mark.parametrize("content, name", [  # contract R33
    (png(), "a.qgs"), (png(), "a.jpeg"), (png(), "a"), (b"not a picture", "a.png"), (b"", "a.png"),
    (png()[:-1], "a.png"), (png().replace(b"IDAT", b"IDAX"), "a.png"), (JPEG[:-2], "a.jpg"),
    (JPEG + bytes(5 << 20), "a.jpg"), (png(width=10_001), "a.png"), (png(height=10_001), "a.png"),
    (SVG, "a.svg"), (SVG, "a.png"), (png(width=0), "a.png")])
def test_what_is_no_thumbnail(ada, project, content, name):
    assert is_error(set_thumbnail(ada, project, content, name), 400, "api_error")
    assert is_error(ada.get(f"files/thumbnails/{project}/"), 404, "object_not_found")


def test_a_side_of_ten_thousand_pixels_is_allowed(ada, project):
    assert set_thumbnail(ada, project, png(10_000, 1)).status_code == 204


def test_a_thumbnail_is_a_file_of_that_name(ada, project):
    assert is_error(set_thumbnail(ada, project, png(), part="file"), 400, "api_error")
    answer = ada.post(f"projects/{project}/thumbnail/", json={"thumbnail": "x"})
    assert is_error(answer, 400, "api_error")


@pytest.mark.parametrize("role, status", [("admin", 204), ("manager", 204), ("editor", 204),
                                          ("reporter", 204), ("reader", 403)])
def test_who_may_set_the_thumbnail(ada, bob, project, role, status):  # contract R34
    ada.share(project, "bob", role)
    assert set_thumbnail(bob, project, png()).status_code == status
    assert bob.get(f"files/thumbnails/{project}/").status_code == (200 if status == 204 else 404)


@pytest.mark.parametrize("is_public", [False, True])
def test_strangers_set_no_thumbnail(ada, stranger, name, is_public):  # contract R34
    project_id = ada.new_project(name, is_public=is_public)
    assert is_error(set_thumbnail(stranger, project_id, png()), 403, "permission_denied")
    set_thumbnail(ada, project_id, png())
    answer = stranger.get(f"files/thumbnails/{project_id}/")
    assert answer.status_code == (200 if is_public else 403)


def test_a_thumbnail_ends_with_its_project(ada, server, project):  # contract F42
    set_thumbnail(ada, project, png(3, 3))
    assert ada.delete(f"projects/{project}/").status_code == 204
    assert is_error(ada.get(f"files/thumbnails/{project}/"), 404, "object_not_found")
    server.until_unused(png(3, 3))


def set_avatar(account, content, name="me.png"):
    return account.put(f"users/{account.name}/avatar/", files={"avatar": (name, content)})


@pytest.mark.parametrize("content, extension, kind", [
    (png(), "png", "image/png"), (JPEG, "jpg", "image/jpeg"), (SVG, "svg", "image/svg+xml")])
def test_an_avatar_is_seen_by_everybody(server, anonymous, ada, name, content, extension, kind):
    person = server.account(name)
    assert person.login()["avatar_url"] is None  # contract A4
    answer = set_avatar(person, content)
    assert answer.status_code == 200
    url = answer.json()["avatar_url"]
    assert url.startswith("http") and "/files/avatars/" in url  # contract A5
    assert url.endswith("." + extension)
    for seen in (person.login(), person.get("auth/user/").json(), ada.get(f"users/{name}/").json(),
                 person.get(f"users/{name}/").json(),
                 *[one for one in ada.get(f"users/?q={name}").json() if one["username"] == name]):
        assert seen["avatar_url"] == url
    picture = anonymous.get(url.removeprefix(server.api))
    assert (picture.status_code, picture.content) == (200, content)
    assert picture.headers["Content-Type"] == kind
    assert "default-src 'none'" in picture.headers["Content-Security-Policy"]
    short = url.removeprefix(server.api).rsplit("/", 1)[0]
    assert anonymous.get(f"{short}/").content == content
    assert anonymous.get(f"{short}/anything").content == content
    assert anonymous.get(f"files/public/users/{name}/avatar.{extension}").content == content
    assert name not in url


def test_a_new_avatar_replaces_the_old_one(server, name):
    person = server.account(name)
    first = set_avatar(person, png(4, 4)).json()["avatar_url"]
    second = set_avatar(person, png(5, 5)).json()["avatar_url"]
    assert first == second
    assert person.get(second.removeprefix(server.api)).content == png(5, 5)
    server.until_unused(png(4, 4))
    assert person.delete(f"users/{name}/avatar/").status_code == 204
    assert person.get("auth/user/").json()["avatar_url"] is None
    assert person.get(second.removeprefix(server.api)).status_code == 404
    assert person.delete(f"users/{name}/avatar/").status_code == 404


def test_only_ones_own_avatar(ada, bob, anonymous):
    path = f"users/{ada.name}/avatar/"
    files = {"avatar": ("a.png", png())}
    assert is_error(bob.put(path, files=files), 403, "permission_denied")
    assert is_error(bob.delete(path), 403, "permission_denied")
    assert is_error(anonymous.put(path, files=files), 401, "not_authenticated")
    assert anonymous.get("files/avatars/nobody/avatar.png").status_code == 404


HARMFUL = [
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject/></svg>',
    '<svg xmlns:x="http://www.w3.org/2000/svg"><x:script/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><a href="javascript:alert(1)"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><use href="//evil.example.org/a.svg#x"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://evil.example.org/a.png"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><g style="fill:url(http://evil.example.org)"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><style>@import "x"</style></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><animate attributeName="href"/></svg>',
    '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
    '<?xml-stylesheet href="x"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    '<?xml version="1.0" encoding="utf-7"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "<html/>", "<svg", "just text", "",
]


@pytest.mark.parametrize("text", HARMFUL)
def test_drawings_that_could_do_harm_are_refused(server, text):
    person = server.account("careless")
    assert is_error(set_avatar(person, text.encode()), 400, "api_error")
    assert person.get("auth/user/").json()["avatar_url"] is None


def test_the_command_sets_an_avatar_while_nothing_serves(new_server, tmp_path):
    server = new_server()
    server.account("ada")
    picture = tmp_path / "me.png"
    picture.write_bytes(png())
    running = server.command("user", "avatar", "ada", str(picture))
    assert running.returncode == 1 and "stop it first" in running.stderr
    server.stop()
    assert server.command("user", "avatar", "ada", str(picture)).returncode == 0
    (tmp_path / "bad.png").write_text("no picture")
    bad = server.command("user", "avatar", "ada", str(tmp_path / "bad.png"))
    assert bad.returncode == 1 and "PNG" in bad.stderr
    server.start()
    url = Account(server, "ada").get("auth/user/").json()["avatar_url"]
    assert Account(server, "ada").get(url.removeprefix(server.api)).content == png()
