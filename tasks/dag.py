"""The DAG of dvc.yaml as DVC itself understands it: templates filled in, edges from paths; and what
dvc.lock knows of its last run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Stage:
    """One stage of dvc.yaml. `upstream` names the stages whose outputs it reads."""

    name: str
    command: str
    upstream: tuple[str, ...]


def read_dag(root: Path) -> list[Stage]:
    """The stages of `root`'s dvc.yaml, each after all that it reads from; ties stand by name.

    Raises ParamsError where dvc.yaml can't be read or names a parameter that is not there.
    """
    from graphlib import CycleError, TopologicalSorter

    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    from drafter.errors import ParamsError

    try:
        repo = Repo(str(root))
        try:
            graph = repo.index.graph
            # a `.dvc` file tracks data and has nothing to run
            ours = [stage for stage in repo.index.stages if not stage.is_data_source]
            found = {}
            for stage in ours:
                before = sorted(_name(other) for other in graph.successors(stage) if other in ours)
                found[_name(stage)] = Stage(_name(stage), str(stage.cmd), tuple(before))
        finally:
            repo.close()
    except (DvcException, CycleError) as error:
        raise ParamsError(f"the DAG can't be read: {error}") from error

    sorter = TopologicalSorter({name: found[name].upstream for name in sorted(found)})
    sorter.prepare()
    order: list[Stage] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += [found[name] for name in ready]
        sorter.done(*ready)
    return order


def locked_stages(root: Path) -> dict[str, dict[str, Any]]:
    """By name the stages that have run: {"deps": [{path, md5, …}], "outs": [{path, md5, size, …}]}.

    None before the first run. Raises BadInput where dvc.lock is damaged.
    """
    import yaml

    from drafter.errors import BadInput

    try:
        text = (root / "dvc.lock").read_text(encoding="utf-8")
        told = yaml.load(text, Loader=safe_loader()) or {}  # noqa: S506
    except FileNotFoundError:
        return {}
    except (UnicodeDecodeError, yaml.YAMLError):
        raise BadInput(
            f"{root / 'dvc.lock'} is damaged: `git checkout` or `dvc repro` brings it back"
        ) from None
    return dict(told.get("stages") or {})


def safe_loader() -> Any:
    """YAML's safe loader; that in C, where it is there, is ten times as fast."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def distances_to_end(stages: list[Stage]) -> dict[str, int]:
    """How many stages follow on each one at the longest; `stages` as `read_dag` orders them."""
    distances = {stage.name: 0 for stage in stages}
    for stage in reversed(stages):
        for name in stage.upstream:
            distances[name] = max(distances[name], distances[stage.name] + 1)
    return distances


def _name(stage: Any) -> str:
    """What `dvc repro` calls `stage` in the root folder, wherever this process works."""
    name = getattr(stage, "name", "")
    return name if stage.path_in_repo == "dvc.yaml" else f"{stage.path_in_repo}:{name}"
