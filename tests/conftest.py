"""Before anything is imported: tests call nobody, as every process of the mill."""

import os
from collections.abc import Iterator

import pytest

from tasks.stage import quiet_environment

quiet_environment()


@pytest.fixture(autouse=True)
def _mlflow_variables_stay() -> Iterator[None]:
    """`mlflow.set_tracking_uri` writes to the environment, where the next test would find it."""

    def mlflow_variables() -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}

    before = mlflow_variables()
    yield
    for name in mlflow_variables():
        del os.environ[name]
    os.environ.update(before)
