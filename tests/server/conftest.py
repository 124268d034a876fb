"""Fixtures: the real server on a free port of the loopback, accounts, projects."""

import itertools
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples" / "field_loop"))

from support import Account, Server  # noqa: E402  (needs the path above)

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for all tests of a file; tests that hurt it take new_server."""
    running = Server(tmp_path_factory.mktemp("server") / "data")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def new_server(tmp_path):
    """Makes servers that the test may kill and start again."""
    made = []

    def make(**settings):
        made.append(Server(tmp_path / f"data_{len(made)}", **settings))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.kill()


@pytest.fixture(scope="session")
def ada(server):
    return server.account("ada")


@pytest.fixture(scope="session")
def bob(server):
    return server.account("bob")


@pytest.fixture(scope="session")
def stranger(server):
    return server.account("stranger")


@pytest.fixture(scope="session")
def anonymous(server):
    return Account(server, "", token=None)


@pytest.fixture(scope="session")
def admin(server):
    return server.account("root", admin=True)


@pytest.fixture
def name():
    """A project or account name nobody has yet."""
    return f"name{next(_numbers)}"


@pytest.fixture
def project(ada):
    """An empty private project of ada's."""
    return ada.new_project(f"empty{next(_numbers)}")


@pytest.fixture
def sample(ada):
    """A project of ada's with the sample in it, processed."""
    project_id = ada.new_project(f"sample{next(_numbers)}")
    ada.upload_sample(project_id)
    return project_id
