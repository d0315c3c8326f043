"""What a rebuild takes, told before anything is changed; and the rebuild itself, by DVC."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from drafter.errors import BadInput, RepositoryBusy
from drafter.tables import read_json
from tasks.dag import Stage, locked_stages, read_dag
from tasks.paths import Paths
from tasks.repro import PROGRESS, Runner

Say = Callable[[str], None]
TRIES = 3


@dataclass(frozen=True)
class ToRun:
    """A stage that a rebuild runs; `why` is `holds`, or the stage whose change makes it run."""

    stage: str
    why: str
    frozen: bool
    """Whether dvc.yaml says that it never runs."""
    seconds: float | None
    """When it last ran; None where nobody knows."""


def forecast(paths: Paths, places: Iterable[Path]) -> list[ToRun]:
    """The stages that run again, if each changes what it writes: DVC skips the rest.

    `places` are the files of the sources, and of what stages wrote, that are to change. A stage
    that never ran holds nothing, and is not run for this.
    """
    if not (paths.root / "dvc.yaml").is_file():
        return []
    held = [place for place in places if place.is_relative_to(paths.root)]
    reads, frozen = _reads(paths.root)
    found: dict[str, ToRun] = {}
    ran = locked_stages(paths.root)
    for stage in read_dag(paths.root):
        deps = reads.get(stage.name, ())
        holds = any(place.is_relative_to(dep) for place in held for dep in deps)
        after = next((name for name in stage.upstream if name in found), None)
        if stage.name in ran and (holds or after):
            why = "reads what changes" if holds else f"after {after}"
            if stage.name.startswith("ask@"):
                why += "; asks a hosted model what is new, within its max_usd"
            found[stage.name] = ToRun(stage.name, why, stage.name in frozen, _seconds(paths, stage))
    return list(found.values())


def _reads(root: Path) -> tuple[Mapping[str, list[Path]], set[str]]:
    """What each stage reads, and which are frozen."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        named = [stage for stage in repo.index.stages if getattr(stage, "name", None)]
        reads = {
            stage.name: [Path(str(dep)) if Path(str(dep)).is_absolute() else root / str(dep)
                         for dep in stage.deps]
            for stage in named
        }  # fmt: skip
        return reads, {stage.name for stage in named if stage.frozen}


def _without_bars(say: Say) -> Say:
    def tell(line: str) -> None:
        if not PROGRESS.match(line):
            say(line)

    return tell


def _seconds(paths: Paths, stage: Stage) -> float | None:
    try:
        return float(read_json(paths.duration(stage.name))["seconds"])
    except (BadInput, KeyError, TypeError, ValueError):
        return None


def rebuild(paths: Paths, stages: Collection[str], say: Say) -> dict[str, str]:
    """Bring these stages up to date, in their order; {stage: ran, restored or unchanged}.

    What else is not up to date stays so: this is no `dvc repro` of all.
    Raises StageFailed in the stage's words, RepositoryBusy where another DVC works here.
    """
    if not (paths.root / "dvc.yaml").is_file():
        return {}
    runner = Runner(paths.root)
    told: dict[str, str] = {}
    try:
        for stage in [one for one in read_dag(paths.root) if one.name in stages]:
            for left in reversed(range(TRIES)):
                try:
                    told[stage.name] = runner.stage(stage.name, _without_bars(say))
                    say(f"{stage.name} {told[stage.name]}")
                    break
                except RepositoryBusy:
                    if not left:
                        raise
    finally:
        runner.stop()
    return told
