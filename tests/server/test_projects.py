"""Projects: their object, lists, filters, pages, changes, deletion."""

import re
import uuid

import pytest

from support import is_error

KEYS = {
    "id", "name", "project_type", "owner", "description", "private", "is_public", "created_at",
    "updated_at", "data_last_packaged_at", "data_last_updated_at",
    "restricted_data_last_updated_at", "can_repackage", "needs_repackaging", "status", "user_role",
    "user_role_origin", "shared_datasets_project_id", "is_shared_datasets_project", "is_featured",
    "is_attachment_download_on_demand", "has_restricted_projectfiles", "overwrite_conflicts",
    "file_storage_bytes", "the_qgis_file_name"}


def names_in(answer):
    assert answer.status_code == 200, answer.text
    return [project["name"] for project in answer.json()]


def test_a_new_project_has_every_key(ada, name):  # contract R1 R9 R25
    answer = ada.post("projects/", json={"name": name, "owner": "ada", "description": "Trees"})
    assert answer.status_code == 201
    project = ada.project(answer.json()["id"])
    assert KEYS <= set(project)
    assert (project["owner"], project["description"], project["project_type"]) == (
        "ada", "Trees", "regular")
    assert (project["private"], project["is_public"], project["can_repackage"]) == (
        True, False, True)
    assert (project["needs_repackaging"], project["status"]) == (True, "failed")
    assert (project["overwrite_conflicts"], project["file_storage_bytes"]) == (True, 0)
    assert (project["user_role"], project["user_role_origin"]) == ("admin", "project_owner")
    assert project["data_last_packaged_at"] is None and project["the_qgis_file_name"] is None
    assert str(uuid.UUID(project["id"])) == project["id"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?(Z|[+-]\d\d:\d\d)",
                        project["created_at"])
    jobs = ada.get(f"jobs/?project_id={project['id']}").json()
    assert jobs == []


def test_names_are_checked(ada):  # contract R2
    for bad in ("$", "a b", "", "ä", "x" * 256, "a/b"):
        assert is_error(ada.post("projects/", json={"name": bad}), 400, "api_error"), bad
    assert is_error(ada.post("projects/", json={"description": "no name"}), 400, "api_error")
    assert ada.post("projects/", json={"name": "a-b_c.D9" + "x" * 247}).status_code == 201


def test_an_owner_has_a_name_once_but_two_owners_may_share_it(ada, bob, name):
    ada.new_project(name)
    answer = ada.post("projects/", json={"name": name})
    assert is_error(answer, 400, "project_already_exists")
    assert answer.json()["message"] == "This user already owns a project with the same name."
    bob.new_project(name)
    ada.new_project(name.upper())


@pytest.mark.parametrize("body, public", [
    ({"private": True}, False), ({"private": False}, True), ({"is_public": True}, True),
    ({"private": True, "is_public": True}, False), ({}, False), ({"is_public": "1"}, True),
    ({"private": None, "is_public": True}, True),
])
def test_private_overrides_is_public(ada, name, body, public):
    assert ada.project(ada.new_project(name, **body))["is_public"] is public


@pytest.mark.parametrize("text, value", [("1", True), ("True", True), ("on", True), ("yes", True),
                                         ("0", False), ("False", False), ("off", False)])
def test_forms_write_booleans_in_many_ways(ada, name, text, value):
    answer = ada.post("projects/", data={"name": name, "is_public": text, "unknown": "x"})
    assert answer.status_code == 201 and answer.json()["is_public"] is value


def test_bad_values_are_refused(ada, name):
    for body in ({"is_public": "perhaps"}, {"overwrite_conflicts": []},
                 {"project_type": "shared_datasets"}, {"project_type": "Regular"},   # contract Y4
                 {"project_type": "nonsense"}):
        assert is_error(ada.post("projects/", json={"name": name, **body}), 400, "api_error")
    assert name not in names_in(ada.get("projects/"))
    answer = ada.post("projects/", data="{", headers={"Content-Type": "application/json"})
    assert is_error(answer, 400, "api_error")
    answer = ada.post("projects/", data="<a/>", headers={"Content-Type": "text/xml"})
    assert is_error(answer, 415, "api_error")


def test_the_creator_is_noted(server, ada, name):  # contract R40
    project_id = ada.new_project(name)
    (creator,), = server.database("SELECT u.username FROM project p JOIN user u ON"
                                  " u.id = p.created_by WHERE p.id = ?", project_id)
    assert creator == "ada"


def test_only_for_oneself(ada, bob, name):
    assert is_error(ada.post("projects/", json={"name": name, "owner": "bob"}), 403,
                    "permission_denied")
    assert is_error(ada.post("projects/", json={"name": name, "owner": "nobody"}), 404,
                    "object_not_found")


def test_public_projects_of_others_are_listed_on_request(ada, bob, name):  # contract R3 R4
    bob.new_project(name, is_public=True)
    assert name not in names_in(ada.get("projects/"))
    for query in ("include-public=1", "include_public=1", "include-public=0&include_public=1"):
        assert name in names_in(ada.get(f"projects/?{query}"))
    for query in ("include-public=true", "include-public=0", "include_public=0",
                  "include-public=1&include_public=0"):
        assert name not in names_in(ada.get(f"projects/?{query}"))
    assert is_error(ada.get("projects/?include_public=true"), 400, "api_error")


def test_roles_and_origins_in_the_list(ada, bob, name):  # contract R5 M2 M8
    own = bob.new_project(name)
    shared = ada.new_project(name + "-shared")
    ada.share(shared, "bob", "manager")
    ada.new_project(name + "-hidden")
    listed = {project["id"]: project for project in bob.get("projects/").json()}
    assert (listed[own]["user_role"], listed[own]["user_role_origin"]) == (
        "admin", "project_owner")
    assert (listed[shared]["user_role"], listed[shared]["user_role_origin"]) == (
        "manager", "collaborator")
    assert name + "-hidden" not in {project["name"] for project in listed.values()}


def test_filters(ada, bob, name):  # contract R6 R7
    ada.new_project(f"{name}-one")
    ada.new_project(f"{name}-two")
    bob.new_project(f"{name}-three", is_public=True)
    bob.new_project(f"{name}-four")
    assert names_in(ada.get(f"projects/?owner=bob&search={name}")) == []
    assert names_in(ada.get(f"projects/?owner=BOB&search={name}&include-public=1")) == [
        f"{name}-three"]
    assert names_in(ada.get(f"projects/?owner=ada&name={name.upper()}-ONE")) == [f"{name}-one"]
    assert set(names_in(ada.get(f"projects/?owner=ada&search={name}"))) == {
        f"{name}-one", f"{name}-two"}
    assert names_in(ada.get(f"projects/?search={name}, tw")) == [f"{name}-two"]
    assert len(names_in(ada.get(f"projects/?owner=&name=&search={name}&include_public=1"))) == 3


def test_order_is_featured_then_owner_then_name(ada, bob, name):  # contract R8
    ada.new_project(f"{name}-b")
    ada.new_project(f"{name}-a")
    bob_project = bob.new_project(f"{name}-c")
    bob.share(bob_project, "ada", "reader")
    ada.new_project(f"{name}-z", is_featured=True)
    found = names_in(ada.get(f"projects/?search={name}"))
    assert found == [f"{name}-z", f"{name}-a", f"{name}-b", f"{name}-c"]
    found = names_in(ada.get(f"projects/?search={name}&ordering=-name,nonsense"))
    assert found == [f"{name}-z", f"{name}-c", f"{name}-b", f"{name}-a"]


def test_public_route_lists_own_and_foreign_public_projects(ada, bob, name):  # contract R10
    ada.new_project(f"{name}-mine", is_public=True)
    bob.new_project(f"{name}-theirs", is_public=True)
    bob.new_project(f"{name}-private")
    for path in ("projects/public/", "projects/public"):
        answer = ada.get(path)
        if answer.status_code == 301:
            answer = ada.get("projects/public/")
        roles = {project["name"]: (project["user_role"], project["user_role_origin"])
                 for project in answer.json() if project["name"].startswith(f"{name}-")}
        assert roles == {f"{name}-mine": ("admin", "project_owner"),
                         f"{name}-theirs": ("reader", "public")}


def test_a_direct_role_beats_the_public_one(ada, bob, name):  # contract R19, persons
    project_id = ada.new_project(name, is_public=True)
    assert bob.project(project_id)["user_role_origin"] == "public"
    ada.share(project_id, "bob", "manager")
    found = bob.project(project_id)
    assert (found["user_role"], found["user_role_origin"]) == ("manager", "collaborator")


def test_unknown_and_malformed_ids(ada, bob, project):  # contract R11 R12 R13
    assert is_error(bob.get(f"projects/{project}/"), 403, "permission_denied")
    assert is_error(ada.get(f"projects/{uuid.uuid4()}/"), 404, "object_not_found")
    assert is_error(ada.get("projects/pizza/"), 400, "validation_error")


def test_patch_changes_what_it_names(ada, project, name):  # contract M1
    before = ada.project(project)
    answer = ada.patch(f"projects/{project}/", json={
        "name": name, "description": "other", "is_featured": True, "overwrite_conflicts": False,
        "has_restricted_projectfiles": True, "is_attachment_download_on_demand": True})
    assert answer.status_code == 200
    after = ada.project(project)
    assert (after["name"], after["description"], after["is_featured"]) == (name, "other", True)
    assert (after["overwrite_conflicts"], after["has_restricted_projectfiles"]) == (False, True)
    assert after["is_attachment_download_on_demand"] is True
    assert after["updated_at"] > before["updated_at"]
    assert after["created_at"] == before["created_at"]


def test_put_needs_the_name(ada, project, name):
    assert is_error(ada.put(f"projects/{project}/", json={"description": "x"}), 400, "api_error")
    assert ada.put(f"projects/{project}/", json={"name": name}).status_code == 200


def test_patch_takes_no_bad_values(ada, project, name):
    ada.new_project(name)
    assert is_error(ada.patch(f"projects/{project}/", json={"name": name}), 400,
                    "project_already_exists")
    for body in ({"name": "a b"}, {"is_public": "perhaps"}, {"project_type": "shared_datasets"}):
        assert is_error(ada.patch(f"projects/{project}/", json=body), 400, "api_error")
    assert is_error(ada.patch(f"projects/{project}/", json={"owner": "nobody"}), 404,
                    "object_not_found")


def test_a_project_may_be_given_away(ada, bob, project):
    assert ada.patch(f"projects/{project}/", json={"owner": "bob"}).status_code == 200
    assert bob.project(project)["user_role_origin"] == "project_owner"
    assert is_error(ada.get(f"projects/{project}/"), 403, "permission_denied")


def test_readers_change_nothing(ada, bob, project):  # contract M3
    ada.share(project, "bob", "reader")
    for body in ({"name": "stolen"}, {"owner": "bob"}):
        assert is_error(bob.patch(f"projects/{project}/", json=body), 403, "permission_denied")
    assert ada.project(project)["owner"] == "ada"


def test_delete_takes_everything_along(ada, sample):  # contract R14
    assert ada.package(sample)["status"] == "finished"
    answer = ada.delete(f"projects/{sample}/")
    assert (answer.status_code, answer.content) == (204, b"")
    for path in (f"projects/{sample}/", f"files/{sample}/", f"packages/{sample}/latest/",
                 f"deltas/{sample}/", f"jobs/?project_id={sample}", f"collaborators/{sample}/"):
        assert is_error(ada.get(path), 404, "object_not_found")


def test_templates_are_not_for_the_field(ada, name):  # contract Y3 Y5 Y7
    project_id = ada.new_project(name, project_type="template")
    ada.upload_sample(project_id)
    project = ada.project(project_id)
    assert (project["project_type"], project["can_repackage"]) == ("template", False)
    answer = ada.post("jobs/", json={"project_id": project_id, "type": "package"})
    assert answer.status_code == 403
    answer = ada.patch(f"projects/{project_id}/", json={"project_type": "regular"})
    assert answer.json()["project_type"] == "regular"


def test_shared_datasets_is_a_project_by_its_name(server):  # contract R28 R30 R31 Y1 Y2 Y6
    owner = server.account("data-owner")
    shared = owner.new_project("Shared_Datasets")
    other = owner.new_project("other")
    assert owner.project(shared)["project_type"] == "shared_datasets"
    assert owner.project(shared)["is_shared_datasets_project"] is True
    assert owner.project(other)["shared_datasets_project_id"] == shared
    assert owner.project(other)["is_shared_datasets_project"] is False
    assert is_error(owner.patch(f"projects/{shared}/", json={"name": "else"}), 400,
                    "validation_error")
    answer = owner.patch(f"projects/{shared}/", json={"project_type": "template"})
    assert answer.status_code == 200
    assert owner.project(shared)["project_type"] == "shared_datasets"
    assert is_error(owner.upload(shared, "a.qgs", b"<qgis version='3.34.0-x'/>"), 400,
                    "validation_error")
    second = server.account("second-data-owner")
    project = second.new_project("with-file")
    second.upload_sample(project)
    assert is_error(second.patch(f"projects/{project}/", json={"name": "shared_datasets"}), 400,
                    "qgis_project_file_not_allowed")


@pytest.fixture(scope="module")
def owner(server):
    """Somebody with fifty projects."""
    account = server.account("fifty")
    for number in range(50):
        account.new_project(f"p{number:02}")
    return account


class TestPages:
    """Pages of a list that has fifty projects."""

    def test_counts(self, owner):  # contract G1 G2 G4 G5
        everything = owner.get("projects/")
        assert len(everything.json()) == 50
        assert not {"X-Total-Count", "X-Next-Page", "X-Previous-Page"} & set(everything.headers)
        first = owner.get("projects/?limit=5")
        assert len(first.json()) == 5 and first.headers["X-Total-Count"] == "50"
        assert len(owner.get("projects/?limit=5&offset=3").json()) == 5
        assert len(owner.get("projects/?offset=10").json()) == 50  # contract G3
        beyond = owner.get("projects/?limit=5&offset=60")
        assert beyond.json() == [] and "X-Previous-Page" in beyond.headers

    def test_senseless_limits_mean_none(self, owner):
        for query in ("limit=0", "limit=-1", "limit=x", "limit=0&offset=3"):
            answer = owner.get(f"projects/?{query}")
            assert len(answer.json()) == 50 and "X-Total-Count" not in answer.headers

    def test_links_are_absolute_and_keep_other_parameters(self, owner, server):  # contract G6
        answer = owner.get("projects/?limit=20&owner=fifty&search=p")
        following = answer.headers["X-Next-Page"]
        assert following.startswith(server.api) and "limit=20" in following
        assert "offset=20" in following and "owner=fifty" in following
        second = owner.get(following.removeprefix(server.api))
        assert len(second.json()) == 20
        previous = second.headers["X-Previous-Page"]
        assert "offset" not in previous
        assert owner.get(previous.removeprefix(server.api)).json() == answer.json()

    @pytest.mark.parametrize("start, header", [("projects/?limit=20", "X-Next-Page"),
                                               ("projects/?limit=20&offset=50",
                                                "X-Previous-Page")])
    def test_walking_meets_every_project(self, owner, server, start, header):  # contract G7 G8
        seen = []
        path = start
        while path:
            answer = owner.get(path)
            seen += [project["id"] for project in answer.json()]
            link = answer.headers.get(header)
            path = link and link.removeprefix(server.api)
        assert len(set(seen)) == 50
        # Backwards the last step is a whole page from the start, so some are met twice.
        assert len(seen) == (50 if header == "X-Next-Page" else 60)
