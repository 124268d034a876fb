"""The unmodified qfieldcloud-cli: every command whose routes are served."""

import json
import pathlib
import subprocess
import sys

import pytest

from changes import OAK, patch
from support import SAMPLE, copy_sample, deltafile, password_of

PROGRAM = pathlib.Path(sys.executable).with_name("qfieldcloud-cli")


class Cli:
    """Runs the command as a person would, in the name of one account."""

    def __init__(self, server, *credentials):
        self._start = [PROGRAM, "--url", server.api, *credentials]

    def run(self, *arguments):
        return subprocess.run([*self._start, *arguments], capture_output=True, text=True)

    def json(self, *arguments):
        done = self.run("--json", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def human(self, *arguments):
        """People's output goes to stderr; errors of the server would be on stdout."""
        done = self.run("--human", *arguments)
        assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
        return done.stderr


@pytest.fixture(scope="module")
def cli(server, ada):
    return Cli(server, "--token", ada.token)


def test_login_and_logout(server):
    server.account("cli-user")
    by_password = Cli(server, "--username", "cli-user", "--password", password_of("cli-user"))
    answer = by_password.json("login", "cli-user", password_of("cli-user"))
    assert answer["username"] == "cli-user" and len(answer["token"]) == 100
    assert "Welcome to QFieldCloud, cli-user." in by_password.human(
        "login", "cli-user", password_of("cli-user"))
    assert by_password.json("list-projects") == []
    by_token = Cli(server, "--token", answer["token"])
    assert "Successfully logged out." in by_token.human("logout")
    assert '"code": "token_authentication_failed"' in by_token.run("list-projects").stdout
    assert by_password.json("logout") == {"detail": "Successfully logged out."}


def test_wrong_password(server):
    server.account("cli-wrong")
    done = Cli(server, "-u", "cli-wrong", "-p", "wrong").run("list-projects")
    assert done.returncode == 0 and "401" in done.stdout and "authentication_failed" in done.stdout


def test_environment(server, ada, monkeypatch):
    monkeypatch.setenv("QFIELDCLOUD_URL", server.api)
    monkeypatch.setenv("QFIELDCLOUD_TOKEN", ada.token)
    done = subprocess.run([PROGRAM, "--json", "list-projects"], capture_output=True, text=True)
    assert isinstance(json.loads(done.stdout), list)


def test_status(server):
    cli = Cli(server)
    assert cli.json("status")["database"] == "ok"
    text = cli.human("status")
    assert "Database: ok" in text and "Storage: ok" in text


def test_create_user(server, admin, name):
    cli = Cli(server, "--token", admin.token)
    assert f'Created user "{name}"' in cli.human("create-user", name, "password-123",
                                                 f"{name}@example.org")
    answer = cli.json("create-user", f"{name}x", "password-123", f"{name}x@example.org")
    assert answer["username"] == f"{name}x"


def test_projects(cli, name):
    project = cli.json("create-project", name, "--description", "From the CLI", "--is-public")
    assert (project["name"], project["is_public"]) == (name, True)
    assert cli.json("get-project", project["id"])["description"] == "From the CLI"
    assert name in cli.human("get-project", project["id"])
    patched = cli.json("patch-project", project["id"], "--name", f"{name}-2", "--is-no-public")
    assert (patched["name"], patched["is_public"]) == (f"{name}-2", False)
    assert f"ada/{name}-3" in cli.human("patch-project", project["id"], "--name", f"{name}-3")
    assert f"ada/{name}-3" in cli.human("list-projects", "--include-public")
    assert f'Deleted project "{project["id"]}"' in cli.human("delete-project", project["id"])
    assert "object_not_found" in cli.run("get-project", project["id"]).stdout
    assert f"ada/{name}-h" in cli.human("create-project", f"{name}-h", "--owner", "ada")


def test_pages(server):
    many = server.account("cli-many")
    for number in range(25):
        many.new_project(f"p{number:02}")
    cli = Cli(server, "--token", many.token)
    assert len(cli.json("list-projects")) == 25
    names = [project["name"] for project in cli.json("list-projects", "-l", "5", "-o", "10")]
    assert names == [f"p{number}" for number in range(10, 15)]


def test_files(cli, project, tmp_path):
    folder = copy_sample(tmp_path / "up")
    done = cli.run("upload-files", project, str(folder), "--throw-on-error")
    assert done.returncode == 0 and "Upload finished after uploading 4." in done.stderr
    assert "Nothing to upload." in cli.run("upload-files", project, str(folder)).stderr
    assert {file["name"] for file in cli.json("list-files", project)} == {
        "trees.qgs", "trees.gpkg", "zones.gpkg", "DCIM/tree_1.jpg"}
    assert "UTC\tDCIM/tree_1.jpg" in cli.human("list-files", project)
    down = tmp_path / "down"
    done = cli.run("download-files", project, str(down), "--filter", "*.gpkg", "--throw-on-error")
    assert "Downloaded 2 file(s)." in done.stderr
    assert {path.name for path in down.iterdir()} == {"trees.gpkg", "zones.gpkg"}
    assert (down / "trees.gpkg").read_bytes() == (folder / "trees.gpkg").read_bytes()
    assert cli.run("upload-files", project, str(folder), "--force").returncode == 0
    versions = next(file["versions"] for file in cli.json("list-files", project)
                    if file["name"] == "zones.gpkg")
    assert len(versions) == 2
    cli.human("delete-file", project, "zones.gpkg", "--version-id", versions[0]["version_id"])
    cli.human("delete-file", project, "zones.gpkg")
    cli.human("delete-files", project, "DCIM/*")
    assert {file["name"] for file in cli.json("list-files", project)} == {
        "trees.qgs", "trees.gpkg"}


def test_jobs_and_packages(cli, ada, sample, tmp_path):
    job = cli.json("job-trigger", sample, "package")
    ada.finished_job(job["id"])
    assert cli.json("job-status", job["id"])["status"] == "finished"
    assert f"Job status for {job['id']}: finished" in cli.human("job-status", job["id"])
    again = cli.human("job-trigger", sample, "package", "--force")
    assert "triggered for project" in again
    ada.finished_job(cli.json("list-jobs", sample, "--type", "package")[-1]["id"])
    assert '"package"' in cli.human("list-jobs", sample)
    assert cli.json("package-latest", sample)["status"] == "finished"
    text = cli.human("package-latest", sample)
    assert 'Layer "Trees" is valid, finished with status: no_error' in text
    done = cli.run("package-download", sample, str(tmp_path), "--throw-on-error")
    assert "SUCCESS\tdata.gpkg" in done.stderr
    assert (tmp_path / "DCIM" / "tree_1.jpg").is_file()


def test_thumbnail(cli, ada, project, tmp_path):
    picture = tmp_path / "tree.jpg"
    picture.write_bytes((SAMPLE / "DCIM/tree_1.jpg").read_bytes())
    assert cli.run("upload-project-thumbnail", project, str(picture)).returncode == 0
    assert ada.get(f"files/thumbnails/{project}/").content == picture.read_bytes()


def test_seed(cli, ada, name, project, tmp_path):
    answer = ada.post("projects/", data={"name": name, "seed": '{"basemap_provider": "osm"}'},
                      files={"xlsform_file": ("form.xlsx", b"a form")})
    seeded = answer.json()["id"]
    text = cli.human("get-project-seed", seeded)
    for line in (f"Project name: {name}", "Project CRS: EPSG:3857", "Project basemaps: 1",
                 "Project XLSForm: True"):
        assert line in text
    assert "xlsform.xlsx" in cli.human("get-project-seed-xlsform", seeded, str(tmp_path))
    assert (tmp_path / "xlsform.xlsx").read_bytes() == b"a form"
    assert cli.json("get-project-seed", seeded)["project"] == seeded
    assert '"code": "object_not_found"' in cli.run("get-project-seed", project).stdout


def test_package_before_there_is_one(cli, sample):
    done = cli.run("package-latest", sample)
    assert done.returncode == 0 and '"code": "invalid_job"' in done.stdout


def test_delta_push(cli, ada, sample, tmp_path):
    document = deltafile(sample, patch(OAK, {"species": "pushed by the CLI"}))
    path = tmp_path / "deltafile.json"
    path.write_text(json.dumps(document))
    assert "pushed to project" in cli.human("delta-push", sample, str(path))
    found, = ada.outcomes(sample, document["id"])
    assert found["status"] == "STATUS_APPLIED"


def test_collaborators(cli, bob, project):
    row = cli.json("collaborators-add", project, "bob", "reader")
    assert (row["collaborator"], row["role"], row["project_id"]) == ("bob", "reader", project)
    assert "bob\treader" in cli.human("collaborators-get", project)
    assert 'role "editor"' in cli.human("collaborators-patch", project, "bob", "editor")
    assert cli.json("collaborators-get", project)[0]["role"] == "editor"
    assert 'Collaborator "bob" removed' in cli.human("collaborators-remove", project, "bob")
    assert cli.json("collaborators-get", project) == []
    cli.json("collaborators-add", project, "bob", "reader")
    assert "admin" in cli.human("collaborators-patch", project, "bob", "admin")


@pytest.mark.parametrize("arguments", [("list-projects", "--nonsense"), ("get-project",),
                                       ("no-such-command",)])
def test_wrong_usage_exits_with_2(cli, arguments):
    assert cli.run(*arguments).returncode == 2


def test_members_and_teams(cli, server, bob):
    server.organization("cli-org", "ada")
    row = cli.json("members-add", "cli-org", "bob", "member", "--public")
    assert (row["member"], row["role"], row["is_public"]) == ("bob", "member", True)
    assert cli.json("members-patch", "cli-org", "bob", "admin")["role"] == "admin"
    assert [one["member"] for one in cli.json("members-get", "cli-org")] == ["bob"]
    assert cli.json("teams-create", "cli-org", "crew")["team"] == "crew"
    assert cli.json("teams-patch", "cli-org", "crew", "--name", "staff")["team"] == "staff"
    assert cli.json("team-members-add", "cli-org", "staff", "bob") == {"member": "bob"}
    assert cli.json("teams-get", "cli-org", "staff")["members"] == ["bob"]
    assert cli.json("team-members-list", "cli-org", "staff") == [{"member": "bob"}]
    assert "bob" in cli.human("members-get", "cli-org")
    assert "staff" in cli.human("teams-list", "cli-org")
    cli.human("team-members-remove", "cli-org", "staff", "bob")
    cli.human("teams-delete", "cli-org", "staff")
    cli.human("members-remove", "cli-org", "bob")
    assert cli.json("members-get", "cli-org") == [] and cli.json("teams-list", "cli-org") == []
