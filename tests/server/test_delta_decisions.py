"""What managers decide about deltas, what becomes of refused deltafiles, deltas and jobs."""

import concurrent.futures
import hashlib
import json
import uuid

import pytest

from changes import LIME, OAK, create, delete, patch
from support import SDK_AGENT, deltafile, is_error


def post(account, project_id, file_id, word, **body):
    return account.post(f"deltas/{project_id}/{file_id}/{word}/", json=body)


def by_id(answer):
    assert answer.status_code == 200, answer.text
    return {delta["id"]: delta["status"] for delta in answer.json()}


def test_a_conflict_is_applied_after_a_second_thought(ada, sample, tmp_path):
    ada.patch(f"projects/{sample}/", json={"overwrite_conflicts": False})
    file_id = str(uuid.uuid4())
    conflicting = patch({**OAK, "height": 10.0}, {"height": 20.0})
    applied = create({"species": "once"})
    assert ada.statuses(sample, conflicting, applied, file_id=file_id) == [
        "STATUS_CONFLICT", "STATUS_APPLIED"]
    ada.patch(f"projects/{sample}/", json={"overwrite_conflicts": True})
    assert post(ada, sample, file_id, "reapply").status_code == 200
    assert [one["status"] for one in ada.outcomes(sample, file_id)] == ["STATUS_APPLIED"] * 2
    rows = ada.rows(sample, tmp_path)
    assert rows[1][0]["height"] == 20.0
    assert [row["species"] for row, _ in rows.values()].count("once") == 1
    assert ada.project(sample)["needs_repackaging"] is True


def test_a_manager_applies_what_a_reporter_may_not(ada, bob, sample, tmp_path):
    ada.share(sample, "bob", "reporter")
    file_id = str(uuid.uuid4())
    change, removal = patch(OAK, {"height": 7.0}), delete(LIME)
    bob.push(sample, change, removal, file_id=file_id)
    for word in ("reapply", "ignore"):
        assert is_error(post(bob, sample, file_id, word), 403, "permission_denied")
    post(ada, sample, file_id, "reapply", ids=[change["uuid"]])
    statuses = {one["id"]: one["status"] for one in ada.outcomes(sample, file_id)}
    assert statuses == {change["uuid"]: "STATUS_APPLIED", removal["uuid"]: "STATUS_UNPERMITTED"}
    rows = ada.rows(sample, tmp_path)
    assert rows[1][0]["height"] == 7.0 and 2 in rows


def test_ignored_deltas_stay_ignored(ada, sample):
    file_id = str(uuid.uuid4())
    lost = patch({**OAK, "fid": 4711}, {"height": 1.0})
    good = patch(OAK, {"height": 1.0})
    ada.push(sample, lost, good, file_id=file_id)
    assert by_id(post(ada, sample, file_id, "ignore")) == {
        lost["uuid"]: "STATUS_IGNORED", good["uuid"]: "STATUS_APPLIED"}
    assert by_id(ada.get(f"deltas/{sample}/{file_id}/"))[lost["uuid"]] == "STATUS_IGNORED"
    post(ada, sample, file_id, "reapply", ids=[lost["uuid"].upper()])
    assert ada.outcomes(sample, file_id)[0]["status"] == "STATUS_NOT_APPLIED"


@pytest.mark.parametrize("ids", ["x", [], [1], {}])
def test_ids_are_texts(ada, sample, ids):
    assert is_error(post(ada, sample, str(uuid.uuid4()), "reapply", ids=ids), 400, "api_error")


def test_an_unknown_file_changes_nothing(ada, sample):
    assert post(ada, sample, str(uuid.uuid4()), "reapply").json() == []


def faulty(server, project_id):
    return server.database(
        "SELECT deltafile_id, user_agent, reason, sha256, username FROM faulty_deltafile f"
        " JOIN user u ON u.id = f.created_by WHERE project_id = ? ORDER BY f.id", project_id)


def test_refused_deltafiles_are_kept(server, ada, sample):  # contract D5 D6
    good = deltafile(sample, patch(OAK, {"height": 1.0}))
    doubled = {**good, "deltas": good["deltas"] * 2}
    without = {key: value for key, value in good.items() if key != "deltas"}
    elsewhere = {**good, "project": str(uuid.uuid4())}
    sent = [json.dumps(one) for one in (without, elsewhere, doubled)] + ["no JSON"]
    for text in sent:
        assert is_error(ada.send(sample, text), 400, "invalid_deltafile")
    kept = faulty(server, sample)
    assert [row[0] for row in kept] == [good["id"]] * 3 + [""]
    assert {(row[1], row[4]) for row in kept} == {(SDK_AGENT, "ada")}
    assert all(row[2] for row in kept)
    for text, row in zip(sent, kept):
        assert row[3] == hashlib.sha256(text.encode()).hexdigest()
        path = server.data / "objects" / row[3][:2] / row[3][2:]
        assert path.read_bytes() == text.encode()
    assert ada.get(f"deltas/{sample}/").json() == []


def test_a_push_before_the_project_file_is_kept(server, ada, project):
    document = deltafile(project, patch(OAK, {"height": 1.0}))
    assert is_error(ada.send(project, document), 400, "no_qgis_project")
    assert [row[0] for row in faulty(server, project)] == [document["id"]]


def test_a_known_delta_is_listed_under_a_new_file_too(ada, sample):  # contract D9
    delta = patch(OAK, {"height": 1.0})
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    assert ada.statuses(sample, delta, file_id=first) == ["STATUS_APPLIED"]
    listed, = ada.push(sample, delta, file_id=second)
    assert (listed["id"], listed["deltafile_id"], listed["status"]) == (
        delta["uuid"], second, "STATUS_APPLIED")
    assert len(ada.get(f"deltas/{sample}/").json()) == 1


def test_a_delta_of_another_project_is_skipped_silently(ada, sample, name):
    delta = patch(OAK, {"height": 1.0})
    ada.push(sample, delta)
    other = ada.new_project(name)
    ada.upload_sample(other)
    assert ada.send(other, deltafile(other, delta)).status_code == 200
    assert ada.get(f"deltas/{other}/").json() == []


def test_lists_page_and_turn_around(ada, sample):
    file_id = str(uuid.uuid4())
    deltas = [create({"species": f"s{n}"}, local_pk=n + 100) for n in range(5)]
    ada.push(sample, *deltas, file_id=file_id)
    ids = [delta["uuid"] for delta in deltas]
    for path in (f"deltas/{sample}/", f"deltas/{sample}/{file_id}/"):
        assert [one["id"] for one in ada.get(path).json()] == ids
        assert [one["id"] for one in ada.get(f"{path}?ordering=created_at").json()] == ids
        backwards = ada.get(f"{path}?ordering=-created_at&limit=2&offset=1")
        assert [one["id"] for one in backwards.json()] == ids[::-1][1:3]
        assert backwards.headers["X-Total-Count"] == "5" and "X-Next-Page" in backwards.headers


def test_readers_and_templates_have_no_deltas(ada, bob, sample):  # contract Y7
    ada.share(sample, "bob", "reader")
    document = deltafile(sample, patch(OAK, {"height": 1.0}))
    for answer in (bob.send(sample, document), bob.get(f"deltas/{sample}/"),
                   bob.get(f"deltas/{sample}/{document['id']}/"),
                   bob.post(f"deltas/apply/{sample}/")):
        assert is_error(answer, 403, "permission_denied")
    ada.patch(f"projects/{sample}/", json={"project_type": "template"})
    for answer in (ada.send(sample, document), ada.get(f"deltas/{sample}/"),
                   ada.get(f"deltas/{sample}/{document['id']}/"),
                   ada.post(f"deltas/apply/{sample}/"),
                   post(ada, sample, document["id"], "reapply")):
        assert is_error(answer, 403, "permission_denied")


def test_apply_takes_what_is_pending(server, ada, sample, project):  # 3.9.4
    assert is_error(ada.post(f"deltas/apply/{project}/"), 400, "no_qgis_project")
    file_id = str(uuid.uuid4())
    lost = patch({**OAK, "fid": 4711}, {"height": 1.0})
    ada.push(sample, lost, file_id=file_id)
    server.database("UPDATE delta SET status = 'pending' WHERE id = ?", lost["uuid"])
    answer = ada.post(f"deltas/apply/{sample}/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert ada.outcomes(sample, file_id)[0]["status"] == "STATUS_NOT_APPLIED"


def test_a_delta_apply_job_may_be_asked_for(server, ada, sample):
    file_id = str(uuid.uuid4())
    lost = patch({**OAK, "fid": 4711}, {"height": 1.0})
    ada.push(sample, lost, file_id=file_id)
    server.database("UPDATE delta SET status = 'pending' WHERE id = ?", lost["uuid"])
    answer = ada.post("jobs/", json={"project_id": sample, "type": "delta_apply"})
    assert answer.status_code == 201
    job = ada.finished_job(answer.json()["id"])
    assert (job["status"], job["feedback"]["workflow_id"]) == ("finished", "apply_changes")
    assert ada.outcomes(sample, file_id)[0]["status"] == "STATUS_NOT_APPLIED"


def test_pushes_during_jobs_and_on_two_projects_at_once(ada, sample, name):  # contract D18
    other = ada.new_project(name)
    ada.upload_sample(other)
    ada.post("jobs/", json={"project_id": sample, "type": "package", "force": 1})

    def push(number):
        project_id = (sample, other)[number % 2]
        return ada.statuses(project_id, create({"species": f"s{number}"}, local_pk=900 + number))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(push, range(24))) == [["STATUS_APPLIED"]] * 24
    for project_id in (sample, other):
        listed = ada.get(f"deltas/{project_id}/").json()
        assert len(listed) == 12
        jobs = ada.get(f"jobs/?project_id={project_id}&type=delta_apply").json()
        assert jobs and {job["status"] for job in jobs} == {"finished"}
