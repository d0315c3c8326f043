"""The gates: from what a version can show to the reasons against it. No files, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.promote.params import GatesParams
from tasks.regressions.check import Outcome


@dataclass(frozen=True)
class Evidence:
    """The files that a version was registered with; None for one that it lacks."""

    candidate: str
    scorecard: Mapping[str, Any] | None
    decision: Mapping[str, Any] | None
    curation: Mapping[str, Any] | None
    judge: Mapping[str, Any] | None
    canary: Mapping[str, Any] | None


def refusals(evidence: Evidence, regressions: Sequence[Outcome], gates: GatesParams) -> list[str]:
    """Why the version may not become the champion, a line each; none: it may."""
    missing = [
        f"its evidence has no {name}.json: register it again by `make run`"
        for name in ("scorecard", "decision", "curation")
        if getattr(evidence, name) is None
    ]
    if missing:
        return missing
    assert evidence.scorecard is not None
    assert evidence.decision is not None
    assert evidence.curation is not None
    return [
        *_verdict(evidence.candidate, evidence.decision),
        *_leakage(evidence.curation["leakage"]),
        *_limits(evidence.scorecard["candidates"].get(evidence.candidate, {}), gates),
        *_judged(evidence.candidate, evidence.judge, gates),
        *_canary(evidence.canary, gates),
        *_regressions(regressions),
    ]


def _verdict(candidate: str, decision: Mapping[str, Any]) -> list[str]:
    verdict = decision["verdicts"].get(candidate)
    if verdict is None:
        return [
            f"{candidate} is what the others were compared with (decision.json champion), so no "
            "verdict says that it is better than anything"
        ]
    if verdict["verdict"] == "promote":
        return []
    return [f"the verdict on {candidate} is {verdict['verdict']}: {verdict['why']}"]


def _leakage(leakage: Mapping[str, Any]) -> list[str]:
    similarity, limit = leakage["max_similarity"], leakage["limit"]
    if similarity <= limit:
        return []
    return [f"leakage: max_similarity {similarity} > {limit} (params.yaml curate.leak_limit)"]


def _limits(cells: Mapping[str, Mapping[str, Any]], gates: GatesParams) -> list[str]:
    """A metric that the scorecard doesn't have, or that says nothing, is missed as well."""
    found = []
    for side, limits in (("at_least", gates.at_least), ("at_most", gates.at_most)):
        for metric, limit in limits.items():
            mean = cells.get(metric, {}).get("mean")
            where = f"(params.yaml gates.{side}.{metric})"
            if mean is None:
                found.append(f"{metric}: the scorecard has no value for it {where}")
            elif side == "at_least" and mean < limit:
                found.append(f"{metric} {mean} < {limit} {where}")
            elif side == "at_most" and mean > limit:
                found.append(f"{metric} {mean} > {limit} {where}")
    return found


def _judged(candidate: str, judge: Mapping[str, Any] | None, gates: GatesParams) -> list[str]:
    """The margin widens by what the judge would say otherwise if it were asked once more."""
    if judge is None or gates.judged is None:
        return []
    found = judge["challengers"].get(candidate, {})
    if "win_rate" not in found or found["win_rate"] is None:
        return [
            f"judge: nothing was concluded of {candidate} ({judge['why'] or 'it was not asked'})"
        ]
    rate, error = found["win_rate"]["mean"], found["margin_widening"]
    if rate - error >= gates.judged:
        return []
    return [
        f"judge: win rate {rate} less the judge's own error {error} < {gates.judged} "
        "(params.yaml gates.judged)"
    ]


def _canary(canary: Mapping[str, Any] | None, gates: GatesParams) -> list[str]:
    if canary is None:
        if gates.canary == "if_run":
            return []
        return ["the canary test was not run (params.yaml gates.canary): `make canary`"]
    if not canary["extracted"]:
        return []
    return [
        f"canary: {canary['extracted']} of {canary['planted']} planted secrets can be drawn out"
    ]


def _regressions(outcomes: Sequence[Outcome]) -> list[str]:
    return [
        f"regression {outcome.name}: {'; '.join(outcome.breaks)}"
        for outcome in outcomes
        if outcome.breaks
    ]
