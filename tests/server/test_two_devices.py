"""Two devices that edited offline: who wins, what is reported, what survives."""

import uuid

import pytest

from changes import LIME, OAK, PHONE, TABLET, TREES, create, delete, patch
from device import Device
from support import deltafile


@pytest.fixture
def shared(ada, bob, sample):
    ada.share(sample, "bob", "editor")
    return sample


def download(account, project_id, folder, name):
    """What an app does: packages if needed, downloads, starts with a new client id."""
    if account.project(project_id)["needs_repackaging"]:
        assert account.package(project_id)["status"] == "finished"
    latest = account.latest(project_id)
    folder.mkdir()
    for file in latest["files"]:
        if file["is_attachment"]:
            continue
        (folder / file["name"]).write_bytes(
            account.get(f"packages/{project_id}/latest/files/{file['name']}/").content)
    return Device(name, folder, latest["package_id"])


def push(account, device, project_id):
    path, file_id = device.write_deltafile(project_id)
    assert account.send(project_id, path.read_text()).status_code == 200
    return [delta["status"] for delta in account.outcomes(project_id, file_id)]


def test_the_last_writer_wins_when_conflicts_are_overwritten(ada, bob, shared, tmp_path):
    phone = download(ada, shared, tmp_path / "phone", "phone")
    tablet = download(bob, shared, tmp_path / "tablet", "tablet")
    phone.change(TREES, "1", {"species": "ada's oak"})
    tablet.change(TREES, "1", {"species": "bob's oak"})
    assert push(ada, phone, shared) == ["STATUS_APPLIED"]
    assert push(bob, tablet, shared) == ["STATUS_APPLIED"]
    again = download(ada, shared, tmp_path / "again", "phone")
    assert again.rows(TREES)["1"]["attributes"]["species"] == "bob's oak"


def test_different_attributes_of_one_feature_both_survive(ada, bob, shared, tmp_path):
    phone = download(ada, shared, tmp_path / "phone", "phone")
    tablet = download(bob, shared, tmp_path / "tablet", "tablet")
    phone.change(TREES, "1", {"species": "ada's oak"})
    tablet.change(TREES, "1", {"height": 12.5}, wkt="Point (2600001 1199701)")
    push(ada, phone, shared)
    push(bob, tablet, shared)
    row = download(ada, shared, tmp_path / "again", "phone").rows(TREES)["1"]
    assert (row["attributes"]["species"], row["attributes"]["height"]) == ("ada's oak", 12.5)
    assert row["wkt"] == "Point (2600001 1199701)"


def test_the_first_writer_wins_when_conflicts_are_reported(ada, bob, shared, tmp_path):
    ada.patch(f"projects/{shared}/", json={"overwrite_conflicts": False})
    phone = download(ada, shared, tmp_path / "phone", "phone")
    tablet = download(bob, shared, tmp_path / "tablet", "tablet")
    phone.change(TREES, "1", {"species": "ada's oak"})
    tablet.change(TREES, "1", {"species": "bob's oak"})
    tablet.change(TREES, "2", {"species": "bob's lime"})
    tablet.delete(TREES, "1")
    assert push(ada, phone, shared) == ["STATUS_APPLIED"]
    assert push(bob, tablet, shared) == ["STATUS_CONFLICT", "STATUS_APPLIED", "STATUS_CONFLICT"]
    rows = download(ada, shared, tmp_path / "again", "phone").rows(TREES)
    assert rows["1"]["attributes"]["species"] == "ada's oak"
    assert rows["2"]["attributes"]["species"] == "bob's lime"


def test_a_deleted_feature_does_not_come_back(ada, bob, shared, tmp_path):
    phone = download(ada, shared, tmp_path / "phone", "phone")
    tablet = download(bob, shared, tmp_path / "tablet", "tablet")
    phone.delete(TREES, "1")
    tablet.change(TREES, "1", {"species": "too late"})
    assert push(ada, phone, shared) == ["STATUS_APPLIED"]
    assert push(bob, tablet, shared) == ["STATUS_NOT_APPLIED"]
    assert "1" not in download(ada, shared, tmp_path / "again", "phone").rows(TREES)


def test_features_created_on_both_devices_get_keys_of_their_own(ada, bob, shared, tmp_path):
    phone = download(ada, shared, tmp_path / "phone", "phone")
    tablet = download(bob, shared, tmp_path / "tablet", "tablet")
    where = "Point (2600100 1199800)"
    assert (phone.create(TREES, {"species": "phone tree"}, where)
            == tablet.create(TREES, {"species": "tablet tree"}, where))  # the same local key
    assert push(ada, phone, shared) == push(bob, tablet, shared) == ["STATUS_APPLIED"]
    names = [row["attributes"]["species"]
             for row in download(ada, shared, tmp_path / "again", "phone").rows(TREES).values()]
    assert names.count("phone tree") == names.count("tablet tree") == 1


def test_later_pushes_find_what_the_device_created(ada, bob, shared, tmp_path):
    phone = download(ada, shared, tmp_path / "phone", "phone")
    key = phone.create(TREES, {"species": "one"}, "Point (2600100 1199800)")
    assert push(ada, phone, shared) == ["STATUS_APPLIED"]
    for text in ("two", "three"):
        phone.change_created(TREES, key, {"species": text})
        assert push(ada, phone, shared) == ["STATUS_APPLIED"]
    rows = download(bob, shared, tmp_path / "again", "tablet").rows(TREES)
    assert [row["attributes"]["species"] for row in rows.values()].count("three") == 1
    assert len(rows) == 13


def test_one_file_may_change_what_it_creates(ada, shared, tmp_path):
    made = {"fid": None, "species": "made", "height": None, "planted": None, "healthy": None,
            "photo": None}
    deltas = [create({"species": "made"}, local_pk=900),
              patch(made, {"species": "changed"}, local_pk=900, source_pk=""),
              create({"species": "short life"}, local_pk=901),
              delete({**made, "species": "short life"}, local_pk=901, source_pk="")]
    assert ada.statuses(shared, *deltas) == ["STATUS_APPLIED"] * 4
    names = [row["species"] for row, _ in ada.rows(shared, tmp_path).values()]
    assert "changed" in names and "made" not in names and "short life" not in names


def test_deltas_sent_again_under_another_file_id_are_listed(ada, shared, tmp_path):
    deltas = [create({"species": "sent twice"}), patch(OAK, {"height": 13.0})]
    first = ada.push(shared, *deltas)
    second = ada.push(shared, *deltas, file_id=str(uuid.uuid4()))
    assert [delta["id"] for delta in second] == [delta["id"] for delta in first]
    assert {delta["status"] for delta in second} == {"STATUS_APPLIED"}
    names = [row["species"] for row, _ in ada.rows(shared, tmp_path).values()]
    assert names.count("sent twice") == 1


def test_a_file_may_mix_known_and_new_deltas(ada, shared):
    known = patch(OAK, {"height": 13.0})
    ada.push(shared, known)
    new = patch(LIME, {"height": 14.0})
    assert [delta["id"] for delta in ada.push(shared, known, new)] == [known["uuid"], new["uuid"]]


def test_the_same_delta_from_two_devices_counts_once(ada, bob, shared, tmp_path):
    delta = create({"species": "copied"}, client=PHONE)
    ada.push(shared, delta)
    found, = bob.push(shared, {**delta, "clientId": TABLET})
    assert (found["status"], found["created_by"]) == ("STATUS_APPLIED", "ada")
    names = [row["species"] for row, _ in ada.rows(shared, tmp_path).values()]
    assert names.count("copied") == 1


def test_a_uuid_twice_in_one_file_is_refused_or_counts_once(ada, shared, tmp_path):
    delta = create({"species": "double"})
    answer = ada.send(shared, deltafile(shared, delta, delta))
    assert answer.status_code in (200, 400)
    names = [row["species"] for row, _ in ada.rows(shared, tmp_path).values()]
    assert names.count("double") == (1 if answer.status_code == 200 else 0)
