"""Projects that do not begin empty: from a seed, or as a clone of another project."""

import json
import uuid
import xml.etree.ElementTree

import pytest

from support import SAMPLE, is_error

SWITZERLAND = "5.9,45.8,10.5,47.8"
TILES = "https://tiles.example.org/{z}/{x}/{y}.png"


def create(account, name, seed=None, files=None, **body):
    """As QField does with JSON; with files as a form."""
    if files:
        data = {"name": name, **body, **({"seed": json.dumps(seed)} if seed is not None else {})}
        return account.post("projects/", data=data, files=files)
    return account.post("projects/", json={"name": name, **body,
                                           **({"seed": seed} if seed is not None else {})})


def created(account, name, seed=None, **arguments):
    answer = create(account, name, seed, **arguments)
    assert answer.status_code == 201, answer.text
    return account.processed(answer.json()["id"])


def jobs_of(account, project_id):
    return account.get(f"jobs/?project_id={project_id}").json()


def document_of(account, project):
    text = account.download(project["id"], project["the_qgis_file_name"])
    return xml.etree.ElementTree.fromstring(text)


def extent_of(document):
    canvas = document.find("mapcanvas[@name='theMapCanvas']/extent")
    return [float(canvas.find(side).text) for side in ("xmin", "ymin", "xmax", "ymax")]


def contents(account, project_id):
    return {name: (file["md5sum"], file["sha256"], file["size"])
            for name, file in account.files(project_id).items()}


def test_seed_and_form(ada, name):  # contract R23
    form = b"PK\x03\x04 a form"
    answer = create(ada, name, {"basemap_provider": "osm", "extent": SWITZERLAND},
                    files={"xlsform_file": ("My form.XLSX", form)})
    assert answer.status_code == 201
    assert "seed" not in answer.json() and "xlsform_file" not in answer.json()
    project_id = answer.json()["id"]
    assert [job["type"] for job in jobs_of(ada, project_id)][0] == "create_project"
    seed = ada.get(f"projects/{project_id}/seed/").json()
    assert (seed["project"], seed["name"], seed["crs"]) == (project_id, name, "EPSG:3857")
    assert seed["extent"] == [5.9, 45.8, 10.5, 47.8] and seed["clone_from_project"] is None
    basemap, = seed["settings"]["basemaps"]
    assert (basemap["name"], basemap["style"]) == ("OpenStreetMap (Standard)", "standard")
    assert seed["settings"]["xlsform"] == {"show_groups_as_tabs": False}
    answer = ada.get(f"projects/{project_id}/seed/xlsform/")
    assert (answer.status_code, answer.content) == (200, form)
    assert 'filename="xlsform.xlsx"' in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    project = ada.processed(project_id)
    assert project["status"] == "ok"


@pytest.mark.parametrize("style, title", [("standard", "Standard"),
                                          ("grayscale_light", "Grayscale Light"),
                                          ("grayscale_dark", "Grayscale Dark")])
def test_seed_alone(ada, name, style, title):  # contract R24
    project = created(ada, name, {"basemap_provider": "osm", "basemap_style": style})
    seed = ada.get(f"projects/{project['id']}/seed/").json()
    assert seed["settings"]["basemaps"][0]["name"] == f"OpenStreetMap ({title})"
    assert seed["settings"]["xlsform"] is None and seed["xlsform_file"] is None
    assert seed["extent"] == [-180, -90, 180, 90]
    assert is_error(ada.get(f"projects/{project['id']}/seed/xlsform/"), 404, "object_not_found")
    assert {job["status"] for job in jobs_of(ada, project["id"])} == {"finished"}


def test_the_seeded_project_is_one_for_qgis_and_for_the_field(ada, name):
    project = created(ada, name, {"basemap_provider": "custom", "basemap_url": TILES,
                                  "extent": SWITZERLAND})
    assert (project["status"], project["the_qgis_file_name"]) == ("ok", f"{name}.qgs")
    document = document_of(ada, project)
    assert document.find("projectCrs/spatialrefsys/authid").text == "EPSG:3857"
    source = document.find("projectlayers/maplayer/datasource").text
    assert source.startswith("type=xyz&url=https%3A%2F%2Ftiles.example.org%2F%7Bz%7D")
    assert extent_of(document) == pytest.approx(
        [656784.996, 5748356.802, 1168854.653, 6073646.223], abs=0.01)
    job = next(job for job in jobs_of(ada, project["id"]) if job["type"] == "create_project")
    feedback = ada.get(f"jobs/{job['id']}/").json()["feedback"]
    assert feedback["workflow_id"] == "create_project"
    assert len(feedback["outputs"]["qgis_layers_data"]["layers_by_id"]) == 1
    assert ada.package(project["id"])["status"] == "finished"
    names = [file["name"] for file in ada.latest(project["id"])["files"]]
    assert f"{name}_qfield.qgz" in names


def test_no_basemap_is_a_project_too(ada, name):
    project = created(ada, name, {})
    assert project["status"] == "ok"
    assert document_of(ada, project).findall("projectlayers/maplayer") == []


def test_without_seed_nothing_is_made(ada, project):  # contract R25
    assert jobs_of(ada, project) == []
    assert is_error(ada.get(f"projects/{project}/seed/"), 404, "object_not_found")


@pytest.mark.parametrize("seed", [
    {"basemap_provider": "custom"}, {"basemap_provider": "custom", "basemap_url": ""},
    {"basemap_provider": "bing"}, {"basemap_style": "sepia"}, {"basemap_provider": 5},
    {"basemap_provider": "custom", "basemap_url": "file:///etc/passwd"}, [], 7, "{"])
def test_bad_seeds_store_nothing(ada, name, seed):  # contract R26
    assert is_error(create(ada, name, seed), 400, "api_error")
    answer = ada.post("projects/", data={"name": name, "seed": "no JSON"})
    assert is_error(answer, 400, "api_error")
    assert ada.get(f"projects/?owner=ada&name={name}").json() == []


@pytest.mark.parametrize("extent", ["1,2,3", "a,b,c,d", "-181,0,1,1", "0,-91,1,1", "0,0,181,1",
                                    "0,0,1,91", "2,0,1,1", "0,2,1,1", "0,0,0,0", "nan,0,1,1",
                                    "0,0,1,1,1", "0,0,inf,1", ",,,"])
def test_bad_extents_store_nothing(ada, name, extent):  # contract R27
    assert is_error(create(ada, name, {"extent": extent}), 400, "validation_error")
    assert ada.get(f"projects/?owner=ada&name={name}").json() == []


def test_a_form_needs_a_seed(ada, name):
    files = {"xlsform_file": ("a.xlsx", b"x")}
    assert is_error(create(ada, name, files=files), 400, "api_error")
    assert ada.get(f"projects/?owner=ada&name={name}").json() == []


def test_who_may_read_the_seed(ada, bob, name):
    project = created(ada, name, {})
    for path in ("seed", "seed/xlsform"):
        assert is_error(bob.get(f"projects/{project['id']}/{path}/"), 403, "permission_denied")
    ada.share(project["id"], "bob", "reader")
    assert bob.get(f"projects/{project['id']}/seed/").status_code == 200


SETTINGS = {"description": "the original", "is_public": True, "is_featured": True,
            "is_attachment_download_on_demand": True, "has_restricted_projectfiles": True,
            "overwrite_conflicts": False}


def test_a_clone_has_to_fit(server, ada, sample, name):  # contract 3.5.5
    owner = server.account(name)
    ada.post(f"collaborators/{sample}/", json={"collaborator": name, "role": "reader"})
    server.subscribe(name, storage="1000")
    answer = create(owner, "clone", clone_from_project=sample)
    assert is_error(answer, 402, "over_quota")
    assert owner.get("projects/", params={"owner": name}).json() == []
    server.subscribe(name, storage="plan")
    clone = create(owner, "clone", clone_from_project=sample)
    assert clone.status_code == 201 and owner.processed(clone.json()["id"])["status"] == "ok"


def test_clones_for_an_organization_need_its_right(server, ada, sample, name):  # contract O9
    org = server.organization("o-" + name, "ada", ("seed-member", "member"),
                              ("seed-creator", "creator"))
    for member in ("seed-member", "seed-creator"):
        ada.post(f"collaborators/{sample}/", json={"collaborator": member, "role": "reader"})
    body = {"owner": org, "clone_from_project": sample}
    assert is_error(create(server.account("seed-member"), name, **body), 403, "permission_denied")
    creator = server.account("seed-creator")
    clone = creator.processed(create(creator, name, **body).json()["id"])
    assert (clone["user_role"], clone["user_role_origin"]) == ("admin", "collaborator")


def test_a_clone_has_settings_and_files(ada, bob, sample, name):  # contract R35 J5
    ada.patch(f"projects/{sample}/", json=SETTINGS)
    answer = create(bob, name, clone_from_project=sample)
    assert answer.status_code == 201
    clone = bob.processed(answer.json()["id"])
    assert {key: clone[key] for key in SETTINGS} == SETTINGS
    assert (clone["owner"], clone["user_role"], clone["status"]) == ("bob", "admin", "ok")
    assert clone["the_qgis_file_name"] == "trees.qgs"
    seed = bob.get(f"projects/{clone['id']}/seed/").json()
    assert (seed["clone_from_project"], seed["extent"]) == (sample, None)
    assert "create_project" in [job["type"] for job in jobs_of(bob, clone["id"])]
    assert contents(bob, clone["id"]) == contents(ada, sample)
    assert clone["file_storage_bytes"] == sum(
        file["size"] for file in bob.files(clone["id"]).values())
    assert bob.download(clone["id"], "trees.gpkg") == (SAMPLE / "trees.gpkg").read_bytes()
    ada.delete(f"projects/{sample}/")
    assert bob.download(clone["id"], "zones.gpkg") == (SAMPLE / "zones.gpkg").read_bytes()
    assert bob.package(clone["id"])["status"] == "finished"


def test_the_body_beats_the_settings_of_the_source(ada, sample, name):
    ada.patch(f"projects/{sample}/", json=SETTINGS)
    clone = created(ada, name, clone_from_project=sample, description="", is_public=False,
                    overwrite_conflicts=True)
    assert (clone["description"], clone["is_public"], clone["overwrite_conflicts"]) == (
        "", False, True)
    assert clone["is_featured"] is True


def test_a_clone_takes_newest_versions_wherever_they_lie(ada, project, name):
    for text in (b"one" * 1000, b"two" * 1000, b"three" * 1000):
        ada.uploaded(project, "a.txt", text)
    newest = ada.files(project)["a.txt"]["versions"][0]["version_id"]
    ada.delete(f"files/{project}/a.txt/?version={newest}")
    clone = created(ada, name, clone_from_project=project)
    assert ada.download(clone["id"], "a.txt") == b"two" * 1000
    assert len(ada.files(clone["id"])["a.txt"]["versions"]) == 1
    assert clone["status"] == "failed"  # as every project without project file


def test_a_clone_may_look_elsewhere(ada, sample, name):  # contract R36
    clone = created(ada, name, {"extent": "7.43,46.94,7.45,46.96"}, clone_from_project=sample)
    seed = ada.get(f"projects/{clone['id']}/seed/").json()
    assert seed["extent"] == [7.43, 46.94, 7.45, 46.96]
    west, south, east, north = extent_of(document_of(ada, clone))
    assert 2_599_000 < west < east < 2_601_000 and 1_198_000 < south < north < 1_201_500
    before, after = contents(ada, sample), contents(ada, clone["id"])
    assert {key for key in before if before[key] != after[key]} == {"trees.qgs"}
    assert clone["status"] == "ok"


@pytest.mark.parametrize("seed", [{}, {"basemap_provider": "osm"},
                                  {"extent": SWITZERLAND, "basemap_provider": "osm"}])
def test_the_seed_of_a_clone_is_its_extent(ada, sample, name, seed):  # contract R36
    assert is_error(create(ada, name, seed, clone_from_project=sample), 400, "api_error")
    assert ada.get(f"projects/?owner=ada&name={name}").json() == []


def test_a_clone_needs_a_name_of_its_own(ada, sample):  # contract R37
    taken = ada.project(sample)["name"]
    answer = create(ada, taken, clone_from_project=sample)
    assert is_error(answer, 400, "project_already_exists")
    assert "already owns a project with the same name" in answer.json()["message"]


def test_what_can_be_cloned(server, name):  # contract R38
    owner = server.account(name)
    shared = owner.new_project("shared_datasets")
    answer = create(owner, "no", clone_from_project=shared)
    assert is_error(answer, 400, "not_cloneable_project")
    assert is_error(create(owner, "no", clone_from_project=str(uuid.uuid4())), 404,
                    "object_not_found")
    assert is_error(create(owner, "no", clone_from_project="pizza"), 400, "api_error")
    assert owner.get("projects/?name=no").json() == []
    template = owner.new_project("template", project_type="template")
    owner.upload_sample(template)
    clone = created(owner, "of-template", clone_from_project=template)
    assert clone["project_type"] == "regular" and clone["can_repackage"] is True
    assert contents(owner, clone["id"]) == contents(owner, template)


def test_who_may_clone(ada, bob, stranger, sample, name):
    assert is_error(create(bob, name, clone_from_project=sample), 403, "permission_denied")
    ada.share(sample, "bob", "reader")
    created(bob, name, clone_from_project=sample)
    ada.patch(f"projects/{sample}/", json={"is_public": True})
    created(stranger, name, clone_from_project=sample)


def test_a_shared_datasets_project_gets_no_project_file(server, sample, ada, name):
    ada.patch(f"projects/{sample}/", json={"is_public": True})
    owner = server.account(name)
    for arguments in ({"clone_from_project": sample}, {"seed": {}}):
        assert is_error(create(owner, "Shared_Datasets", **arguments), 400,
                        "qgis_project_file_not_allowed")
