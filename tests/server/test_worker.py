"""Packages by programs outside of the server, and packages as old clients fetch them."""

import hashlib
import uuid

import pytest

from support import Account, SAMPLE, etag_of, is_error, until


@pytest.fixture
def worker(server, ada):
    """ada, with a token of the type that only workers have."""
    made = server.command("user", "worker-token", "ada")
    assert made.returncode == 0, made.stderr
    return Account(server, "ada", token=made.stdout.strip())


def running_job(server, project_id, kind="package", status="started"):
    """A job as one that another program is doing."""
    job_id = str(uuid.uuid4())
    server.database(
        "INSERT INTO job (id, project_id, type, status, created_at, updated_at, started_at)"
        " VALUES (?, ?, ?, ?, 1, 1, 1)", job_id, project_id, kind, status)
    return job_id


def send(account, project_id, job_id, name, content):
    return account.post(f"packages/{project_id}/{job_id}/files/{name}/",
                        files={"file": (name, content)})


def test_a_worker_fills_a_package(server, ada, worker, project):
    ada.uploaded(project, "DCIM/a.jpg", b"attachment")
    job_id = running_job(server, project)
    used = ada.project(project)["file_storage_bytes"]
    for content in (b"older", b"content"):
        answer = send(worker, project, job_id, "sub/data 1.gpkg", content)
        assert answer.status_code == 201
    assert answer.json() == {"name": "sub/data 1.gpkg", "size": 7, "md5sum": etag_of(b"content"),
                             "sha256": hashlib.sha256(b"content").hexdigest()}
    assert answer.headers["Location"].endswith("/latest/files/sub/data%201.gpkg/")
    assert ada.project(project)["file_storage_bytes"] == used
    assert is_error(ada.get(f"packages/{project}/latest/"), 400, "invalid_job")
    server.database("UPDATE job SET status = 'finished', finished_at = 2 WHERE id = ?", job_id)
    latest = ada.latest(project)
    assert {file["name"] for file in latest["files"]} == {"sub/data 1.gpkg", "DCIM/a.jpg"}
    assert latest["layers"] is None
    answer = ada.get(f"packages/{project}/latest/files/sub/data 1.gpkg/")
    assert answer.content == b"content"
    server.until_unused(b"older")


def test_only_workers_and_only_into_running_package_jobs(server, ada, bob, worker, project):
    job_id = running_job(server, project)
    assert is_error(send(ada, project, job_id, "a", b"x"), 403, "permission_denied")
    for other in (running_job(server, project, status="finished"), str(uuid.uuid4()),
                  running_job(server, project, kind="process_projectfile"),
                  running_job(server, bob.new_project(f"p{uuid.uuid4()}"))):
        assert is_error(send(worker, project, other, "a", b"x"), 403, "permission_denied")
    assert is_error(send(worker, project, job_id, "nul", b"x"), 400, "validation_error")
    answer = worker.post(f"packages/{project}/{job_id}/files/a/", files={"b": ("a", b"x")})
    assert is_error(answer, 400, "empty_content")
    unknown = str(uuid.uuid4())
    assert is_error(send(worker, unknown, job_id, "a", b"x"), 404, "object_not_found")
    foreign = bob.new_project(f"p{uuid.uuid4()}")
    assert is_error(send(worker, foreign, job_id, "a", b"x"), 403, "permission_denied")


def test_worker_tokens_end_no_others(server, ada, worker):
    assert worker.get("auth/user/").json()["username"] == "ada"
    assert server.command("user", "worker-token", "ada").returncode == 0
    for account in (ada, worker):
        assert account.get("auth/user/").status_code == 200
    done = server.command("user", "worker-token", "nobody-of-that-name")
    assert done.returncode == 1 and "no account" in done.stderr


def test_an_older_package_goes_when_a_newer_is_there(ada, server, sample):  # contract K13
    first = ada.package(sample)
    ada.uploaded(sample, "trees.gpkg", (SAMPLE / "trees.gpkg").read_bytes() + b"\0")
    ada.processed(sample)
    second = ada.package(sample, force=True)
    assert ada.latest(sample)["package_id"] == second["id"]
    assert server.database("SELECT count(*) FROM package_file WHERE job_id = ?",
                           first["id"]) == [(0,)]
    assert ada.get(f"jobs/{first['id']}/").json()["status"] == "finished"


@pytest.mark.parametrize("role", ["admin", "manager", "editor", "reporter", "reader"])
def test_every_role_may_package(ada, bob, sample, role):  # contract K12, direct roles
    ada.share(sample, "bob", role)
    assert bob.package(sample, force=True)["status"] == "finished"
    assert len(bob.latest(sample)["files"]) == 4
    assert bob.get(f"packages/{sample}/latest/files/data.gpkg/").status_code == 200


def test_old_clients_export_and_fetch(ada, bob, sample):  # contract K17
    path = f"qfield-files/export/{sample}/"
    assert is_error(ada.get(path), 400, "invalid_job")
    assert is_error(ada.get(f"qfield-files/{sample}/"), 400, "invalid_job")
    assert ada.post(path).status_code == 200
    done = until(lambda: ada.get(path).json(), lambda found: found["status"] not in (
        "STATUS_PENDING", "STATUS_BUSY"), "export")
    assert set(done) == {"status", "layers", "output"} and done["status"] == "STATUS_EXPORTED"
    assert all(layer["valid"] is True and layer["status"] == "no_error"
               for layer in done["layers"].values())
    again = ada.post(path).json()
    assert again["status"] == "STATUS_EXPORTED"
    assert len(ada.get(f"jobs/?project_id={sample}&type=package").json()) == 1
    listed = ada.get(f"qfield-files/{sample}/").json()
    assert set(listed) == {"files", "layers", "exported_at", "export_id"}
    for file in listed["files"]:
        content = ada.get(f"qfield-files/{sample}/{file['name']}/").content
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert is_error(bob.get(f"qfield-files/{sample}/"), 403, "permission_denied")


def test_old_clients_see_failures(ada, project):  # contract K17
    path = f"qfield-files/export/{project}/"
    assert is_error(ada.post(path), 400, "no_qgis_project")
    ada.uploaded(project, "broken.qgs", b"<qgis version='3.34.1-P'><projectlayers></qgis>")
    ada.post(path)
    done = until(lambda: ada.get(path).json(), lambda found: found["status"] not in (
        "STATUS_PENDING", "STATUS_BUSY"), "export")
    assert (done["status"], done["layers"]) == ("STATUS_ERROR", None)
