"""Jobs as clients see them."""

import sqlite3
import uuid

import pytest

from changes import OAK, patch
from support import SAMPLE, is_error, until

KEYS = {"id", "created_at", "created_by", "finished_at", "project_id", "started_at", "status",
        "type", "updated_at"}


def test_a_job_has_every_key(ada, sample):
    answer = ada.post("jobs/", json={"project_id": sample, "type": "package"})
    assert answer.status_code == 201
    assert set(answer.json()) == KEYS | {"feedback", "output"}
    job = ada.finished_job(answer.json()["id"])
    assert (job["status"], job["type"], job["project_id"]) == ("finished", "package", sample)
    assert isinstance(job["created_by"], int)
    assert job["created_at"] <= job["started_at"] <= job["finished_at"]


def test_lists_leave_out_feedback_and_output(ada, sample):
    job = ada.package(sample)
    listed = ada.get(f"jobs/?project_id={sample}").json()
    assert listed[-1]["id"] == job["id"]  # the newest job comes last
    assert all(set(one) == KEYS for one in listed)


def test_the_list_filters_by_type_and_pages(ada, sample):
    ada.package(sample)
    types = {job["type"] for job in ada.get(f"jobs/?project_id={sample}").json()}
    assert types == {"process_projectfile", "package"}
    answer = ada.get(f"jobs/?project_id={sample}&type=package&limit=20&offset=0")
    assert [job["type"] for job in answer.json()] == ["package"]
    assert answer.headers["X-Total-Count"] == "1"


def test_feedback_of_a_package_job(ada, sample):
    feedback = ada.package(sample)["feedback"]
    assert feedback["workflow_id"] == "package_project"
    assert feedback["feedback_version"] in ("2.0", "3.0")
    assert feedback["container_exit_code"] == 0 and "error" not in feedback
    layers = feedback["outputs"]["qgis_layers_data"]["layers_by_id"]
    assert {layer["name"] for layer in layers.values()} == {"Trees", "Inspections", "Zones"}
    assert set(feedback["outputs"]["qfield_layer_data"]["layers_by_id"]) == set(layers)
    assert all(step["stage"] == 2 for step in feedback["steps"])


def test_feedback_of_processing_has_the_project_details(ada, sample):  # contract J3
    job = next(job for job in ada.get(f"jobs/?project_id={sample}").json()
               if job["type"] == "process_projectfile")
    feedback = ada.get(f"jobs/{job['id']}/").json()["feedback"]
    details = feedback["outputs"]["project_details"]["project_details"]
    assert (details["crs"], details["attachment_dirs"]) == ("EPSG:2056", ["DCIM"])
    assert details["qgis_version"].startswith("3.34.15")
    assert len(details["layers_by_id"]) == 3


@pytest.mark.parametrize("role, status", [("admin", 201), ("manager", 201), ("editor", 201),
                                          ("reporter", 201), ("reader", 403)])
def test_who_may_process_the_project_file(ada, bob, sample, role, status):  # contract J1 J2
    ada.share(sample, "bob", role)
    answer = bob.post("jobs/", json={"project_id": sample, "type": "process_projectfile"})
    assert answer.status_code == status
    if status == 201:
        job = bob.finished_job(answer.json()["id"])
        assert job["status"] == "finished"
        assert bob.get(f"jobs/?project_id={sample}").json()[-1]["id"] == job["id"]


def test_bad_requests(ada, bob, project, sample):
    assert is_error(ada.get("jobs/"), 404, "object_not_found")
    assert is_error(ada.get(f"jobs/?project_id={uuid.uuid4()}"), 404, "object_not_found")
    assert is_error(ada.get("jobs/?project_id=pizza"), 400, "validation_error")
    assert is_error(ada.get("jobs/pizza/"), 400, "validation_error")
    assert is_error(ada.get(f"jobs/{uuid.uuid4()}/"), 403, "permission_denied")
    for body in ({"project_id": sample}, {"project_id": sample, "type": "bake"},
                 {"project_id": sample, "type": "create_project"}, {"type": "package"}):
        assert is_error(ada.post("jobs/", json=body), 400, "api_error")
    answer = ada.post("jobs/", json={"project_id": str(uuid.uuid4()), "type": "package"})
    assert is_error(answer, 404, "object_not_found")
    answer = bob.post("jobs/", json={"project_id": sample, "type": "process_projectfile"})
    assert is_error(answer, 403, "permission_denied")
    job = ada.package(sample)
    assert is_error(bob.get(f"jobs/{job['id']}/"), 403, "permission_denied")


def test_uploads_of_the_project_file_do_not_pile_up_jobs(ada, project):  # contract F45
    text = (SAMPLE / "trees.qgs").read_bytes()
    for number in range(10):
        ada.uploaded(project, "trees.qgs", text + b"\n" * number)
    unfinished = [job for job in ada.get(f"jobs/?project_id={project}").json()
                  if job["status"] not in ("finished", "failed")]
    assert len(unfinished) <= 1
    assert ada.processed(project)["status"] == "ok"


def test_attachments_start_no_job(ada, sample):
    before = len(ada.get(f"jobs/?project_id={sample}").json())
    ada.uploaded(sample, "DCIM/new.jpg", b"jpeg")
    assert len(ada.get(f"jobs/?project_id={sample}").json()) == before
    ada.uploaded(sample, "notes.txt", b"data file")
    assert len(ada.get(f"jobs/?project_id={sample}").json()) == before + 1
    ada.processed(sample)


STEPS = {
    "package": ["start_qgis_app", "download_project_directory", "qgis_layers_data",
                "package_project", "qfield_layer_data", "stop_qgis_app",
                "upload_packaged_project"],
    "process_projectfile": ["start_qgis_app", "download_project_directory",
                            "project_validity_check", "opening_check", "project_details",
                            "stop_qgis_app"],
    "delta_apply": ["start_qgis_app", "download_project_directory", "apply_deltas",
                    "stop_qgis_app", "upload_project_directory"]}
LAYER_KEYS = {
    "id", "name", "crs", "wkb_type", "wkb_type_name", "geom_type", "geom_type_name", "qfs_action",
    "qfs_cloud_action", "qfs_is_geometry_locked", "qfs_photo_naming", "qfc_source_data_pk_name",
    "qfs_unsupported_source_pk", "is_valid", "is_localized", "datasource", "type", "type_name",
    "error_code", "error_summary", "error_message", "filename", "provider_name",
    "provider_error_summary", "provider_error_message"}
DETAIL_KEYS = {"background_color", "extent", "area_of_interest", "crs", "project_name",
               "layers_by_id", "ordered_layer_ids", "attachment_dirs", "data_dirs", "qgis_version"}
ERROR_KEYS = {"error", "error_type", "error_class", "error_stack", "error_origin"}


def test_every_feedback_document(ada, sample):  # contract 3.10.5
    ada.package(sample)
    ada.push(sample, patch(OAK, {"height": 2.0}))
    seen = {}
    for listed in ada.get(f"jobs/?project_id={sample}").json():
        job = ada.finished_job(listed["id"])
        seen[job["type"]] = job["feedback"]
    assert set(seen) == set(STEPS)
    for kind, feedback in seen.items():
        assert [step["id"] for step in feedback["steps"]] == STEPS[kind]
        assert all(set(step) == {"id", "name", "stage", "returns"} and step["stage"] == 2
                   for step in feedback["steps"])
        assert feedback["container_exit_code"] == 0 and not ERROR_KEYS & set(feedback)
        assert feedback["feedback_version"] == "2.0" and feedback["workflow_version"]
    assert [seen[kind]["workflow_id"] for kind in STEPS] == [
        "package_project", "process_projectfile", "apply_changes"]
    details = seen["process_projectfile"]["outputs"]["project_details"]["project_details"]
    assert set(details) == DETAIL_KEYS
    for layers in (details["layers_by_id"],
                   seen["package"]["outputs"]["qgis_layers_data"]["layers_by_id"],
                   seen["package"]["outputs"]["qfield_layer_data"]["layers_by_id"]):
        assert all(set(layer) >= LAYER_KEYS for layer in layers.values())
    applied, = seen["delta_apply"]["outputs"]["apply_deltas"]["delta_feedback"]
    assert applied["status"] == "status_applied"


def test_feedback_of_a_failure(ada, project):
    job = ada.package(project, force=1)
    feedback = job["feedback"]
    assert ERROR_KEYS <= set(feedback) and isinstance(feedback["error_stack"], str)
    assert (feedback["error_type"], feedback["container_exit_code"]) == ("FILE_NOT_FOUND", 1)
    assert [step["stage"] for step in feedback["steps"]] == [2, 2, 1, 0, 0, 0, 0]


def test_the_log_of_an_old_job_is_dropped(new_server):
    server = new_server(config="keep_job_output_days = 1\n")
    ada = server.account("ada")
    project = ada.new_project("p")
    ada.upload_sample(project)
    old, new = ada.package(project), ada.package(project, force=1)
    assert old["output"] and new["output"]
    server.stop()
    server.database("UPDATE job SET finished_at = finished_at - 90000000000 WHERE id = ?",
                    old["id"])
    server.start()
    until(lambda: ada.get(f"jobs/{old['id']}/").json(), lambda job: job["output"] is None,
          "dropping the log")
    assert ada.get(f"jobs/{old['id']}/").json()["feedback"] == old["feedback"]
    assert ada.get(f"jobs/{new['id']}/").json()["output"] == new["output"]


def with_many_trees(path, count):
    """The sample's data with as many more trees; their index is made when they are packaged."""
    path.write_bytes((SAMPLE / "trees.gpkg").read_bytes())
    with sqlite3.connect(path) as db:
        for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                   " INSERT INTO trees (geom, species)"
                   " SELECT (SELECT geom FROM trees LIMIT 1), i FROM n", (count,))
    return path.read_bytes()


def test_packaging_ends_in_time(new_server, tmp_path):
    server = new_server(config="job_timeout_seconds = 1\n")
    ada = server.account("ada")
    project = ada.new_project("p")
    ada.uploaded(project, "trees.gpkg", with_many_trees(tmp_path / "trees.gpkg", 2_000_000))
    ada.uploaded(project, "trees.qgs", (SAMPLE / "trees.qgs").read_bytes())
    ada.processed(project)
    job = ada.package(project)
    assert job["status"] == "failed"
    feedback = job["feedback"]
    assert (feedback["error_type"], feedback["container_exit_code"],
            feedback["error_timeout"]) == ("TIMEOUT", -1, True)
    assert is_error(ada.get(f"packages/{project}/latest/"), 400, "invalid_job")


def test_jobs_that_a_killed_server_left_are_done(new_server):  # no job stays unfinished
    server = new_server()
    ada = server.account("ada")
    project = ada.new_project("p")
    ada.upload_sample(project)
    server.stop()
    for number, status in enumerate(("started", "queued")):
        server.database(
            "INSERT INTO job (id, project_id, type, status, created_at, updated_at)"
            " VALUES (?, ?, 'package', ?, 1, 1)", str(uuid.UUID(int=number)), project, status)
    server.start()
    for number in range(2):
        assert ada.finished_job(str(uuid.UUID(int=number)))["status"] == "finished"
