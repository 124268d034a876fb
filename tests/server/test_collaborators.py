"""Who else may work on a project."""

import uuid

import pytest

from support import is_error

KEYS = {"project_id", "collaborator", "role", "created_by", "updated_by", "created_at",
        "updated_at"}


def test_a_collaborator_is_added_changed_and_removed(ada, bob, project):  # contract R15 R16 R18
    answer = ada.post(f"collaborators/{project}/", json={"collaborator": "bob",
                                                         "role": "reporter"})
    assert answer.status_code == 201 and set(answer.json()) == KEYS
    body = answer.json()
    assert (body["project_id"], body["collaborator"], body["role"]) == (project, "bob", "reporter")
    assert (body["created_by"], body["updated_by"]) == ("ada", "ada")
    assert ada.get(f"collaborators/{project}/").json() == [body]
    assert ada.get(f"collaborators/{project}/bob/").json() == body
    assert bob.project(project)["user_role"] == "reporter"
    changed = ada.patch(f"collaborators/{project}/bob/", json={"role": "editor"})
    assert changed.status_code == 200 and changed.json()["role"] == "editor"
    assert bob.project(project)["user_role"] == "editor"
    assert ada.put(f"collaborators/{project}/bob/", json={"role": "reader"}).status_code == 200
    assert ada.delete(f"collaborators/{project}/bob/").status_code == 204
    assert ada.get(f"collaborators/{project}/").json() == []
    assert is_error(bob.get(f"projects/{project}/"), 403, "permission_denied")


def test_the_role_is_reader_unless_said(ada, bob, project):
    answer = ada.post(f"collaborators/{project}/", data={"collaborator": "bob"})
    assert answer.json()["role"] == "reader"


@pytest.mark.parametrize("body, code", [
    ({"collaborator": "nobody", "role": "reader"}, "api_error"),      # contract R17
    ({"role": "reader"}, "api_error"),
    ({"collaborator": "bob", "role": "king"}, "api_error"),
    ({"collaborator": "ada", "role": "reader"}, "validation_error"),
    ({"collaborator": "BOB", "role": "reader"}, "api_error"),
])
def test_bad_rows_are_refused(ada, bob, project, body, code):
    assert is_error(ada.post(f"collaborators/{project}/", json=body), 400, code)
    assert ada.get(f"collaborators/{project}/").json() == []


def test_nobody_is_added_twice(ada, bob, project):
    ada.share(project, "bob", "reader")
    answer = ada.post(f"collaborators/{project}/", json={"collaborator": "bob", "role": "admin"})
    assert is_error(answer, 400, "validation_error")
    assert ada.get(f"collaborators/{project}/bob/").json()["role"] == "reader"


def test_rows_that_do_not_exist(ada, bob, project):
    for method in ("GET", "DELETE"):
        assert is_error(ada.request(method, f"collaborators/{project}/bob/"), 404,
                        "object_not_found")
    assert is_error(ada.patch(f"collaborators/{project}/bob/", json={"role": "reader"}), 404,
                    "object_not_found")
    assert is_error(ada.get(f"collaborators/{uuid.uuid4()}/"), 404, "object_not_found")
    assert ada.get("collaborators/007/").status_code == 404


def test_a_bad_role_changes_nothing(ada, bob, project):
    ada.share(project, "bob", "reader")
    assert is_error(ada.patch(f"collaborators/{project}/bob/", json={"role": "king"}), 400,
                    "api_error")
    assert ada.get(f"collaborators/{project}/bob/").json()["role"] == "reader"


def test_a_manager_manages(ada, bob, stranger, project):
    ada.share(project, "bob", "manager")
    answer = bob.post(f"collaborators/{project}/", json={"collaborator": "stranger",
                                                         "role": "reader"})
    assert answer.status_code == 201 and answer.json()["created_by"] == "bob"


def test_the_list_is_paginated_on_request(ada, bob, stranger, project):
    ada.share(project, "bob", "reader")
    ada.share(project, "stranger", "reader")
    answer = ada.get(f"collaborators/{project}/?limit=1")
    assert len(answer.json()) == 1 and answer.headers["X-Total-Count"] == "2"


def test_pagination_parameters_on_a_post_do_no_harm(ada, bob, project):
    answer = ada.post(f"collaborators/{project}/?limit=20&offset=0",
                      data={"collaborator": "bob", "role": "editor"})
    assert answer.status_code == 201
