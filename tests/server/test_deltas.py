"""Deltafiles: intake, application, what is listed."""

import json
import sqlite3
import uuid

import pytest

from changes import INSPECTIONS, LIME, MAPLE, OAK, PHONE, TABLET, TREES, create, delete, patch
from support import deltafile, is_error

KEYS = {"id", "deltafile_id", "created_by", "created_at", "updated_at", "status", "output",
        "last_status", "last_feedback", "content"}
FEEDBACK_KEYS = {"msg", "status", "e_type", "delta_file_id", "layer_id", "delta_index", "delta_id",
                 "feature_pk", "modified_pk", "conflicts", "provider_errors", "method"}


def species(rows):
    return {key: attributes["species"] for key, (attributes, _) in rows.items()}


def test_a_patch_reaches_the_source(ada, sample, tmp_path):  # contract D1
    delta = patch(OAK, {"height": 12.25, "species": "red oak"}, geometry="Point (2600011 1199721)")
    found, = ada.push(sample, delta)
    assert set(found) == KEYS
    assert (found["id"], found["created_by"]) == (delta["uuid"], "ada")
    assert (found["status"], found["last_status"]) == ("STATUS_APPLIED", "applied")
    assert found["content"] == delta
    assert set(found["last_feedback"]) == FEEDBACK_KEYS
    assert found["last_feedback"]["status"] == "status_applied"
    assert found["last_feedback"]["modified_pk"] == 1
    assert isinstance(found["output"], str)
    attributes, wkt = ada.rows(sample, tmp_path)[1]
    assert (attributes["height"], attributes["species"]) == (12.25, "red oak")
    assert wkt == "POINT (2600011 1199721)"
    assert attributes["photo"] == OAK["photo"]


def test_the_push_answers_200_with_an_empty_body(ada, sample):
    answer = ada.send(sample, deltafile(sample, patch(OAK, {"height": 1.0})))
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_list_of_a_file_is_never_empty_after_its_push(ada, sample):
    document = deltafile(sample, patch(OAK, {"height": 1.0}))
    ada.send(sample, document)
    assert len(ada.get(f"deltas/{sample}/{document['id']}/").json()) == 1


def test_every_method_makes_a_new_version(ada, sample, tmp_path):  # contract D11
    before = len(ada.files(sample)["trees.gpkg"]["versions"])
    assert ada.statuses(sample, create({"species": "yew"}), patch(OAK, {"healthy": False}),
                        delete(LIME)) == ["STATUS_APPLIED"] * 3
    rows = ada.rows(sample, tmp_path)
    assert 2 not in rows and len(rows) == 12
    assert rows[1][0]["healthy"] is False
    assert sorted(species(rows).values())[-1] == "yew"
    assert len(ada.files(sample)["trees.gpkg"]["versions"]) == before + 1


def test_the_stamps_of_the_project_follow(ada, sample):
    before = ada.project(sample)["data_last_updated_at"]
    ada.push(sample, delete({"fid": 9999, "species": "none"}))
    assert ada.project(sample)["data_last_updated_at"] == before
    ada.push(sample, patch(OAK, {"height": 1.0}))
    assert ada.project(sample)["data_last_updated_at"] > before


def test_without_source_layer_the_local_one_counts(ada, sample):  # contract D2
    delta = patch(OAK, {"height": 2.0})
    delta["sourceLayerId"] = ""
    assert ada.statuses(sample, delta) == ["STATUS_APPLIED"]


def test_zero_characters_are_stripped(ada, sample, tmp_path):  # contract D3
    assert ada.statuses(sample, patch(OAK, {"species": "o\u0000ak\u0000!"})) == ["STATUS_APPLIED"]
    assert ada.rows(sample, tmp_path)[1][0]["species"] == "oak!"


def test_missing_layers_and_features_are_not_applied(ada, sample, tmp_path):  # contract D4
    before = ada.download(sample, "trees.gpkg")
    gone = patch({**OAK, "fid": 4711}, {"height": 1.0})
    found = ada.push(sample, gone, patch(OAK, {"height": 1.0}, layer="no_such_layer"))
    assert [one["status"] for one in found] == ["STATUS_NOT_APPLIED"] * 2
    assert found[0]["last_feedback"]["msg"] == "Unable to find feature"
    assert found[1]["last_feedback"]["msg"] == 'No layer with id "no_such_layer"'
    assert found[1]["last_feedback"]["modified_pk"] is None
    assert ada.download(sample, "trees.gpkg") == before


def test_a_delta_that_fails_does_not_hold_back_the_others(ada, sample, tmp_path):
    deltas = [patch(OAK, {"height": 2.0}), patch(LIME, {"height": 3.0}, geometry="Nonsense (1 2)"),
              patch(MAPLE, {"height": 4.0})]
    assert ada.statuses(sample, *deltas) == ["STATUS_APPLIED", "STATUS_NOT_APPLIED",
                                             "STATUS_APPLIED"]
    rows = ada.rows(sample, tmp_path)
    assert [rows[key][0]["height"] for key in (1, 2, 3)] == [2.0, 9.0, 4.0]


@pytest.mark.parametrize("overwrite, status, height", [(True, "STATUS_APPLIED", 20.0),   # D7
                                                       (False, "STATUS_CONFLICT", 11.5)])  # D8
def test_the_project_decides_about_conflicts(ada, sample, tmp_path, overwrite, status, height):
    ada.patch(f"projects/{sample}/", json={"overwrite_conflicts": overwrite})
    found, = ada.push(sample, patch({**OAK, "height": 10.0}, {"height": 20.0}))
    assert found["status"] == status
    assert ada.rows(sample, tmp_path)[1][0]["height"] == height
    if not overwrite:
        feedback = found["last_feedback"]
        assert (feedback["e_type"], feedback["modified_pk"]) == ("CONFLICT", None)
        assert feedback["msg"] == "There are conflicts with the already existing feature!"
        text, = feedback["conflicts"]
        assert text.startswith('The attribute "height" that has a conflict:')
        assert "-11.5" in text and "+10" in text


def test_the_same_file_twice_applies_once(ada, sample, tmp_path):  # contract D9
    document = deltafile(sample, create({"species": "once"}))
    for _ in range(2):
        assert ada.send(sample, document).status_code == 200
        assert len(ada.outcomes(sample, document["id"])) == 1
    document["deltas"][0]["new"]["attributes"]["species"] = "other content"
    assert ada.send(sample, document).status_code == 200
    names = list(species(ada.rows(sample, tmp_path)).values())
    assert names.count("once") == 1 and "other content" not in names


def test_files_are_listed_together_and_alone(ada, sample):  # contract D10
    first, second = deltafile(sample, patch(OAK, {"height": 1.0})), deltafile(
        sample, patch(LIME, {"height": 2.0}), patch(MAPLE, {"height": 3.0}))
    for document in (first, second):
        ada.send(sample, document)
    everything = [delta["id"] for delta in ada.get(f"deltas/{sample}/").json()]
    assert everything == [delta["uuid"] for delta in first["deltas"] + second["deltas"]]
    alone = ada.get(f"deltas/{sample}/{second['id']}/").json()
    assert [delta["id"] for delta in alone] == [delta["uuid"] for delta in second["deltas"]]
    backwards = ada.get(f"deltas/{sample}/?ordering=-created_at").json()
    assert [delta["id"] for delta in backwards][-1] == everything[0]
    page = ada.get(f"deltas/{sample}/?limit=2")
    assert len(page.json()) == 2 and page.headers["X-Total-Count"] == "3"


def test_unknown_files_and_projects(ada, sample):  # contract D12
    answer = ada.get(f"deltas/{sample}/{uuid.uuid4()}/")
    assert (answer.status_code, answer.json()) == (200, [])
    assert is_error(ada.get(f"deltas/{uuid.uuid4()}/"), 404, "object_not_found")
    document = deltafile(str(uuid.uuid4()), patch(OAK, {"height": 1.0}))
    assert is_error(ada.send(document["project"], document), 404, "object_not_found")


def test_the_project_of_the_file_must_be_the_one_of_the_url(ada, sample):
    document = deltafile(str(uuid.uuid4()), patch(OAK, {"height": 1.0}))
    answer = ada.send(sample, document)
    assert is_error(answer, 400, "invalid_deltafile")
    assert document["project"] in answer.text and sample in answer.text
    assert ada.get(f"deltas/{sample}/").json() == []


def test_no_deltas_without_project_file(ada, project):
    answer = ada.send(project, deltafile(project, patch(OAK, {"height": 1.0})))
    assert is_error(answer, 400, "no_qgis_project")


def test_no_file_part(ada, sample):
    assert is_error(ada.post(f"deltas/{sample}/", files={"other": ("a", b"{}")}), 400,
                    "empty_content")


def test_qfield_sends_a_text_part_first(ada, sample):
    document = deltafile(sample, patch(OAK, {"height": 1.0}))
    answer = ada.post(f"deltas/{sample}/", files=[
        ("text", (None, "{}", "application/json")),
        ("file", ("/data/user/0/deltafile.json", json.dumps(document), "application/json"))])
    assert answer.status_code == 200
    assert [one["status"] for one in ada.outcomes(sample, document["id"])] == ["STATUS_APPLIED"]


def test_reporters_may_only_create(ada, bob, sample, tmp_path):  # contract D14
    ada.share(sample, "bob", "reporter")
    found = bob.push(sample, patch(OAK, {"height": 1.0}), create({"species": "reported"}),
                     delete(LIME))
    assert [one["status"] for one in found] == ["STATUS_UNPERMITTED", "STATUS_APPLIED",
                                                "STATUS_UNPERMITTED"]
    assert found[0]["last_feedback"]["msg"]
    rows = ada.rows(sample, tmp_path)
    assert rows[1][0]["height"] == 11.5 and 2 in rows
    assert "reported" in species(rows).values()


@pytest.mark.parametrize("wkt, stored", [
    ("Point (2600001 1199701)", "POINT (2600001 1199701)"),
    ("point(2600001 1199701)", "POINT (2600001 1199701)"),
    ("PointZ (2600001 1199701 400)", "POINT (2600001 1199701)"),
    ("Point ZM (2600001 1199701 nan NaN)", "POINT (2600001 1199701)"),
    (None, None),
])
def test_geometries_fit_the_layer(ada, sample, tmp_path, wkt, stored):  # contract D15, points
    assert ada.statuses(sample, create({"species": "placed"}, geometry=wkt)) == ["STATUS_APPLIED"]
    placed = next(geometry for attributes, geometry in ada.rows(sample, tmp_path).values()
                  if attributes["species"] == "placed")
    assert placed == stored


def test_tables_without_geometry(ada, sample, tmp_path):  # contract D16
    for number in range(2):
        delta = create({"tree": 1, "day": "2026-04-01", "inspector": "Cy", "note": "ok"},
                       layer=INSPECTIONS, geometry=None, local_pk=100 + number)
        assert ada.statuses(sample, delta) == ["STATUS_APPLIED"]
    rows = ada.rows(sample, tmp_path, table="inspections")
    assert len(rows) == 6 and rows[6][0]["day"] == "2026/04/01"


def test_special_values(ada, sample, tmp_path):  # contract D17
    new = {"planted": None, "healthy": None, "height": -0.1, "species": "Ä 'quoted' \"€\" 🌳"}
    assert ada.statuses(sample, patch(OAK, new)) == ["STATUS_APPLIED"]
    attributes, _ = ada.rows(sample, tmp_path)[1]
    assert (attributes["planted"], attributes["healthy"]) == (None, None)
    assert (attributes["height"], attributes["species"]) == (-0.1, new["species"])


def test_created_features_are_known_by_their_local_key(ada, sample, tmp_path):  # contract D19
    made = {"fid": None, "species": "made offline", "height": None, "planted": None,
            "healthy": None, "photo": None}
    first = create({"species": "made offline"}, local_pk=77)
    assert ada.statuses(sample, first) == ["STATUS_APPLIED"]
    second = patch(made, {"species": "changed"}, local_pk=77, source_pk="")
    assert ada.statuses(sample, second) == ["STATUS_APPLIED"]
    assert "changed" in species(ada.rows(sample, tmp_path)).values()
    assert ada.statuses(sample, delete({**made, "species": "changed"}, local_pk=77,
                                       source_pk="")) == ["STATUS_APPLIED"]
    assert "changed" not in species(ada.rows(sample, tmp_path)).values()


def test_local_keys_belong_to_one_device_and_layer(ada, sample, tmp_path):  # contract D20
    made = {"species": "of the phone"}
    ada.push(sample, create(made, local_pk=5, client=PHONE),
             create({"note": "of the phone"}, layer=INSPECTIONS, geometry=None, local_pk=5))
    change = patch({"fid": None, "note": "of the phone"}, {"note": "right layer"},
                   layer=INSPECTIONS, local_pk=5, source_pk="")
    foreign = patch({"fid": None, **made}, {"species": "stolen"}, client=TABLET, local_pk=5,
                    source_pk="")
    assert ada.statuses(sample, change, foreign) == ["STATUS_APPLIED", "STATUS_NOT_APPLIED"]
    notes = {row["note"] for row, _ in ada.rows(sample, tmp_path, table="inspections").values()}
    assert "right layer" in notes
    assert "stolen" not in species(ada.rows(sample, tmp_path)).values()


def test_created_features_get_the_defaults_of_the_table(ada, sample, tmp_path):  # contract D21
    path = tmp_path / "trees.gpkg"
    path.write_bytes(ada.download(sample, "trees.gpkg"))
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE trees ADD COLUMN state TEXT DEFAULT 'new here'")
    ada.uploaded(sample, "trees.gpkg", path.read_bytes())
    ada.processed(sample)
    assert ada.statuses(sample, create({"species": "yew", "state": None})) == ["STATUS_APPLIED"]
    made, = [row for row, _ in ada.rows(sample, tmp_path).values() if row["species"] == "yew"]
    assert made["state"] == "new here"


def test_a_large_file_is_applied_whole(ada, sample, tmp_path):
    deltas = [create({"species": f"tree {n}"}, local_pk=5000 + n) for n in range(3000)]
    assert set(ada.statuses(sample, *deltas)) == {"STATUS_APPLIED"}
    assert len(ada.rows(sample, tmp_path)) == 3012


def test_no_other_layer_is_touched(ada, sample):
    before = ada.download(sample, "zones.gpkg")
    ada.push(sample, patch(OAK, {"height": 1.0}, layer=TREES))
    assert ada.download(sample, "zones.gpkg") == before
