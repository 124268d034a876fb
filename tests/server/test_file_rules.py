"""Project files: who may do what, what is remembered about the project file, what is kept."""

import pytest

from support import SAMPLE, is_error
from test_files import QGS, qgz


def qgis_version(server, project_id):
    """What the server remembers; no route tells it."""
    (version,), = server.database("SELECT qgis_version FROM project WHERE id = ?", project_id)
    return version


def test_the_version_of_qgis_is_detected_at_the_upload(server, ada, project):  # contract F12 F14
    ada.uploaded(project, "a.qgs", QGS.format("3.44.7"))
    assert qgis_version(server, project) == "3.44.7"
    ada.uploaded(project, "a.qgs", QGS.format("3.44.9"))
    assert qgis_version(server, project) == "3.44.9"
    assert ada.project(project)["the_qgis_file_name"] == "a.qgs"


def test_deleting_the_project_file_forgets_its_version(server, ada, project):  # contract F32
    ada.uploaded(project, "sub/a.qgz", qgz())
    assert qgis_version(server, project) == "3.44.7"
    ada.processed(project)
    ada.delete(f"files/{project}/sub/a.qgz/")
    assert qgis_version(server, project) is None
    assert ada.project(project)["the_qgis_file_name"] is None


def test_an_older_version_is_detected_again(server, ada, project):  # contract F33
    for version in ("3.44.7", "3.44.8", "3.44.9"):
        ada.uploaded(project, "a.qgs", QGS.format(version))
    ada.processed(project)
    jobs = ada.get(f"jobs/?project_id={project}").json()
    newest, middle, _ = ada.files(project)["a.qgs"]["versions"]
    ada.delete(f"files/{project}/a.qgs/?version={middle['version_id']}")
    assert qgis_version(server, project) == "3.44.9"
    ada.delete(f"files/{project}/a.qgs/?version={newest['version_id']}")
    assert qgis_version(server, project) == "3.44.7"
    assert ada.get(f"jobs/?project_id={project}").json() == jobs  # no job is started


def test_nobody_without_name(ada, anonymous, project):  # contract F13
    ada.uploaded(project, "a.txt", b"x")
    assert is_error(anonymous.upload(project, "b.txt", b"x"), 401, "not_authenticated")
    assert is_error(anonymous.delete(f"files/{project}/a.txt/"), 401, "not_authenticated")
    assert list(ada.files(project)) == ["a.txt"]


@pytest.mark.parametrize("role, status", [("admin", 201), ("manager", 201), ("editor", 201),
                                          ("reporter", 201), ("reader", 403), (None, 403)])
def test_who_may_upload(ada, bob, project, role, status):  # contract F18 M4 M5, persons
    if role:
        ada.share(project, "bob", role)
    answer = bob.upload(project, "a.txt", b"x")
    assert answer.status_code == status
    assert (list(ada.files(project)) == ["a.txt"]) == (status == 201)


@pytest.mark.parametrize("role, status", [("admin", 204), ("manager", 204), ("editor", 204),
                                          ("reporter", 403), ("reader", 403), (None, 403)])
def test_who_may_delete(ada, bob, project, role, status):  # contract F35
    for text in (b"x", b"y"):
        ada.uploaded(project, "a.txt", text)
    if role:
        ada.share(project, "bob", role)
    version = ada.files(project)["a.txt"]["versions"][0]["version_id"]
    for path in (f"files/{project}/a.txt/?version={version}", f"files/{project}/a.txt/"):
        answer = bob.delete(path)
        assert answer.status_code == status
        assert status == 204 or is_error(answer, 403, "permission_denied")
    assert (ada.files(project) == {}) == (status == 204)


def test_a_public_project_is_read_by_everybody(ada, stranger, name):
    project_id = ada.new_project(name, is_public=True)
    ada.uploaded(project_id, "a.txt", b"x")
    assert stranger.download(project_id, "a.txt") == b"x"
    assert stranger.get(f"files/metadata/{project_id}/a.txt/").status_code == 200
    assert is_error(stranger.upload(project_id, "a.txt", b"y"), 403, "permission_denied")


def test_checks_come_in_their_order(ada, bob, server, sample):  # the order of 3.7.3
    ada.patch(f"projects/{sample}/", json={"has_restricted_projectfiles": True})
    two = [("file", ("a", b"1")), ("file", ("b", b"2"))]
    bad = {"file": ("x", b"no project")}
    assert is_error(bob.post(f"files/{sample}/nul/", files=two), 403, "permission_denied")
    ada.share(sample, "bob", "editor")
    assert is_error(bob.post(f"files/{sample}/nul/", files=two), 400, "multiple_contents")
    assert is_error(bob.post(f"files/{sample}/nul/", files={"x": ("x", b"")}), 400,
                    "empty_content")
    assert is_error(bob.post(f"files/{sample}/nul/b.qgs/", files=bad), 400, "validation_error")
    assert is_error(bob.post(f"files/{sample}/b.qgs/", files=bad), 403,
                    "restricted_project_modification")
    assert is_error(ada.post(f"files/{sample}/b.qgs/", files=bad), 400, "multiple_projects")
    assert is_error(ada.post(f"files/{sample}/trees.qgs/", files=bad), 400,
                    "invalid_qgis_project_file")
    owner = server.account("order-owner")
    shared = owner.new_project("shared_datasets")
    assert is_error(owner.post(f"files/{shared}/b.qgs/", files=bad), 400, "validation_error")
    assert is_error(owner.delete(f"files/{shared}/b.qgs/"), 404, "api_error")


def test_files_outlive_who_sent_them(server, ada, project):  # contract F37
    guest = server.account("guest")
    ada.share(project, "guest", "editor")
    guest.uploaded(project, "a.txt", b"of the guest")
    server.database("DELETE FROM user WHERE username = 'guest'")
    assert list(ada.files(project)) == ["a.txt"]
    assert ada.download(project, "a.txt") == b"of the guest"


def test_listings_always_have_both_digests(ada, project):  # contract F25, as of 2026
    ada.uploaded(project, "a.txt", b"x")
    for query in ("skip_metadata=1", "skip_metadata=0", "client=qgis"):
        file, = ada.get(f"files/{project}/?{query}").json()
        assert file["sha256"] and file["md5sum"]


def test_fewer_versions_of_another_project_leave_this_one_alone(new_server):  # contract F39
    server = new_server(config="keep_versions = 10\n")
    ada = server.account("ada")
    first, second = ada.new_project("first"), ada.new_project("second")

    def contents(project_id):
        versions = ada.files(project_id)["a.txt"]["versions"]
        return [int(ada.get(f"files/{project_id}/a.txt/?version={one['version_id']}").content)
                for one in reversed(versions)]

    for number in range(20):
        ada.uploaded(first, "a.txt", str(number).encode())
    assert contents(first) == list(range(10, 20))
    server.stop()
    server.config = "keep_versions = 3\n"
    server.start()
    for number in range(5):
        ada.uploaded(second, "a.txt", str(number).encode())
    assert (contents(first), contents(second)) == (list(range(10, 20)), [2, 3, 4])
    for number in range(20, 40):
        ada.uploaded(first, "a.txt", str(number).encode())
    assert contents(first) == [37, 38, 39]


def test_attachments_may_do_without_versions(new_server):  # contract N7
    server = new_server(config="keep_attachment_versions = 1\n")
    ada = server.account("ada")
    project = ada.new_project("p")
    for number in range(3):
        for name in ("DCIM/a.jpg", "a.jpg"):
            ada.uploaded(project, name, str(number).encode())
    counts = {name: len(file["versions"]) for name, file in ada.files(project).items()}
    assert counts == {"DCIM/a.jpg": 1, "a.jpg": 3}
    assert ada.download(project, "DCIM/a.jpg") == b"2"
    assert ada.delete(f"files/{project}/DCIM/a.jpg/").status_code == 204


def test_contents_go_with_their_project(server, ada, project):  # contract F42
    content = b"only in one project " * 100
    ada.uploaded(project, "a.txt", content)
    ada.delete(f"projects/{project}/")
    server.until_unused(content)


def test_shared_datasets_take_other_files(server, name):  # contract 5.9
    owner = server.account(name)
    shared = owner.new_project("shared_datasets")
    owner.uploaded(shared, "zones.gpkg", (SAMPLE / "zones.gpkg").read_bytes())
    project = owner.project(shared)
    assert (project["status"], project["project_type"]) == ("ok", "shared_datasets")
    answer = owner.post("jobs/", json={"project_id": shared, "type": "package"})
    assert is_error(answer, 403, "permission_denied")
    assert is_error(owner.post("projects/", json={"name": "Shared_Datasets"}), 400,
                    "project_already_exists")
    other = owner.new_project("other")
    assert is_error(owner.patch(f"projects/{other}/", json={"name": "SHARED_datasets"}), 400,
                    "project_already_exists")
