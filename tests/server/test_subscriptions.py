"""Plans and subscriptions: storage, kept versions, jobs, and what is taken in any case."""

import itertools
import uuid

import pytest

from changes import OAK, create, patch
from support import QFIELD_AGENT, QFIELDSYNC_AGENT, SAMPLE, Account, deltafile, is_error

_numbers = itertools.count(1)
MB = 1_000_000


@pytest.fixture
def owner(server):
    """Somebody whose subscription the test may ruin."""
    return server.account(f"owner{next(_numbers)}")


def as_client(owner, server, agent):
    return Account(server, owner.name, agent=agent)


def as_worker(server, owner):
    """Tokens of workers are made by the server for its own jobs; here by hand."""
    account = Account(server, owner.name, agent="worker|test")
    with_token = "UPDATE token SET client_type = 'worker' WHERE user_agent = 'worker|test'"
    server.write(with_token)
    return account


def subscription(account, name=None):
    answer = account.get(f"subscriptions/{name or account.name}/current/")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_everybody_has_the_plan_of_the_configuration(owner):  # contract S6
    found = subscription(owner)
    assert str(uuid.UUID(found["uuid"])) == found["uuid"]
    assert subscription(owner)["uuid"] == found["uuid"]
    del found["uuid"], found["active_since"]
    assert found == {
        "plan_display_name": "Standard", "plan_code": "standard", "plan_is_premium": True,
        "status": "active_paid", "active_until": None, "storage_used_bytes": 0,
        "active_storage_total_bytes": 10**12, "plan_storage_threshold_warning_bytes": 10**9,
        "plan_storage_threshold_critical_bytes": 10**8}


def test_the_plan_is_configured(new_server):
    server = new_server(config='plan_code = "small"\nplan_display_name = "Small"\n'
                        "plan_is_premium = false\nplan_storage_mb = 2\nplan_max_members = 0\n"
                        "plan_storage_warning_mb = 1\nplan_storage_critical_mb = 0\n"
                        "plan_max_collaborators = 1\nplan_online_layers = false\n")
    ada = server.account("ada")
    found = subscription(ada)
    assert (found["plan_code"], found["plan_display_name"], found["plan_is_premium"]) == (
        "small", "Small", False)
    assert (found["active_storage_total_bytes"], found["plan_storage_threshold_warning_bytes"],
            found["plan_storage_threshold_critical_bytes"]) == (2 * MB, MB, 0)
    shown = server.run("subscription", "show", "ada")
    assert "plan: Small\nstatus: active_paid\nstorage: 0 of 2000000 bytes used" in shown
    assert "members: 0\ncollaborators of a private project: 1\npremium: no\nonline layers: no" in shown
    server.account("bob")
    org = server.organization("small-org", "ada")
    assert is_error(ada.post(f"members/{org}/", json={"member": "bob"}), 403,
                    "organization_has_max_number_of_members")
    project = ada.new_project("one")
    assert ada.upload(project, "big.bin", b"x" * 2 * MB).status_code == 201
    assert is_error(ada.upload(project, "more.bin", b"x"), 402, "over_quota")


def test_who_sees_a_subscription(server, owner, stranger):  # contract S7
    org = server.organization(f"sub{next(_numbers)}", owner.name, ("sub-member", "member"))
    assert subscription(owner, org)["uuid"] == subscription(server.account("sub-member"),
                                                            org)["uuid"]
    for name in (org, owner.name, "nobody", owner.name.upper()):
        assert is_error(stranger.get(f"subscriptions/{name}/current/"), 403, "permission_denied")
    assert subscription(owner, org)["uuid"] != subscription(owner)["uuid"]


def test_uploads_fill_the_storage(server, owner):  # contract S1
    server.subscribe(owner.name, storage="1MB")
    project = owner.new_project("full")
    assert owner.upload(project, "a.bin", b"x" * 750_000).status_code == 201
    assert is_error(owner.upload(project, "b.bin", b"x" * 750_000), 402, "over_quota")
    assert set(owner.files(project)) == {"a.bin"}
    assert owner.upload(project, "b.bin", b"x" * 250_000).status_code == 201  # exactly full
    assert is_error(owner.upload(project, "c.bin", b"x"), 402, "over_quota")
    assert owner.upload(project, "empty.bin", b"").status_code == 201
    server.subscribe(owner.name, storage="plan")
    assert owner.upload(project, "c.bin", b"x").status_code == 201


def test_the_quota_comes_last_of_all_checks(server, owner):
    server.subscribe(owner.name, storage="0")
    project = owner.new_project("order")
    assert is_error(owner.upload(project, "a.qgs", b"no project"), 400, "invalid_qgis_project_file")
    assert is_error(owner.upload(project, "a:b", b"x"), 400, "validation_error")
    assert is_error(owner.upload(project, "a.txt", b"x", part="wrong"), 400, "empty_content")


def test_the_storage_counts_versions_of_all_projects(server, owner):  # contract S3
    first, second = owner.new_project("first"), owner.new_project("second")
    for size in (100, 200, 300):
        owner.uploaded(first, "a.txt", b"x" * size)
    owner.uploaded(second, "b.txt", b"x" * 1000)
    assert subscription(owner)["storage_used_bytes"] == 1600
    oldest = owner.files(first)["a.txt"]["versions"][-1]["version_id"]
    owner.delete(f"files/{first}/a.txt/?version={oldest}")
    assert subscription(owner)["storage_used_bytes"] == 1500
    owner.delete(f"files/{first}/a.txt/")
    assert subscription(owner)["storage_used_bytes"] == 1000
    owner.delete(f"projects/{second}/")
    assert subscription(owner)["storage_used_bytes"] == 0


def test_it_is_the_owner_who_pays(server, owner, bob):
    server.subscribe(owner.name, storage="0")
    mine, theirs = owner.new_project("mine"), bob.new_project(f"for-{owner.name}")
    bob.share(theirs, owner.name, "editor")
    owner.share(mine, "bob", "editor")
    assert owner.upload(theirs, "a.txt", b"x").status_code == 201
    assert is_error(bob.upload(mine, "a.txt", b"x"), 402, "over_quota")


def test_a_project_moves_only_to_where_it_fits(server, owner):  # contract S2
    taker = server.account(f"taker{next(_numbers)}")
    server.subscribe(taker.name, storage="1KB")
    project = owner.new_project("moving")
    owner.uploaded(project, "a.bin", b"x" * 1001)
    body = {"owner": taker.name, "description": "moved"}
    assert is_error(owner.patch(f"projects/{project}/", json=body), 402, "over_quota")
    assert (owner.project(project)["owner"], owner.project(project)["description"]) == (
        owner.name, "")
    server.subscribe(taker.name, storage="1001")
    assert owner.patch(f"projects/{project}/", json=body).status_code == 200
    assert taker.project(project)["user_role_origin"] == "project_owner"
    assert is_error(owner.get(f"projects/{project}/"), 403, "permission_denied")


def test_an_inactive_or_full_owner_still_creates_projects(server, owner):  # contract R22
    server.subscribe(owner.name, status="inactive_cancelled", storage="0")
    project = owner.new_project("made")
    assert owner.patch(f"projects/{project}/", json={"name": "renamed"}).status_code == 200


RUINED = [({"status": "inactive_cancelled"}, 403, "inactive_subscription"),
          ({"storage": "0"}, 402, "over_quota"),
          ({"status": "inactive_draft", "storage": "0"}, 403, "inactive_subscription")]


@pytest.mark.parametrize("ruin, status, code", RUINED)
def test_jobs_need_an_active_owner_with_room(server, owner, ruin, status, code):
    # contract J6 J7
    project = owner.new_project("jobs")
    owner.upload_sample(project)
    assert owner.package(project)["status"] == "finished"
    server.subscribe(owner.name, **ruin)
    for kind in ("package", "delta_apply"):
        answer = owner.post("jobs/", json={"project_id": project, "type": kind})
        assert is_error(answer, status, code)
    forced = owner.post("jobs/", json={"project_id": project, "type": "package", "force": 1})
    assert is_error(forced, status, code)
    answer = owner.post("jobs/", json={"project_id": project, "type": "process_projectfile"})
    assert answer.status_code == 201
    assert owner.finished_job(answer.json()["id"])["status"] == "finished"
    assert owner.latest(project)["status"] == "finished"
    server.subscribe(owner.name, status="active_past_due", storage="plan")
    assert owner.package(project)["status"] == "finished"


def test_online_layers_need_a_plan_that_has_them(server, owner):  # contract J8
    project = owner.new_project("online")
    owner.upload_sample(project)
    server.write("UPDATE project SET has_online_layers = 1 WHERE id = ?", project)
    server.subscribe(owner.name, online_layers="no")
    body = {"project_id": project, "type": "package"}
    assert is_error(owner.post("jobs/", json=body), 403, "permission_denied_plan_insufficient")
    server.subscribe(owner.name, status="inactive_cancelled")
    assert is_error(owner.post("jobs/", json=body), 403, "inactive_subscription")
    server.subscribe(owner.name, online_layers="plan", status="active_paid")
    assert owner.post("jobs/", json=body).status_code == 201


def changed_project_file():
    return (SAMPLE / "trees.qgs").read_bytes() + b"\n"


@pytest.mark.parametrize("client", ["qfield", "worker"])
def test_the_field_uploads_in_any_case(server, owner, client):  # contract Q1 Q2 Q3
    project = owner.new_project("field")
    server.subscribe(owner.name, storage="0", status="inactive_cancelled", online_layers="no")
    phone = (as_worker(server, owner) if client == "worker"
             else as_client(owner, server, QFIELD_AGENT))
    phone.uploaded(project, "trees.qgs", (SAMPLE / "trees.qgs").read_bytes())
    phone.uploaded(project, "trees.gpkg", (SAMPLE / "trees.gpkg").read_bytes())
    phone.uploaded(project, "notes.txt", b"text")
    phone.uploaded(project, "trees.qgs", changed_project_file())
    answer = phone.post("jobs/", json={"project_id": project, "type": "package"})
    assert is_error(answer, 403, "inactive_subscription")
    answer = phone.post("jobs/", json={"project_id": project, "type": "delta_apply"})
    assert is_error(answer, 403, "inactive_subscription")
    phone.processed(project)
    kinds = {job["type"] for job in phone.get(f"jobs/?project_id={project}").json()}
    assert kinds == {"process_projectfile"}


def test_qfieldsync_uploads_only_what_fits(server, owner):  # contract Q4
    project = owner.new_project("desk")
    server.subscribe(owner.name, storage="0", status="inactive_cancelled", online_layers="no")
    desk = as_client(owner, server, QFIELDSYNC_AGENT)
    for name in ("trees.qgs", "trees.gpkg"):
        assert is_error(desk.upload(project, name, (SAMPLE / name).read_bytes()), 402, "over_quota")
    assert desk.get(f"jobs/?project_id={project}").json() == []
    answer = desk.post("jobs/", json={"project_id": project, "type": "package"})
    assert is_error(answer, 400, "no_qgis_project")


@pytest.mark.parametrize("ruin", [{"status": "inactive_cancelled"}, {"storage": "0"},
                                  {"online_layers": "no"}])
def test_deltas_are_taken_and_wait(server, owner, tmp_path, ruin):  # contract D13
    project = owner.new_project("waiting")
    owner.upload_sample(project)
    if "online_layers" in ruin:
        server.write("UPDATE project SET has_online_layers = 1 WHERE id = ?", project)
    server.subscribe(owner.name, **ruin)
    file_id = str(uuid.uuid4())
    answer = owner.send(project, deltafile(project, patch(OAK, {"height": 99.5}), create({}),
                                           file_id=file_id))
    assert answer.status_code == 200
    if "online_layers" in ruin:
        assert owner.post(f"deltas/apply/{project}/").status_code == 200
    listed = owner.get(f"deltas/{project}/{file_id}/").json()
    assert [delta["status"] for delta in listed] == ["STATUS_PENDING", "STATUS_PENDING"]
    assert all("Permission denied" in delta["last_feedback"]["msg"]
               or delta["last_feedback"]["msg"] == "Quota error" for delta in listed)
    assert all(job["type"] != "delta_apply"
               for job in owner.get(f"jobs/?project_id={project}").json())
    before = owner.rows(project, tmp_path)
    server.subscribe(owner.name, status="active_paid", storage="plan", online_layers="plan")
    assert owner.post(f"deltas/apply/{project}/").status_code == 200
    assert [delta["status"] for delta in owner.outcomes(project, file_id)] == ["STATUS_APPLIED"] * 2
    assert owner.rows(project, tmp_path) != before


def displays(owner, project, name="a.txt"):
    return [owner.get(f"files/{project}/{name}/?version={version['version_id']}").content
            for version in owner.files(project)[name]["versions"]]


def test_the_plan_says_how_many_versions_are_kept(server, owner):  # contract F38
    server.subscribe(owner.name, keep_versions=3)
    project = owner.new_project("kept")
    for number in range(4):
        owner.uploaded(project, "a.txt", b"v%d" % number)
    assert displays(owner, project) == [b"v3", b"v2", b"v1"]


def test_fewer_kept_versions_concern_a_project_when_it_grows(server, owner):  # contract F39
    project, other = owner.new_project("grown"), owner.new_project("other")
    for number in range(20):
        owner.uploaded(project, "a.txt", b"v%d" % number)
        owner.uploaded(project, "b.txt", b"w%d" % number)
    wanted = [b"v%d" % number for number in range(19, 9, -1)]
    assert displays(owner, project) == wanted
    server.subscribe(owner.name, keep_versions=3)
    owner.uploaded(other, "c.txt", b"x")
    assert displays(owner, project) == wanted
    owner.uploaded(project, "c.txt", b"x")  # all files of the project
    assert displays(owner, project) == wanted[:3]
    assert len(displays(owner, project, "b.txt")) == 3
    for number in range(20, 40):
        owner.uploaded(project, "a.txt", b"v%d" % number)
    assert displays(owner, project) == [b"v39", b"v38", b"v37"]
    server.subscribe(owner.name, keep_versions=5)
    for number in range(40, 44):
        owner.uploaded(project, "a.txt", b"v%d" % number)
    assert len(displays(owner, project)) == 5


def test_a_project_may_keep_another_number(server, owner):
    server.subscribe(owner.name, keep_versions=3)
    project, other = owner.new_project("special"), owner.new_project("usual")
    server.run("project", "keep-versions", project, "5")
    for number in range(8):
        owner.uploaded(project, "a.txt", b"v%d" % number)
        owner.uploaded(other, "a.txt", b"v%d" % number)
    assert (len(displays(owner, project)), len(displays(owner, other))) == (5, 3)
    server.run("project", "keep-versions", project, "plan")
    owner.uploaded(project, "b.txt", b"x")
    assert len(displays(owner, project)) == 3
    for bad in ("0", "101", "-1", "many"):
        assert server.command("project", "keep-versions", project, bad).returncode == 1
    assert server.command("project", "keep-versions", str(uuid.uuid4()), "5").returncode == 1


class TestCollaboratorLimit:
    """More collaborators than the plan allows make every role on a private project invalid."""

    @pytest.fixture
    def shared(self, owner, bob, stranger):
        project = owner.new_project("shared")
        owner.share(project, "bob", "manager")
        owner.share(project, "stranger", "reader")
        return project

    def test_too_many(self, server, owner, bob, shared):  # contract S4
        server.subscribe(owner.name, max_collaborators=1)
        for account in (owner, bob):
            assert is_error(account.get(f"projects/{shared}/"), 403, "permission_denied")
            listed = [one for one in account.get("projects/").json() if one["id"] == shared]
            assert listed[0]["status"] == "failed"
            assert account.get(f"files/{shared}/").status_code == 200  # goes by the role alone
        server.subscribe(owner.name, max_collaborators=2)
        assert bob.project(shared)["user_role"] == "manager"
        server.subscribe(owner.name, max_collaborators=0)
        assert owner.patch(f"projects/{shared}/", json={"is_public": True}).status_code == 200
        assert owner.project(shared)["user_role"] == "admin"
        assert bob.project(shared)["user_role"] == "manager"
        assert owner.patch(f"projects/{shared}/", json={"is_public": False}).status_code == 200
        assert is_error(bob.get(f"projects/{shared}/"), 403, "permission_denied")
        for name in ("bob", "stranger"):
            owner.delete(f"collaborators/{shared}/{name}/")
        assert owner.project(shared)["user_role"] == "admin"

    def test_teams_and_owners_do_not_count(self, server, owner, bob):  # contract S5
        org = server.organization(f"limit{next(_numbers)}", owner.name, ("limit-one", "member"),
                                  ("limit-two", "member"), ("limit-boss", "admin"))
        one, two, boss = (server.account(f"limit-{who}") for who in ("one", "two", "boss"))
        project = owner.new_project("teamwork", owner=org)
        owner.post(f"organizations/{org}/teams/", json={"team": "crew"})
        for who in (one, two, boss):
            owner.post(f"organizations/{org}/teams/crew/members/", json={"member": who.name})
        owner.share(project, f"@{org}/crew", "editor")
        owner.share(project, owner.name, "reader")  # has no effect: he owns the organization
        server.subscribe(org, max_collaborators=0)
        roles = {who.name: (who.project(project)["user_role"],
                            who.project(project)["user_role_origin"])
                 for who in (owner, one, two, boss)}
        assert roles == {owner.name: ("admin", "organization_owner"),
                         "limit-one": ("editor", "team_member"),
                         "limit-two": ("editor", "team_member"),
                         "limit-boss": ("admin", "organization_admin")}
        owner.share(project, "limit-one", "reader")
        assert is_error(one.get(f"projects/{project}/"), 403, "permission_denied")
        server.subscribe(org, max_collaborators=1)
        assert (one.project(project)["user_role"], one.project(project)["user_role_origin"]) == (
            "reader", "collaborator")  # a direct row beats the team's

    def test_what_became_invalid_by_moving(self, server, owner, bob, name):  # contract R19
        org = server.organization(f"r19{next(_numbers)}", owner.name)
        project = owner.new_project(name, is_public=True)

        def role():
            found = bob.project(project)
            return found["user_role"], found["user_role_origin"]
        assert role() == ("reader", "public")
        owner.share(project, "bob", "manager")
        assert role() == ("manager", "collaborator")
        server.subscribe(owner.name, max_collaborators=0)
        owner.patch(f"projects/{project}/", json={"is_public": False})
        assert is_error(bob.get(f"projects/{project}/"), 403, "permission_denied")
        assert owner.patch(f"projects/{project}/", json={"owner": org}).status_code == 200
        assert is_error(bob.get(f"projects/{project}/"), 403, "permission_denied")
        assert bob.get(f"files/{project}/").status_code == 200  # goes by the role alone
        owner.post(f"members/{org}/", json={"member": "bob"})
        assert role() == ("manager", "collaborator")


@pytest.mark.parametrize("arguments", [
    ["--storage", "-1MB"], ["--storage", "many"], ["--storage", "99999999TB"],
    ["--status", "active"], ["--keep-versions", "0"], ["--max-members", "-2"],
    ["--premium", "perhaps"], ["--max-collaborators", "x"]])
def test_bad_values_on_the_command_line(server, owner, arguments):
    before = server.run("subscription", "show", owner.name)
    done = server.command("subscription", "set", owner.name, *arguments)
    assert done.returncode == 1 and done.stderr.startswith("qfcsync-server: "), done.stderr
    assert server.run("subscription", "show", owner.name) == before
    assert server.command("subscription", "set", "nobody", "--storage", "1").returncode == 1


def test_limits_are_changed_beside_the_running_server(server, owner):
    server.subscribe(owner.name, storage="20GB", keep_versions=7, max_members=5,
                     max_collaborators="unlimited", premium="no", online_layers="yes",
                     status="active_past_due")
    found = subscription(owner)
    assert (found["active_storage_total_bytes"], found["status"], found["plan_is_premium"]) == (
        20 * 1000 * MB, "active_past_due", False)
    shown = server.run("subscription", "show", owner.name)
    assert "kept versions: 7\nmembers: 5\ncollaborators of a private project: no limit" in shown
