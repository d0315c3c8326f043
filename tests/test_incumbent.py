"""What serves is brought back as a candidate, from a real registry with a tiny real model."""

from pathlib import Path

import pytest

from drafter.errors import BadInput
from drafter.tables import read_json, write_json
from drafter.versions import CHAMPION
from tasks.incumbent.run import Params, bring_back
from tasks.paths import Paths
from tasks.register.params import Params as RegisterParams
from tasks.register.run import register
from tasks.versions import Registry
from tests.models import make_adapter
from tests.registered import PARAMS as OF_BASE
from tests.registered import REGISTER, root_to_register

PARAMS = Params.from_values({"register": REGISTER})


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return root_to_register(tmp_path)


def promoted(paths: Paths, params: RegisterParams) -> str:
    version = register(params, paths).rpartition("/")[2]
    registry = Registry(paths)
    registry.move(CHAMPION, registry.numbered("support-drafter", version))
    return version


def with_adapter(paths: Paths) -> RegisterParams:
    """The candidate `base` of that root, with an adapter over the base."""
    make_adapter(paths.sft, paths.base, 3)
    candidate = OF_BASE.candidates["base"].model_copy(update={"model": "models/sft"})
    return OF_BASE.model_copy(update={"candidates": {"base": candidate}})


def test_the_champions_adapter_comes_back_as_it_was_trained_and_nothing_else(paths: Paths) -> None:
    version = promoted(paths, with_adapter(paths))
    trained = read_json(paths.sft / "manifest.json")
    make_adapter(paths.sft, paths.base, 4)  # the mill goes on
    write_json(paths.champion / "stray.json", {})
    assert bring_back(PARAMS, paths) == f"models:/support-drafter/{version}"
    assert read_json(paths.champion / "manifest.json") == trained
    there = {path.name for path in paths.champion.iterdir()}
    assert "adapter_model.safetensors" in there
    assert "stray.json" not in there


def test_a_champion_without_an_adapter_is_named_as_the_candidate_that_it_is(paths: Paths) -> None:
    promoted(paths, OF_BASE)
    with pytest.raises(BadInput, match=r"set decide\.champion in params\.yaml to base itself"):
        bring_back(PARAMS, paths)


def test_without_a_champion_there_is_nothing_to_bring(paths: Paths) -> None:
    with pytest.raises(BadInput, match="has the alias champion"):
        bring_back(PARAMS, paths)
    assert not paths.champion.exists()
