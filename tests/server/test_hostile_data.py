"""Bad contents: deltafiles, project files, GeoPackages that mean harm or are damaged."""

import io
import json
import pathlib
import sqlite3
import zipfile

import pytest

from changes import OAK, patch
from support import deltafile, is_error

MEGABYTE = 1 << 20


@pytest.fixture(autouse=True)
def lives_on(server, ada):
    """After every test of this file the server still works."""
    yield
    assert server.is_alive()
    assert ada.get("status/").json()["database"] == "ok"


# --- deltafiles

def without(document, key):
    return {name: value for name, value in document.items() if name != key}


BROKEN = {
    "not JSON": lambda project: b"delta",
    "not UTF-8": lambda project: b'{"version": "\xff\xff"}',
    "an array": lambda project: b"[]",
    "nothing": lambda project: b"",
    "deep": lambda project: b'{"version":' + b"[" * 200_000,
    "deep in a delta": lambda project: json.dumps(deltafile(project, patch(OAK, {"species": "@"})))
    .replace('"@"', "[" * 5000 + "]" * 5000).encode(),
    "no deltas": lambda project: without(deltafile(project), "deltas"),      # contract D5
    "no id": lambda project: without(deltafile(project), "id"),
    "no version": lambda project: without(deltafile(project), "version"),
    "no project": lambda project: without(deltafile(project), "project"),
    "other version": lambda project: {**deltafile(project), "version": "2.0"},
    "number as version": lambda project: {**deltafile(project), "version": 1.0},
    "deltas no array": lambda project: {**deltafile(project), "deltas": {}},
    "delta no object": lambda project: deltafile(project, "x"),
    "delta without uuid": lambda project: deltafile(project, without(patch(OAK, {}), "uuid")),
    "delta without method": lambda project: deltafile(project, without(patch(OAK, {}), "method")),
    "unknown method": lambda project: deltafile(project, {**patch(OAK, {}), "method": "merge"}),
    "uuid is none": lambda project: deltafile(project, {**patch(OAK, {}), "uuid": "x"}),
    "number as key": lambda project: deltafile(project, {**patch(OAK, {}), "localPk": 1}),
    "old is a list": lambda project: deltafile(project, {**patch(OAK, {}), "old": []}),
    "id is no uuid": lambda project: {**deltafile(project), "id": "../../x"},
}


@pytest.mark.parametrize("kind", BROKEN)
def test_malformed_deltafiles(ada, sample, kind):  # contract D5 D6
    answer = ada.send(sample, BROKEN[kind](sample))
    assert is_error(answer, 400, "invalid_deltafile")
    assert ada.get(f"deltas/{sample}/").json() == []


@pytest.mark.parametrize("new", [
    {"geometry": "Point (1"}, {"geometry": "POINT (" + "(" * 10_000}, {"geometry": "x" * 100_000},
    {"geometry": "Polygon ((" + "0 0," * 200_000 + "0 0))"}, {"geometry": ""},
    {"geometry": "GeometryCollection (" * 2000}, {"geometry": "Point (1e999 -1e999)"},
    {"attributes": {"species": "x" * 1_000_000}}, {"attributes": {"height": "tall"}},
    {"attributes": {"no such field": 1}}, {"attributes": {'species"; DROP TABLE trees; --': 1}},
    {"attributes": {"fid": "not a number"}}, {"attributes": {"fid": 2}}, {"attributes": {}},
])
def test_strange_changes_end_in_a_state_and_harm_nothing(ada, sample, tmp_path, new):
    change = {"attributes": {}, **new}
    strange = {**patch(OAK, {}), "new": change}
    statuses = ada.statuses(sample, strange, patch({**OAK, "fid": 2}, {"height": 99.5}))
    assert statuses[0] in ("STATUS_APPLIED", "STATUS_NOT_APPLIED", "STATUS_ERROR")
    rows = ada.rows(sample, tmp_path)
    assert len(rows) == 12
    assert statuses[1] == "STATUS_APPLIED" and 99.5 in [row["height"] for row, _ in rows.values()]


# --- project files

def zip_bomb():
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a.qgs", "w", force_zip64=True) as entry:
            entry.write(b"<qgis version='3.34.0-x'>")
            for _ in range(1024):
                entry.write(b" " * MEGABYTE)
    return memory.getvalue()


LAUGHS = (b'<!DOCTYPE qgis [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (ord("b") + n, b"&%c;" % (ord("a") + n) * 10) for n in range(9))
    + b"]><qgis version='3.34.0-x'>&j;</qgis>")
EXTERNAL = (b'<!DOCTYPE qgis [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
            b"<qgis version='3.34.0-x'><title>&e;</title><projectlayers/></qgis>")


def layer(source, provider="ogr"):
    return (f"<qgis version='3.34.0-x'><projectlayers><maplayer type='vector' geometry='Point'>"
            f"<id>l</id><datasource>{source}</datasource><layername>l</layername>"
            f"<provider>{provider}</provider></maplayer></projectlayers></qgis>").encode()


@pytest.mark.parametrize("name, content", [
    ("a.qgz", zip_bomb), ("a.qgs", lambda: LAUGHS), ("a.qgs", lambda: EXTERNAL),
    ("a.qgs", lambda: b"<qgis version='3.34.0-x'>" + b"<a>" * 300_000),
    ("a.qgs", lambda: layer("/etc/passwd")), ("a.qgs", lambda: layer("../../../../etc/passwd")),
    ("a.qgs", lambda: layer("./a.qgs|layername=x")), ("a.qgs", lambda: layer("/vsicurl/http://x/")),
    ("a.qgs", lambda: layer("dbname='x' host=127.0.0.1 port=1", "postgres")),
])
def test_hostile_project_files(server, ada, project, name, content):
    answer = ada.upload(project, name, content())
    assert answer.status_code in (201, 400), answer.text
    if answer.status_code == 400:
        assert is_error(answer, 400, "invalid_qgis_project_file")
        return
    ada.processed(project)
    job = ada.package(project)
    assert "root:" not in json.dumps(job)
    if job["status"] == "finished":
        for file in ada.latest(project)["files"]:
            assert file["name"] != "passwd"
            packaged = ada.get(f"packages/{project}/latest/files/{file['name']}/").content
            assert b"root:x:" not in packaged


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 5000, b"x" * 10_000])
def test_damaged_geopackages(ada, sample, content):
    ada.uploaded(sample, "trees.gpkg", content)
    ada.processed(sample)
    assert ada.statuses(sample, patch(OAK, {"height": 1.0}))[0] in ("STATUS_NOT_APPLIED",
                                                                    "STATUS_ERROR")
    assert ada.download(sample, "trees.gpkg") == content
    assert ada.package(sample)["status"] in ("finished", "failed")


def test_triggers_of_an_uploaded_geopackage_reach_no_other_file(server, ada, sample, tmp_path):
    path = tmp_path / "trees.gpkg"
    path.write_bytes(ada.download(sample, "trees.gpkg"))
    with sqlite3.connect(path) as db:
        db.execute("CREATE TRIGGER evil AFTER UPDATE OF height ON trees BEGIN"
                   " SELECT load_extension('/tmp/evil'); SELECT writefile('/tmp/evil-x', 'x'); END")
    ada.uploaded(sample, "trees.gpkg", path.read_bytes())
    ada.processed(sample)
    assert ada.statuses(sample, patch(OAK, {"height": 1.0}))[0] in ("STATUS_NOT_APPLIED",
                                                                    "STATUS_ERROR")
    assert not pathlib.Path("/tmp/evil-x").exists()
