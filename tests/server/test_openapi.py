"""swagger.yaml: it is valid, it says what the routes are, and the answers are as it says."""

import collections
import re

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, seed, settings
from openapi_spec_validator import validate

from support import ROOT, Server

DOCUMENT = yaml.safe_load((ROOT / "server/pages/assets/openapi.yaml").read_text())
METHODS = ("get", "post", "put", "patch", "delete")

# Spellings for older clients, and what only administrators call; none belongs into the document.
UNDOCUMENTED = re.compile(r"^/api/v1/(admin/|organizations/\{\}/team/)")

# Fields and parameters of routes that are not in the document.
OF_ADMINISTRATORS = {"with_projects", "default_project_role"}


def operations():
    for path, methods in DOCUMENT["paths"].items():
        for method in methods:
            yield method.upper(), path, methods[method]


def resolved(node):
    while "$ref" in node:
        target = DOCUMENT
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def shape(path):
    return re.sub(r"\{[^}]*\}", "{}", path)


@pytest.fixture(scope="module")
def routes():
    """(method, shape of the path) -> (pattern, access), from the program itself."""
    lines = Server("/nonexistent/data").command_output("routes").splitlines()
    found = {}
    for line in lines:
        method, pattern, access = line.split(" ")
        if not UNDOCUMENTED.match(shape(pattern)):
            found[method, shape(pattern)] = (pattern, access)
    return found


def test_the_document_is_openapi_3():
    validate(DOCUMENT)


def test_it_is_served_to_everybody_without_an_admin_path(server):  # contract G17
    answer = requests.get(f"{server.url}/swagger.yaml")
    assert answer.status_code == 200 and yaml.safe_load(answer.text) == DOCUMENT
    assert not [path for path in DOCUMENT["paths"] if "admin" in path]


def test_every_route_is_documented_and_nothing_else(routes):
    documented = {(method, shape(path)) for method, path, _ in operations()}
    assert sorted(set(routes) - documented) == [], "routes that the document lacks"
    assert sorted(documented - set(routes)) == [], "no such route"


def test_path_parameters_are_those_of_the_routes(routes):
    for method, path, operation in operations():
        pattern, _ = routes[method, shape(path)]
        names = [inner.split(":")[0] for inner in re.findall(r"\{([^}]*)\}", pattern)]
        assert re.findall(r"\{(\w+)\}", path) == names, (method, path, pattern)
        declared = [resolved(one) for one in operation.get("parameters", [])]
        assert [one["name"] for one in declared if one["in"] == "path"] == names, (method, path)
        for one in declared:
            if one["in"] == "path" and f"{{{one['name']}:uuid}}" in pattern:
                assert one["schema"].get("format") == "uuid"


def test_what_needs_no_account_is_marked(routes):
    for method, path, operation in operations():
        _, access = routes[method, shape(path)]
        assert (operation.get("security") == []) == (access == "anyone"), (method, path)


def names_in_sources(pattern):
    text = "".join(path.read_text() for path in sorted((ROOT / "server/routes").glob("*.?pp")))
    return set(re.findall(pattern, text))


def test_query_parameters_are_those_that_the_routes_read():
    declared = {one["name"] for _, _, operation in operations()
                for one in map(resolved, operation.get("parameters", [])) if one["in"] == "query"}
    read = names_in_sources(r'query\.get\("([^"]+)"\)') | names_in_sources(r'flag\([^,]*, "([^"]+)"')
    assert sorted(read - declared - OF_ADMINISTRATORS) == [], "read, but not documented"
    assert sorted(declared - read) == [], "nobody reads it"


def test_body_fields_are_those_that_the_routes_read():
    declared = set()
    for _, _, operation in operations():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            declared |= set(resolved(content["schema"])["properties"])
    read = names_in_sources(r'field_(?:string|bool)\([^,]+, "([^"]+)"')
    assert sorted(read - declared - OF_ADMINISTRATORS) == []


def test_every_error_code_of_the_server_is_in_the_document():
    codes = set(DOCUMENT["components"]["schemas"]["Error"]["properties"]["code"]["enum"])
    text = (ROOT / "server/http/api_error.hpp").read_text()
    used = set(re.findall(r'\{\d+,\s*"([a-z_]+)"', text)) | {"api_error"}
    assert len(used) > 15 and sorted(used - codes) == []
    described = " ".join(str(operation["responses"]) for _, _, operation in operations())
    described += str(DOCUMENT["components"]["responses"]) + DOCUMENT["info"]["description"]
    assert [code for code in used if code not in described] == []


def test_examples_are_what_their_schemas_say():
    from openapi_schema_validator import OAS30Validator
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT202012
    registry = Registry().with_resource(
        "urn:api", Resource(contents=DOCUMENT, specification=DRAFT202012))
    count = 0
    for name, schema in DOCUMENT["components"]["schemas"].items():
        if "example" not in schema:
            continue
        count += 1
        validator = OAS30Validator({"$ref": f"urn:api#/components/schemas/{name}"}, registry=registry)
        problems = [error.message for error in validator.iter_errors(schema["example"])]
        assert problems == [], name
    assert count > 20


def test_operation_ids_are_unique():
    ids = collections.Counter(operation["operationId"] for _, _, operation in operations())
    assert [name for name, times in ids.items() if times > 1] == []


# --- schemathesis: requests made from the document, answers compared with it

EXAMPLES_PER_OPERATION = 12
SEED = 20260801


@pytest.fixture(scope="module")
def prepared(server, ada, bob):
    """Real things, so that requests reach further than `not found`."""
    project = ada.new_project("documented")
    ada.upload_sample(project)
    ada.share(project, "bob", "editor")
    ada.package(project)
    return {"project": project, "name": "trees.gpkg", "username": "ada"}


schema = schemathesis.openapi.from_dict(DOCUMENT)
# These would end the run's own account or data; tests of their own call them.
HARMFUL = {("DELETE", "/api/v1/projects/{project}/"), ("GET", "/api/v1/auth/logout/"),
           ("POST", "/api/v1/auth/logout/"), ("PUT", "/api/v1/users/{username}/"),
           ("PATCH", "/api/v1/users/{username}/"), ("POST", "/api/v1/auth/password/"),
           ("DELETE", "/api/v1/tokens/{id}/")}


@schema.parametrize()
@settings(max_examples=EXAMPLES_PER_OPERATION, deadline=None, database=None, derandomize=False,
          phases=[Phase.explicit, Phase.generate],
          suppress_health_check=list(HealthCheck))
@seed(SEED)
def test_answers_are_as_documented(case, server, ada, prepared):
    if (case.method.upper(), case.path) in HARMFUL:
        account = None  # as nobody it harms nobody
    else:
        account = ada
        for name, value in prepared.items():
            if name in (case.path_parameters or {}) and len(repr(case.body)) % 2 == 0:
                case.path_parameters[name] = value
    headers = {"Authorization": f"Token {account.token}"} if account else {}
    response = case.call(base_url=server.url, headers=headers, timeout=30)
    if response.status_code == 404 and "html" in str(response.headers.get("content-type")):
        return  # the path names no route, as one with an id that is none
    case.validate_response(response, checks=[
        schemathesis.checks.not_a_server_error,
        schemathesis.specs.openapi.checks.status_code_conformance,
        schemathesis.specs.openapi.checks.content_type_conformance,
        schemathesis.specs.openapi.checks.response_schema_conformance])
