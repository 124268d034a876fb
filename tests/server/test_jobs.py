"""Jobs as clients see them."""

import uuid

import pytest

from support import SAMPLE, is_error

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
                 {"type": "package"}):
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
