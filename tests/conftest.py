"""Before anything is imported: tests call nobody, as every process of the mill."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drafter.quiet import quiet_environment
from tests.helpdesk_servers import Chatwoot, Zendesk, chatwoot_server, zendesk_server
from tests.hosted_server import HostedServer, hosted_server

quiet_environment()


@pytest.fixture(autouse=True)
def _mlflow_variables_stay() -> Iterator[None]:
    """`mlflow.set_tracking_uri` writes to the environment, where the next test would find it."""
    with _restored():
        yield


@pytest.fixture(autouse=True, scope="module")
def _and_those_that_fixtures_of_a_module_set() -> Iterator[None]:
    with _restored():
        yield


@contextmanager
def _restored() -> Iterator[None]:
    def mlflow_variables() -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}

    before = mlflow_variables()
    yield
    for name in mlflow_variables():
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostedServer]:
    """A provider of hosted models, with a key for it in the environment."""
    monkeypatch.setenv("TEST_KEY", "sk-never-to-be-seen")
    with hosted_server() as server:
        yield server


@pytest.fixture
def chatwoot() -> Iterator[Chatwoot]:
    with chatwoot_server() as server:
        yield server


@pytest.fixture
def zendesk() -> Iterator[Zendesk]:
    with zendesk_server() as server:
        yield server
