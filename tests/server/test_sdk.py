"""The unmodified qfieldcloud-sdk: every method whose routes are served."""

import json
import uuid

import pytest
from qfieldcloud_sdk import sdk

from changes import OAK, patch
from support import SAMPLE, copy_sample, deltafile, password_of


@pytest.fixture
def client(server, ada):
    """A fresh SDK client, signed in as ada."""
    client = sdk.Client(server.api)
    client.login("ada", password_of("ada"))
    return client


def refused(status, call, *arguments, **named):
    with pytest.raises(sdk.QfcRequestException) as caught:
        call(*arguments, **named)
    assert caught.value.response.status_code == status
    return caught.value.response.json()["code"]


def finished(client, job):
    for _ in range(600):
        state = client.job_status(job["id"])
        if state["status"] in ("finished", "failed"):
            return state
    raise AssertionError(f"no end: {state}")


def test_login_and_logout(server, ada):
    server.account("sdk-user")
    client = sdk.Client(server.api)
    answer = client.login("sdk-user", password_of("sdk-user"))
    assert answer["username"] == "sdk-user" and client.token == answer["token"]
    assert client.list_projects() == []
    assert client.logout() == {"detail": "Successfully logged out."}
    assert refused(401, client.list_projects) == "token_authentication_failed"
    assert refused(401, client.login, "sdk-user", "wrong") == "authentication_failed"


def test_check_server_status(server):
    assert sdk.Client(server.api).check_server_status()["storage"] == "ok"


def test_create_user(server, admin, name):
    client = sdk.Client(server.api, token=admin.token)
    assert client.create_user(name, "password-123", f"{name}@example.org")["username"] == name
    assert refused(400, client.create_user, name, "password-123", "x@example.org") == "api_error"


def test_projects(client, name):
    project = client.create_project(name, description="Trees", is_public=False)
    assert (project["name"], project["owner"], project["description"]) == (name, "ada", "Trees")
    assert client.get_project(project["id"])["id"] == project["id"]
    patched = client.patch_project(project["id"], description="other", is_public=True)
    assert (patched["description"], patched["is_public"]) == ("other", True)
    assert client.patch_project(project["id"], is_public=False)["is_public"] is False
    assert project["id"] in {one["id"] for one in client.list_projects()}
    client.delete_project(project["id"])
    assert refused(404, client.get_project, project["id"]) == "object_not_found"


def test_create_project_with_its_type(client, name):
    project = client.create_project(name, project_type=sdk.ProjectType.TEMPLATE)
    assert project["project_type"] == "template"
    patched = client.patch_project(project["id"], project_type=sdk.ProjectType.REGULAR)
    assert patched["project_type"] == "regular"


def test_lists_follow_the_pages(server):
    many = server.account("sdk-many")
    for number in range(45):
        many.new_project(f"p{number:02}")
    client = sdk.Client(server.api, token=many.token)
    names = [project["name"] for project in client.list_projects()]
    assert names == [f"p{number:02}" for number in range(45)]
    page = client.list_projects(pagination=sdk.Pagination(limit=7, offset=40))
    assert [project["name"] for project in page] == [f"p{number}" for number in range(40, 45)]


def test_public_projects(client, bob, name):
    public = bob.new_project(name, is_public=True)
    assert public not in {project["id"] for project in client.list_projects()}
    assert public in {project["id"] for project in client.list_projects(include_public=True)}


def test_files(client, project, tmp_path):
    folder = copy_sample(tmp_path / "up")
    (folder / ".hidden").write_text("x")
    uploaded = client.upload_files(project, sdk.FileTransferType.PROJECT, str(folder), "*",
                                   throw_on_error=True)
    assert {file["status"] for file in uploaded} == {sdk.FileTransferStatus.SUCCESS}
    remote = {file["name"]: file for file in client.list_remote_files(project)}
    assert set(remote) == {"trees.qgs", "trees.gpkg", "zones.gpkg", "DCIM/tree_1.jpg"}
    assert all(file["etag"] == file["md5sum"] for file in remote.values())
    assert client.upload_files(project, sdk.FileTransferType.PROJECT, str(folder), "*") == []
    down = tmp_path / "down"
    client.download_project(project, str(down), throw_on_error=True)
    for name in remote:
        assert (down / name).read_bytes() == (SAMPLE / name).read_bytes()


def test_one_file_and_its_versions(client, project, tmp_path):
    local = tmp_path / "a b.txt"
    for text in ("one", "two", "three"):
        local.write_text(text)
        client.upload_file(project, sdk.FileTransferType.PROJECT, local, "sub/a b.txt", False)
    versions = client.list_remote_files(project)[0]["versions"]
    assert len(versions) == 3
    client.delete_file(project, "sub/a b.txt", versions[0]["version_id"])
    target = tmp_path / "down.txt"
    client.download_file(project, sdk.FileTransferType.PROJECT, target, "sub/a b.txt", False)
    assert target.read_text() == "two"
    client.delete_file(project, "sub/a b.txt", None)
    assert client.list_remote_files(project) == []


def test_unchanged_files_are_not_downloaded_again(client, ada, project, tmp_path):
    ada.uploaded(project, "a.txt", b"content")
    target = tmp_path / "a.txt"
    download = (project, sdk.FileTransferType.PROJECT, target, "a.txt", False)
    assert client.download_file(*download) is not None
    assert client.download_file(*download, "another tag") is None  # the server answers 304
    assert target.read_bytes() == b"content"
    target.write_bytes(b"damaged")
    assert client.download_file(*download, "another tag") is not None
    assert target.read_bytes() == b"content"


def test_large_files_in_parts(client, ada, project, tmp_path):
    local = tmp_path / "big.bin"
    local.write_bytes(bytes(range(256)) * 70_000)  # more than two parts of 8 MiB
    client.upload_file(project, sdk.FileTransferType.PROJECT, local, "big.bin", False)
    assert client.list_remote_files(project)[0]["md5sum"] == sdk.calc_etag(str(local))
    assert client.upload_files(project, sdk.FileTransferType.PROJECT, str(tmp_path), "*") == []


def test_delete_files_by_pattern(client, ada, project):
    for name in ("a.txt", "b.txt", "c.jpg"):
        ada.uploaded(project, name, b"x")
    result = client.delete_files(project, ["*.txt", "*.none"])
    assert [file["name"] for file in result["*.txt"]] == ["a.txt", "b.txt"]
    assert [file["name"] for file in client.list_remote_files(project)] == ["c.jpg"]


def test_jobs_and_packages(client, sample, tmp_path):
    assert refused(400, client.package_latest, sample) == "invalid_job"
    job = client.job_trigger(sample, sdk.JobTypes.PACKAGE)
    assert finished(client, job)["status"] == "finished"
    assert client.job_trigger(sample, sdk.JobTypes.PACKAGE, force=True)["id"] != job["id"]
    jobs = client.list_jobs(sample, sdk.JobTypes.PACKAGE)
    assert [one["type"] for one in jobs] == ["package"] * 2
    finished(client, jobs[-1])
    latest = client.package_latest(sample)
    assert latest["status"] == "finished" and latest["package_id"] == jobs[-1]["id"]
    files = client.package_download(sample, str(tmp_path), throw_on_error=True)
    assert {file["status"] for file in files} == {sdk.FileTransferStatus.SUCCESS}
    assert (tmp_path / "data.gpkg").stat().st_size > 0
    assert finished(client, client.job_trigger(sample, sdk.JobTypes.PROCESS_PROJECTFILE))[
        "status"] == "finished"


def test_push_delta(client, ada, sample, tmp_path):
    document = deltafile(sample, patch(OAK, {"species": "pushed by the SDK"}))
    path = tmp_path / "deltafile.json"
    path.write_text(json.dumps(document))
    assert client.push_delta(sample, str(path)).status_code == 200
    found, = ada.outcomes(sample, document["id"])
    assert found["status"] == "STATUS_APPLIED"
    path.write_text("{}")
    assert refused(400, client.push_delta, sample, str(path)) == "invalid_deltafile"


def test_collaborators(client, bob, project):
    row = client.add_project_collaborator(project, "bob", sdk.ProjectCollaboratorRole.REPORTER)
    assert (row["collaborator"], row["role"]) == ("bob", "reporter")
    row = client.patch_project_collaborators(project, "bob", sdk.ProjectCollaboratorRole.MANAGER)
    assert row["role"] == "manager"
    assert [one["role"] for one in client.get_project_collaborators(project)] == ["manager"]
    client.remove_project_collaborator(project, "bob")
    assert client.get_project_collaborators(project) == []


def test_thumbnail(client, ada, project):
    picture = SAMPLE / "DCIM/tree_1.jpg"
    assert client.upload_project_thumbnail(project, str(picture)).status_code == 204
    assert ada.get(f"files/thumbnails/{project}/").content == picture.read_bytes()


def test_seed_and_its_form(client, ada, name, tmp_path):
    answer = ada.post("projects/", data={"name": name, "seed": '{"basemap_provider": "osm"}'},
                      files={"xlsform_file": ("form.xls", b"a form")})
    project_id = answer.json()["id"]
    seed = client.get_project_seed(project_id)
    assert (seed["name"], seed["crs"], len(seed["extent"])) == (name, "EPSG:3857", 4)
    assert len(seed["settings"]["basemaps"]) == 1 and seed["settings"]["xlsform"]
    path = client.get_project_seed_xlsform(project_id, str(tmp_path))
    assert path == str(tmp_path / "xlsform.xls")
    assert (tmp_path / "xlsform.xls").read_bytes() == b"a form"
    jobs = client.list_jobs(project_id, sdk.JobTypes.CREATE_PROJECT)
    assert [job["type"] for job in jobs] == ["create_project"]
    assert finished(client, jobs[0])["status"] == "finished"


def test_clone(client, ada, sample, name):
    clone = client.create_project(name, description="mine", clone_from_project=sample)
    ada.processed(clone["id"])
    sources, copies = ({file["name"]: file["md5sum"] for file in client.list_remote_files(one)}
                       for one in (sample, clone["id"]))
    assert sources == copies
    assert client.get_project(clone["id"])["description"] == "mine"


def test_worker_upload(server, client, sample, tmp_path):
    token = server.command("user", "worker-token", "ada").stdout.strip()
    worker = sdk.Client(server.api, token=token)
    local = tmp_path / "data.gpkg"
    local.write_bytes(b"made elsewhere")
    job_id = str(uuid.uuid4())
    arguments = (sample, sdk.FileTransferType.PACKAGE, local, "data.gpkg", False, job_id)
    assert refused(403, worker.upload_file, *arguments) == "permission_denied"
    server.database("INSERT INTO job (id, project_id, type, status, created_at, updated_at)"
                    " VALUES (?, ?, 'package', 'started', 1, 1)", job_id, sample)
    assert worker.upload_file(*arguments).status_code == 201
    assert refused(403, client.upload_file, *arguments) == "permission_denied"


def test_members(client, server, bob):
    server.organization("sdk-org", "ada")
    row = client.add_organization_member("sdk-org", "bob", sdk.OrganizationMemberRole.MEMBER, True)
    assert (row["member"], row["role"], row["is_public"]) == ("bob", "member", True)
    row = client.patch_organization_members("sdk-org", "bob", sdk.OrganizationMemberRole.ADMIN)
    assert (row["role"], row["is_public"]) == ("admin", True)
    assert [one["member"] for one in client.get_organization_members("sdk-org")] == ["bob"]
    client.remove_organization_members("sdk-org", "bob")
    assert client.get_organization_members("sdk-org") == []


def test_teams(client, server, bob):
    server.organization("sdk-teams", "ada", ("bob", "member"))
    assert client.create_organization_team("sdk-teams", "crew")["team"] == "crew"
    assert client.patch_organization_team("sdk-teams", "crew", "staff")["team"] == "staff"
    assert client.add_organization_team_member("sdk-teams", "staff", "bob") == {"member": "bob"}
    assert client.get_organization_team("sdk-teams", "staff") == {
        "team": "staff", "organization": "sdk-teams", "members": ["bob"]}
    assert [one["team"] for one in client.get_organization_teams("sdk-teams")] == ["staff"]
    assert client.get_organization_team_members("sdk-teams", "staff") == [{"member": "bob"}]
    client.remove_organization_team_member("sdk-teams", "staff", "bob")
    client.delete_organization_team("sdk-teams", "staff")
    assert client.get_organization_teams("sdk-teams") == []


def test_errors_show_the_body(client):
    with pytest.raises(sdk.QfcRequestException) as caught:
        client.get_project("pizza")
    assert '"code": "validation_error"' in str(caught.value)


@pytest.mark.parametrize("call", [
    lambda client, project: client.get_project_seed(project),  # it has none
    lambda client, project: client.get_project_seed_json2qgis(project, "/tmp"),
])
def test_what_is_not_served_yet_answers_404(client, project, call):
    with pytest.raises(sdk.QfcRequestException) as caught:
        call(client, project)
    assert caught.value.response.status_code == 404
