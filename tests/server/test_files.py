"""Project files: upload, listing, versions, deletion, names."""

import datetime
import hashlib
import io
import re
import urllib.parse
import uuid
import zipfile

import pytest

from support import QFIELD_AGENT, QFIELDSYNC_AGENT, SAMPLE, etag_of, is_error

KEYS = {"name", "size", "uploaded_at", "is_attachment", "md5sum", "last_modified", "sha256",
        "versions"}
VERSION_KEYS = {"version_id", "md5sum", "size", "uploaded_at", "display", "is_latest",
                "last_modified", "sha256"}
QGS = "<!DOCTYPE qgis><qgis version='{}-Solothurn'><projectlayers/></qgis>"


def qgz(inner="any.qgs", text=QGS.format("3.44.7")):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr(inner, text)
    return memory.getvalue()


def test_ids_that_are_none_give_404(ada):  # contract F1
    assert ada.get("files/").status_code == 404
    assert ada.get("files/007/").status_code == 404
    assert is_error(ada.get(f"files/{uuid.uuid4()}/"), 404, "object_not_found")


def test_upload_answers_201_with_its_location(ada, project):  # contract F2 F3
    answer = ada.upload(project, "a/b c.txt", b"one")
    assert (answer.status_code, answer.json()) == (201, {})
    location = urllib.parse.unquote(answer.headers["Location"])
    assert location == f"/api/v1/files/{project}/a/b c.txt/"
    ada.uploaded(project, "a/b c.txt", b"two")
    ada.uploaded(project, "other.txt", b"x")
    files = ada.files(project)
    assert {name: len(file["versions"]) for name, file in files.items()} == {
        "a/b c.txt": 2, "other.txt": 1}


def test_every_key_of_the_listing(ada, project):  # contract F20 F24 F36
    ada.uploaded(project, "a.txt", b"Hello?")
    ada.uploaded(project, "a.txt", b"Hello!")
    file = ada.files(project)["a.txt"]
    assert set(file) == KEYS
    assert all(set(version) == VERSION_KEYS for version in file["versions"])
    assert (file["size"], file["md5sum"], file["is_attachment"]) == (
        6, "952d2c56d0485958336747bcdd98590d", False)
    assert file["sha256"] == "334d016f755cd6dc58c53a86e183882f8ec14f52fb05345887c8a5edd42c87b7"
    newest, oldest = file["versions"]
    assert (newest["is_latest"], oldest["is_latest"]) == (True, False)
    assert (newest["md5sum"], newest["sha256"]) == (file["md5sum"], file["sha256"])
    assert oldest["sha256"] == hashlib.sha256(b"Hello?").hexdigest()
    assert re.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d UTC", file["last_modified"])
    uploaded = datetime.datetime.fromisoformat(newest["uploaded_at"])
    assert newest["display"] == uploaded.astimezone(datetime.timezone.utc).strftime(
        "v%Y%m%d%H%M%S")
    assert str(uuid.UUID(newest["version_id"])) == newest["version_id"]


@pytest.mark.parametrize("content", [b"", b"Hello!", "ä€".encode() * 7, b"x" * 8_388_608,
                                     b"x" * 8_388_609, b"x" * 10_000_000])
def test_sizes_and_digests(ada, project, content):  # contract F9 F10 F41 F44 N11
    ada.uploaded(project, "data.bin", content)
    file = ada.files(project)["data.bin"]
    assert file["size"] == len(content)
    assert file["md5sum"] == etag_of(content)
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert ada.download(project, "data.bin") == content
    if len(content) == 10_000_000:
        assert file["md5sum"] == "1e762c1c6ca960a51ce95942752cf1f6-2"


def test_parts_that_are_no_file(ada, project):  # contract F4 F5
    path = f"files/{project}/a.txt/"
    assert is_error(ada.post(path), 400, "empty_content")
    assert is_error(ada.post(path, data=b"raw", headers={"Content-Type": "text/plain"}), 400,
                    "empty_content")
    assert is_error(ada.upload(project, "a.txt", b"x", part="file_content"), 400, "empty_content")
    assert is_error(ada.post(path, files={"file": (None, "a plain field")}), 400, "empty_content")
    parts = [("file", ("a", b"1")), ("file", ("b", b"2")), ("file", ("c", b"3"))]
    assert is_error(ada.post(path, files=parts), 400, "multiple_contents")
    assert ada.files(project) == {}


def test_qfield_sends_a_second_part_and_a_local_path(ada, project):
    parts = [("text", (None, "{}", "application/json")),
             ("file", ("/storage/emulated/0/a\"b\\ü/DCIM/x.jpg", b"jpeg", "application/json"))]
    answer = ada.post(f"files/{project}/DCIM/x.jpg/", files=parts,
                      headers={"User-Agent": QFIELD_AGENT})
    assert answer.status_code == 201
    assert ada.download(project, "DCIM/x.jpg") == b"jpeg"
    assert ada.files(project)["DCIM/x.jpg"]["is_attachment"] is True


@pytest.mark.parametrize("name", ["aaa bbb/project qgis 1.2.txt", "ä/ö ü.txt", "no_extension",
                                  "a+b&c'd(e).txt", "Z#x.txt", "100%.txt", "x" * 255,
                                  "COM.txt", "console/NULL", "..a/.b"])
def test_unusual_names_round_trip(ada, project, name):  # contract F7 F26 N8
    quoted = urllib.parse.quote(name)
    answer = ada.post(f"files/{project}/{quoted}/", files={"file": ("x", b"content")})
    assert answer.status_code == 201
    assert list(ada.files(project)) == [name]
    assert ada.get(f"files/{project}/{quoted}/").content == b"content"
    assert ada.delete(f"files/{project}/{quoted}/").status_code == 204


@pytest.mark.parametrize("name", [
    "%20a.txt", "a.txt%20", "x" * 256, "NUL/file.name", "nul", "a/com1", "LPT9/x", "AUX",
    "a%3Cb", "a%3Eb", "a%3Ab", "a%22b", "a%7Cb", "a%2Ab", "a%3Fb", "a%5Cb", "a%01b", "a%7Fb",
    "dot.", "a/dot./b", "blank%20/b", "..%2F..%2Fetc%2Fpasswd", "a/%2E%2E/b",
])
def test_forbidden_names(ada, project, name):  # contract F6 F7 F8 N8
    answer = ada.post(f"files/{project}/{name}/", files={"file": ("x", b"x")})
    assert is_error(answer, 400, "validation_error")
    assert ada.files(project) == {}


def test_project_files_are_looked_into(ada, project):  # contract F11 F12 F14 F33 N12
    for name, content in (("a.qgs", b"not XML"), ("a.qgs", b"<kml version='3.4.5'/>"),
                          ("a.qgs", b"<qgis/>"), ("a.qgs", b"<qgis version='new'/>"),
                          ("a.QGZ", b"not a ZIP"), ("a.qgz", qgz("a.txt")), ("a.qgs", b"")):
        assert is_error(ada.upload(project, name, content), 400, "invalid_qgis_project_file")
    assert ada.files(project) == {}
    assert ada.upload(project, "sub/My.QGZ", qgz("unexpected.qgs")).status_code == 201
    assert ada.project(project)["the_qgis_file_name"] == "sub/My.QGZ"


def test_one_project_file_per_project(ada, project):  # contract F15 F32 N9
    ada.uploaded(project, "a.qgs", QGS.format("3.44.7"))
    for other in ("b.qgs", "a.qgz", "sub/a.QGS"):
        content = qgz() if other.endswith("z") else QGS.format("3.44.7").encode()
        assert is_error(ada.upload(project, other, content), 400, "multiple_projects")
    ada.uploaded(project, "a.qgs", QGS.format("3.44.9"))
    for harmless in ("qgs", "x.qgs.txt"):
        ada.uploaded(project, harmless, b"anything")
    assert ada.project(project)["the_qgis_file_name"] == "a.qgs"
    assert ada.delete(f"files/{project}/a.qgs/").status_code == 204
    assert ada.project(project)["the_qgis_file_name"] is None
    ada.uploaded(project, "b.qgs", QGS.format("3.44.7"))
    assert ada.project(project)["the_qgis_file_name"] == "b.qgs"


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("role", ["admin", "manager", "editor", "reporter"])
def test_restricted_project_files(ada, bob, sample, restricted, role):  # contract F16 F17 N10
    ada.patch(f"projects/{sample}/", json={"has_restricted_projectfiles": restricted})
    ada.share(sample, "bob", role)
    denied = restricted and role in ("editor", "reporter")
    for name in ("trees.qgs", "trees.qml", "any/trees.qgd", "trees_attachments.zip"):
        content = (SAMPLE / "trees.qgs").read_bytes() if name.endswith(".qgs") else b"x"
        answer = bob.upload(sample, name, content)
        if denied:
            assert is_error(answer, 403, "restricted_project_modification")
        else:
            assert answer.status_code == 201
    assert bob.upload(sample, "other.qml", b"x").status_code == 201


def test_restricted_files_have_a_date_of_their_own(ada, project):  # contract R29
    def stamp():
        return ada.project(project)["restricted_data_last_updated_at"]
    ada.uploaded(project, "data.txt", b"x")
    assert stamp() is None
    ada.uploaded(project, "trees.qgs", QGS.format("3.44.7"))
    first = stamp()
    ada.uploaded(project, "data.txt", b"y")
    assert stamp() == first
    ada.uploaded(project, "trees.qml", b"x")
    second = stamp()
    assert second > first
    ada.delete(f"files/{project}/trees.qgs/")
    assert stamp() > second


def test_old_versions_can_be_read(ada, project):  # contract F21 F22 F27
    for content in (b"one", b"two"):
        ada.uploaded(project, "a.txt", content)
    newest, oldest = ada.files(project)["a.txt"]["versions"]
    path = f"files/{project}/a.txt/"
    assert ada.get(path).content == b"two"
    assert ada.get(f"{path}?version={oldest['version_id']}").content == b"one"
    assert ada.get(f"{path}?version={newest['version_id']}").content == b"two"
    assert is_error(ada.get(f"{path}?version={uuid.uuid4()}"), 404, "object_not_found")
    assert is_error(ada.get(f"{path}?version=pizza"), 400, "validation_error")
    assert is_error(ada.get(f"files/{project}/b.txt/"), 404, "object_not_found")


def test_download_headers(ada, project):  # contract F23
    ada.uploaded(project, "foo/bar/file.txt", b"content")
    answer = ada.get(f"files/{project}/foo/bar/file.txt/")
    file = ada.files(project)["foo/bar/file.txt"]
    assert 'filename="file.txt"' in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["ETag"] == f'"{file["md5sum"]}"'
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Length"] == "7"
    assert answer.headers["Last-Modified"].endswith(" GMT")


def test_delete_removes_the_file_with_all_versions(ada, project):  # contract F19 F28 F29
    for content in (b"12345", b"678"):
        ada.uploaded(project, "a.txt", content)
    assert ada.project(project)["file_storage_bytes"] == 8
    before = ada.project(project)["data_last_updated_at"]
    answer = ada.delete(f"files/{project}/a.txt/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert ada.files(project) == {}
    after = ada.project(project)
    assert after["file_storage_bytes"] == 0 and after["data_last_updated_at"] > before
    assert is_error(ada.delete(f"files/{project}/a.txt/"), 404, "api_error")


@pytest.mark.parametrize("by_header", [True, False])
def test_one_version_can_be_deleted(ada, project, by_header):  # contract F19 F30 F31 F34 F36
    def delete(version):
        if by_header:
            return ada.delete(f"files/{project}/a.txt/", headers={"x-file-version": version})
        return ada.delete(f"files/{project}/a.txt/?version={version}")
    for content in (b"1", b"22", b"333"):
        ada.uploaded(project, "a.txt", content)
    third, second, first = ada.files(project)["a.txt"]["versions"]
    assert is_error(delete(str(uuid.uuid4())), 404, "api_error")
    assert is_error(delete("pizza"), 400, "validation_error")
    assert delete(first["version_id"]).status_code == 204
    assert ada.download(project, "a.txt") == b"333"
    assert delete(third["version_id"]).status_code == 204
    file = ada.files(project)["a.txt"]
    assert (file["size"], [v["version_id"] for v in file["versions"]]) == (
        2, [second["version_id"]])
    assert file["versions"][0]["is_latest"] is True
    assert ada.project(project)["file_storage_bytes"] == 2
    for version in (second["version_id"], str(uuid.uuid4())):
        assert is_error(delete(version), 400, "explicit_deletion_of_last_version")
    assert ada.download(project, "a.txt") == b"22"


def test_the_query_beats_the_header(ada, project):
    for content in (b"1", b"22", b"333"):
        ada.uploaded(project, "a.txt", content)
    third, second, first = ada.files(project)["a.txt"]["versions"]
    answer = ada.delete(f"files/{project}/a.txt/?version={first['version_id']}",
                        headers={"X-File-Version": third["version_id"]})
    assert answer.status_code == 204
    left = [version["version_id"] for version in ada.files(project)["a.txt"]["versions"]]
    assert left == [third["version_id"], second["version_id"]]


def test_the_newest_versions_are_kept(new_server):  # contract F38 F39
    server = new_server(config="keep_versions = 3\n")
    ada = server.account("ada")
    project = ada.new_project("p")
    for number in range(7):
        ada.uploaded(project, "a.txt", f"v{number}".encode())
    versions = ada.files(project)["a.txt"]["versions"]
    contents = [ada.get(f"files/{project}/a.txt/?version={v['version_id']}").content
                for v in versions]
    assert contents == [b"v6", b"v5", b"v4"]
    assert ada.project(project)["file_storage_bytes"] == 6


def test_identical_content_is_a_new_version(ada, project):
    for _ in range(2):
        ada.uploaded(project, "a.txt", b"same")
    assert len(ada.files(project)["a.txt"]["versions"]) == 2


def test_shared_content_survives_the_deletion_of_one_file(ada, bob, project, name):  # F40
    other = bob.new_project(name)
    ada.uploaded(project, "a.txt", b"shared content")
    bob.uploaded(other, "b.txt", b"shared content")
    assert list(ada.files(project)) == ["a.txt"]
    ada.delete(f"files/{project}/a.txt/")
    assert bob.download(other, "b.txt") == b"shared content"


def test_metadata_of_one_file(ada, project):  # contract F43
    for count in (1, 2, 3):
        ada.uploaded(project, "sub/a.txt", b"x" * count)
        file = ada.get(f"files/metadata/{project}/sub/a.txt/").json()
        assert (file["name"], file["size"], len(file["versions"])) == ("sub/a.txt", count, count)
        assert set(file) == KEYS
    assert is_error(ada.get(f"files/metadata/{project}/b.txt/"), 404, "object_not_found")


def test_attachments_live_below_their_folders(ada, project):  # contract N5 N7
    for _ in range(2):
        ada.uploaded(project, "DCIM/a.jpg", b"a")
    ada.uploaded(project, "photos/DCIM/a.jpg", b"a")
    files = ada.files(project)
    assert files["DCIM/a.jpg"]["is_attachment"] is True
    assert files["photos/DCIM/a.jpg"]["is_attachment"] is False
    assert ada.download(project, "DCIM/a.jpg") == b"a"
    assert ada.delete(f"files/{project}/DCIM/a.jpg/").status_code == 204


def test_the_listing_pages_on_request_and_ignores_other_parameters(ada, project):
    for name in ("a", "b", "c"):
        ada.uploaded(project, name, b"x")
    assert len(ada.get(f"files/{project}/?client=qgis&skip_metadata=1").json()) == 3
    answer = ada.get(f"files/{project}/?limit=2")
    assert [file["name"] for file in answer.json()] == ["a", "b"]
    assert answer.headers["X-Total-Count"] == "3"


def test_uploads_by_every_client_are_the_same(ada, project):
    for agent in (QFIELD_AGENT, QFIELDSYNC_AGENT, "curl/8"):
        assert ada.upload(project, "a.txt", b"x", agent=agent).status_code == 201


def test_routes_do_without_the_last_slash(ada, project):
    answer = ada.post(f"files/{project}/a.txt", files={"file": ("a.txt", b"x")})
    assert answer.status_code == 201
    assert list(ada.files(project)) == ["a.txt"]
    assert ada.delete(f"files/{project}/a.txt").status_code == 204
