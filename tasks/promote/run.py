"""An action on the world, so no DVC stage: told twice about the same version, it acts once."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from drafter.errors import PromotionRefused
from drafter.versions import CHALLENGER, CHAMPION
from tasks.paths import Paths
from tasks.promote.gates import Evidence, Gate, forgotten, held_against
from tasks.promote.params import Params
from tasks.regressions.check import check
from tasks.regressions.contract import read_regressions
from tasks.versions import Registry, Version


@dataclass(frozen=True)
class Checked:
    """What the gates say of the challenger. `champion` is the version now in its place, if any."""

    version: str
    champion: str | None
    gates: list[Gate]
    """Each with what was found; none for who is the champion already."""
    approval: bool
    """Whether a person must still say yes."""
    approval_seconds: int
    """How long to wait for that."""

    @property
    def refusals(self) -> list[str]:
        return [gate.refusal for gate in self.gates if gate.refusal]

    @property
    def sentence(self) -> str:
        stays = (
            f"the champion stays at {self.champion}" if self.champion else "there is no champion"
        )
        if self.version == self.champion:
            return f"{self.version} is the champion already"
        if self.refusals:
            return f"{self.version} is refused: {'; '.join(self.refusals)}; {stays}"
        return f"{self.version} passes all gates"


def check_challenger(params: Params, paths: Paths) -> Checked:
    """Hold the challenger against the gates, and keep what they say with it in MLflow.

    Raises PromotionRefused where there is no challenger.
    """
    registry = Registry(paths)
    challenger = _challenger(registry, params)
    champion = registry.at(challenger.model, CHAMPION)
    seconds = round(3600 * params.gates.approval_hours)
    if champion is not None and champion.number == challenger.number:
        return Checked(challenger.uri, champion.uri, [], False, seconds)
    if (gate := forgotten(challenger.tags)) is not None:
        # its adapter may be gone by now, so that it can't draft
        outcomes, gates = [], [gate]
    else:
        outcomes = check(read_regressions(paths.regressions), registry.served(challenger))
        gates = held_against(_evidence(registry, challenger), outcomes, params.gates)
    reasons = [gate.refusal for gate in gates if gate.refusal]
    kept = sum(not outcome.breaks for outcome in outcomes)
    registry.keep(
        challenger,
        "gates.json",
        {
            "refusals": reasons,
            "gates": params.gates.model_dump(),
            "regressions": [outcome._asdict() for outcome in outcomes],
        },
    )
    registry.tag(
        challenger,
        {
            "replymill.gates": "refused: " + "; ".join(reasons) if reasons else "passed",
            "replymill.regressions": f"{kept} of {len(outcomes)} kept",
        },
    )
    there = champion.uri if champion else None
    return Checked(challenger.uri, there, gates, params.gates.approval, seconds)


def promote(params: Params, paths: Paths, approved_by: str | None) -> Checked:
    """Move `champion` to the challenger. Raises PromotionRefused where a gate or a yes is missed.

    `approved_by` is who said yes; it stands on the version as a tag.
    """
    checked = check_challenger(params, paths)
    if checked.version == checked.champion:
        return checked
    if checked.refusals:
        raise PromotionRefused(checked.sentence)
    if checked.approval and not approved_by:
        raise PromotionRefused(
            f"{checked.version} passes all gates, and params.yaml gates.approval asks for a "
            "person's yes: run the flow release and approve it in Prefect, or say "
            "`python -m tasks.promote --approved-by NAME`"
        )
    registry = Registry(paths)
    challenger = _challenger(registry, params)
    if challenger.uri != checked.version:
        raise PromotionRefused(
            f"{CHALLENGER} moved from {checked.version} to {challenger.uri} meanwhile: check again"
        )
    registry.tag(
        challenger,
        {
            "replymill.approved_by": approved_by or "the gates alone",
            "replymill.promoted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    )
    registry.move(CHAMPION, challenger)
    return checked


def as_json(checked: Checked) -> dict[str, object]:
    """For the flow, which reads it from the last line that the command prints."""
    gates = [gate._asdict() for gate in checked.gates]
    more = {"gates": gates, "refusals": checked.refusals, "sentence": checked.sentence}
    return asdict(checked) | more


def _challenger(registry: Registry, params: Params) -> Version:
    model = params.registry.model
    version = registry.at(model, CHALLENGER)
    if version is None:
        raise PromotionRefused(
            f"{model} has no version called {CHALLENGER}: `make run` registers one"
        )
    return version


def _evidence(registry: Registry, version: Version) -> Evidence:
    files = {
        name: registry.evidence(version, f"{name}.json")
        for name in ("scorecard", "decision", "curation", "judge", "canary")
    }
    return Evidence(version.candidate, **files)
