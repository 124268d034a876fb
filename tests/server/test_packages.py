"""Packaging: what is in a package, when a new one is needed, what clients require of it."""

import datetime
import hashlib
import pathlib
import sqlite3
import uuid
import zipfile

import pytest

import gpkg_check
from changes import INSPECTIONS, TREES, ZONES, OAK, patch
from device import Device, read_layers
from support import SAMPLE, etag_of, is_error

ZONES_SOURCE = "./zones.gpkg|layername=zones"
FILE_KEYS = {"name", "size", "uploaded_at", "is_attachment", "md5sum", "last_modified", "sha256"}


def fetch(account, project_id, folder):
    """Downloads the whole package; returns what packages/latest/ said."""
    latest = account.latest(project_id)
    for file in latest["files"]:
        answer = account.get(f"packages/{project_id}/latest/files/{file['name']}/")
        assert answer.status_code == 200, answer.text
        target = pathlib.Path(folder) / file["name"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(answer.content)
        assert len(answer.content) == file["size"]
        assert etag_of(answer.content) == file["md5sum"]
        assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
        assert answer.headers["ETag"] == f'"{file["md5sum"]}"'
    return latest


def test_a_package_has_what_qfield_requires(ada, sample, tmp_path):  # contract K1 K2 K3 K6 K14
    before = datetime.datetime.now(datetime.timezone.utc)
    job = ada.package(sample)
    assert job["status"] == "finished"
    latest = fetch(ada, sample, tmp_path)
    assert {file["name"] for file in latest["files"]} == {
        "data.gpkg", "trees_qfield.qgz", "zones.gpkg", "DCIM/tree_1.jpg"}
    assert all(set(file) >= FILE_KEYS and "versions" not in file for file in latest["files"])
    attachments = [file["name"] for file in latest["files"] if file["is_attachment"]]
    assert attachments == ["DCIM/tree_1.jpg"]
    assert (latest["status"], latest["package_id"]) == ("finished", job["id"])
    packaged = datetime.datetime.fromisoformat(latest["packaged_at"])
    assert before <= packaged <= datetime.datetime.now(datetime.timezone.utc)
    assert set(latest["layers"]) == {TREES, INSPECTIONS, ZONES}
    for layer in latest["layers"].values():
        assert (layer["is_valid"], layer["error_code"], layer["is_localized"]) == (
            True, "no_error", False)


def test_the_packaged_project_is_what_a_device_needs(ada, sample, tmp_path):
    ada.package(sample)
    latest = fetch(ada, sample, tmp_path)
    with zipfile.ZipFile(tmp_path / "trees_qfield.qgz") as archive:
        assert "trees_qfield.qgs" in archive.namelist()
        assert b'name="theMapCanvas"' in archive.read("trees_qfield.qgs")
    layers = {layer.id: layer for layer in read_layers(tmp_path / "trees_qfield.qgz")}
    assert layers[TREES].file == layers[INSPECTIONS].file == "data.gpkg"
    assert layers[ZONES].file == "zones.gpkg" and layers[ZONES].read_only
    assert layers[TREES].properties["QFieldSync/sourceDataPrimaryKeys"] == "fid"
    assert layers[TREES].properties["remoteLayerId"] == TREES
    device = Device("phone", tmp_path, latest["package_id"])
    rows = device.rows(TREES)
    assert {key: rows["1"]["attributes"][key] for key in OAK} == OAK
    assert len(rows) == 12 and rows["1"]["attributes"]["fid_1"] == 1
    assert gpkg_check.problems_of(tmp_path / "data.gpkg") == []
    assert (tmp_path / "zones.gpkg").read_bytes() == (SAMPLE / "zones.gpkg").read_bytes()
    with sqlite3.connect(tmp_path / "data.gpkg") as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] != "wal"


def test_the_same_input_gives_the_same_package(ada, sample):
    ada.package(sample)
    first = {file["name"]: file["md5sum"] for file in ada.latest(sample)["files"]}
    job = ada.package(sample, force=True)
    second = ada.latest(sample)
    assert second["package_id"] == job["id"]
    assert {file["name"]: file["md5sum"] for file in second["files"]} == first


def test_needs_repackaging_follows_the_data(ada, sample):  # contract K9
    assert ada.project(sample)["needs_repackaging"] is True
    ada.package(sample)
    packaged = ada.project(sample)
    assert packaged["needs_repackaging"] is False and packaged["data_last_packaged_at"]
    ada.uploaded(sample, "notes.txt", b"something else")
    ada.processed(sample)
    assert ada.project(sample)["needs_repackaging"] is True
    ada.package(sample)
    assert ada.project(sample)["needs_repackaging"] is False
    assert ada.statuses(sample, patch(OAK, {"height": 13.0})) == ["STATUS_APPLIED"]
    assert ada.project(sample)["needs_repackaging"] is True
    ada.package(sample)
    assert ada.delete(f"files/{sample}/notes.txt/").status_code == 204
    assert ada.project(sample)["needs_repackaging"] is True


def test_a_package_satisfies_everybody(ada, bob, sample):  # contract K12 K15
    ada.share(sample, "bob", "reader")
    job = bob.package(sample)
    assert ada.project(sample)["needs_repackaging"] is False
    assert ada.latest(sample)["package_id"] == job["id"]


def test_new_attachments_belong_to_the_old_package(ada, sample):
    ada.package(sample)
    ada.uploaded(sample, "DCIM/later.jpg", b"later")
    files = {file["name"]: file for file in ada.latest(sample)["files"]}
    assert files["DCIM/later.jpg"]["is_attachment"] is True
    answer = ada.get(f"packages/{sample}/latest/files/DCIM/later.jpg/")
    assert answer.content == b"later"


def test_missing_sources_are_reported_and_the_rest_is_packaged(ada, project):  # contract K3
    ada.upload_sample(project, only=["trees.gpkg", "trees.qgs"])
    job = ada.package(project)
    assert job["status"] == "finished"
    layers = ada.latest(project)["layers"]
    assert layers[TREES]["is_valid"] is True
    assert layers[ZONES]["is_valid"] is False and layers[ZONES]["error_code"] != "no_error"


def test_no_package_without_project_file(ada, project):  # contract K4 K5
    answer = ada.post("jobs/", json={"project_id": project, "type": "package"})
    assert is_error(answer, 400, "no_qgis_project")
    assert is_error(ada.get(f"packages/{project}/latest/"), 400, "invalid_job")
    assert is_error(ada.get(f"packages/{project}/latest/files/data.gpkg/"), 400, "invalid_job")


def test_a_forced_job_without_project_file_fails(ada, project):
    assert ada.package(project, force=1)["status"] == "failed"


def test_a_project_that_cannot_be_read_fails(ada, project):  # contract K7
    ada.uploaded(project, "broken.qgs",
                 b"<qgis version='3.34.1-Prizren'><projectlayers></qgis>")
    answer = ada.post("jobs/", json={"project_id": project, "type": "package"})
    assert answer.status_code == 201
    job = ada.finished_job(answer.json()["id"])
    assert job["status"] == "failed"
    assert job["feedback"]["error"] and job["feedback"]["error_origin"] in ("container",
                                                                            "worker_wrapper")
    assert ada.project(project)["status"] == "failed"
    assert is_error(ada.get(f"packages/{project}/latest/"), 400, "invalid_job")


def test_a_failed_job_leaves_the_old_package(ada, sample):
    job = ada.package(sample)
    ada.uploaded(sample, "trees.qgs", b"<qgis version='3.34.1-Prizren'><projectlayers></qgis>")
    ada.processed(sample)
    assert ada.package(sample)["status"] == "failed"
    assert ada.latest(sample)["package_id"] == job["id"]
    assert ada.get(f"packages/{sample}/latest/files/data.gpkg/").status_code == 200


def test_a_second_request_joins_the_running_job(ada, sample):  # contract K8
    first = ada.post("jobs/", json={"project_id": sample, "type": "package"})
    second = ada.post("jobs/", json={"project_id": sample, "type": "package"})
    assert first.status_code == 201
    assert second.status_code in (200, 201)  # 201 when the first one was finished already
    assert (second.json()["id"] == first.json()["id"]) == (second.status_code == 200)


def test_unknown_names_and_projects(ada, bob, sample):
    ada.package(sample)
    assert is_error(ada.get(f"packages/{sample}/latest/files/nothing.gpkg/"), 404,
                    "object_not_found")
    assert is_error(ada.get(f"packages/{uuid.uuid4()}/latest/"), 404, "object_not_found")
    assert is_error(bob.get(f"packages/{sample}/latest/"), 403, "permission_denied")
    assert is_error(bob.get(f"packages/{sample}/latest/files/data.gpkg/"), 403,
                    "permission_denied")


def test_names_with_blanks_can_be_packaged(ada, project, tmp_path):  # contract K11
    text = (SAMPLE / "trees.qgs").read_text().replace("./trees.gpkg", "./my data/trees 1.gpkg")
    ada.uploaded(project, "my data/trees 1.gpkg", (SAMPLE / "trees.gpkg").read_bytes())
    ada.uploaded(project, "zones.gpkg", (SAMPLE / "zones.gpkg").read_bytes())
    ada.uploaded(project, "street trees.qgs", text.encode())
    ada.processed(project)
    assert ada.package(project)["status"] == "finished"
    latest = fetch(ada, project, tmp_path)
    assert "street trees_qfield.qgz" in {file["name"] for file in latest["files"]}
    assert latest["layers"][TREES]["is_valid"] is True


@pytest.mark.parametrize("header, status", [("bytes=0-99", 206), ("bytes=100-", 206),
                                            ("bytes=-5", 416)])
def test_package_files_have_ranges(ada, sample, header, status):
    ada.package(sample)
    path = f"packages/{sample}/latest/files/data.gpkg/"
    whole = ada.get(path).content
    answer = ada.get(path, headers={"Range": header})
    assert answer.status_code == status
    if status == 206:
        start = int(header[6:].split("-")[0])
        assert whole[start:start + len(answer.content)] == answer.content


def test_an_unchanged_package_file_is_not_sent_again(ada, sample):
    ada.package(sample)
    tag = next(file["md5sum"] for file in ada.latest(sample)["files"]
               if file["name"] == "data.gpkg")
    answer = ada.get(f"packages/{sample}/latest/files/data.gpkg/", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


def with_zones_from(account, project_id, source, provider="ogr"):
    """The sample with another source for its layer of zones."""
    text = (SAMPLE / "trees.qgs").read_text()
    assert text.count(f"<datasource>{ZONES_SOURCE}</datasource>") == 1
    before, after = text.split(f"<datasource>{ZONES_SOURCE}</datasource>")
    after = after.replace('<provider encoding="UTF-8">ogr<', f'<provider encoding="">{provider}<')
    account.uploaded(project_id, "trees.gpkg", (SAMPLE / "trees.gpkg").read_bytes())
    account.uploaded(project_id, "trees.qgs",
                     f"{before}<datasource>{source}</datasource>{after}".encode())
    account.processed(project_id)
    assert account.package(project_id)["status"] == "finished"
    return account.latest(project_id)["layers"][ZONES]


def test_online_layers_always_need_repackaging(ada, project):  # contract K10
    with_zones_from(ada, project, "dbname='gis' host=db.example.org user='u' password='secret'"
                    " key='id' table=\"public\".\"zones\" (geom)", "postgres")
    assert ada.project(project)["needs_repackaging"] is True
    latest = ada.get(f"packages/{project}/latest/")
    assert latest.status_code == 200 and "secret" not in latest.text


def test_localized_layers_are_marked(ada, project):  # contract J3 J4
    layer = with_zones_from(ada, project, "localized:zones.gpkg|layername=zones")
    assert (layer["is_valid"], layer["is_localized"]) == (False, True)
    assert (layer["error_code"], layer["filename"]) == ("localized_dataprovider", "zones.gpkg")


def test_packages_leave_out_what_no_layer_uses(ada, sample):
    ada.uploaded(sample, "notes.txt", b"not for the field")
    ada.processed(sample)
    ada.package(sample)
    names = {file["name"] for file in ada.latest(sample)["files"]}
    assert "notes.txt" not in names and "trees.gpkg" not in names
