"""From the registry into models/champion."""

import shutil
import tempfile
from pathlib import Path

from pydantic import Field

from drafter.base_model import ADAPTER_REMEDY
from drafter.errors import BadInput
from drafter.manifest import verify_manifest
from drafter.section import Section
from drafter.spec import unpack
from drafter.versions import CHAMPION, DRAFTER_ARTIFACT
from tasks.paths import Paths
from tasks.register.params import RegisterParams
from tasks.versions import Registry


class Params(Section):
    """The top-level keys that it reads."""

    registry: RegisterParams = Field(alias="register")


def bring_back(params: Params, paths: Paths) -> str:
    """Put the champion's adapter into models/champion; gives the version that it is of.

    The same version gives the same files, so that DVC runs nothing again. Raises BadInput where
    nobody is the champion, or it has no adapter over the base that is there.
    """
    import mlflow

    registry = Registry(paths)
    name = params.registry.model
    version = registry.at(name, CHAMPION)
    if version is None:
        raise BadInput(f"no version of {name} has the alias {CHAMPION}: there is none to bring")
    with tempfile.TemporaryDirectory(dir=paths.var) as work:
        packed = mlflow.artifacts.download_artifacts(
            artifact_uri=f"{version.uri}/{DRAFTER_ARTIFACT}", dst_path=work
        )
        spec, parts = unpack(Path(packed))
        if parts.adapter is None:
            raise BadInput(
                f"{version.uri} is {spec.candidate}, which has no adapter: set decide.champion in "
                f"params.yaml to {spec.candidate} itself"
            )
        verify_manifest(parts.adapter, ADAPTER_REMEDY)
        paths.champion.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix="champion.", dir=paths.champion.parent))
        shutil.copytree(parts.adapter, beside, dirs_exist_ok=True)
        shutil.rmtree(paths.champion, ignore_errors=True)
        beside.rename(paths.champion)
    return version.uri
