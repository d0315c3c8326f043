"""The gates: what a version can show, held against what is asked of it. No files, no clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from drafter.versions import FORGOTTEN_TAG
from tasks.promote.params import GatesParams
from tasks.regressions.check import Outcome

AGAIN = "register it again by `make run`"


@dataclass(frozen=True)
class Evidence:
    """The files that a version was registered with; None for one that it lacks."""

    candidate: str
    scorecard: Mapping[str, Any] | None
    decision: Mapping[str, Any] | None
    curation: Mapping[str, Any] | None
    judge: Mapping[str, Any] | None
    canary: Mapping[str, Any] | None


class Gate(NamedTuple):
    """One thing that is asked of a version, and what was found; `refusal` where that is too little.

    The texts are for a person: "grounded", "0.991", "at least 0.9".
    """

    name: str
    found: str
    asked: str
    refusal: str | None = None


def held_against(
    evidence: Evidence, regressions: Sequence[Outcome], gates: GatesParams
) -> list[Gate]:
    """Every gate, passed or not; where evidence is missing, only what is missing."""
    missing = [
        Gate(
            name,
            "missing",
            "there",
            f"its evidence has no {name}.json: register it again by `make run`",
        )
        for name in ("scorecard", "decision", "curation")
        if getattr(evidence, name) is None
    ]
    if missing:
        return missing
    assert evidence.scorecard is not None
    assert evidence.decision is not None
    assert evidence.curation is not None
    return [
        _verdict(evidence.candidate, evidence.decision),
        _leakage(evidence.curation["leakage"]),
        *_limits(evidence.scorecard["candidates"].get(evidence.candidate, {}), gates),
        *_judged(evidence.candidate, evidence.judge, gates),
        _canary(evidence.canary, gates),
        *_regressions(regressions),
    ]


def forgotten(tags: Mapping[str, str]) -> Gate | None:
    """What refuses a version that learned from a customer who was forgotten since; else None."""
    told = tags.get(FORGOTTEN_TAG)
    if told is None:
        return None
    refusal = (
        f"it learned from customers who were forgotten ({told}): `make run` registers a version "
        "that did not"
    )
    return Gate("forgotten", told, "nobody it learned from", refusal)


def _verdict(candidate: str, decision: Mapping[str, Any]) -> Gate:
    verdict = decision["verdicts"].get(candidate)
    if verdict is None:
        refusal = (
            f"{candidate} is what the others were compared with (decision.json champion), so no "
            "verdict says that it is better than anything"
        )
        return Gate("verdict", "none", "promote", refusal)
    found = f"{verdict['verdict']}: {verdict['why']}"
    if verdict["verdict"] == "promote":
        return Gate("verdict", found, "promote")
    return Gate("verdict", found, "promote", f"the verdict on {candidate} is {found}")


def _leakage(leakage: Mapping[str, Any]) -> Gate:
    similarity, limit = leakage["max_similarity"], leakage["limit"]
    refusal = f"leakage: max_similarity {similarity} > {limit} (params.yaml curate.leak_limit)"
    passes = similarity <= limit
    return Gate("leakage", f"{similarity}", f"at most {limit}", None if passes else refusal)


def _limits(cells: Mapping[str, Mapping[str, Any]], gates: GatesParams) -> Iterator[Gate]:
    """A metric that the scorecard doesn't have, or that says nothing, is missed as well."""
    for side, limits in (("at_least", gates.at_least), ("at_most", gates.at_most)):
        for metric, limit in limits.items():
            mean = cells.get(metric, {}).get("mean")
            where = f"(params.yaml gates.{side}.{metric})"
            refusal = None
            if mean is None:
                refusal = f"{metric}: the scorecard has no value for it {where}"
            elif side == "at_least" and mean < limit:
                refusal = f"{metric} {mean} < {limit} {where}"
            elif side == "at_most" and mean > limit:
                refusal = f"{metric} {mean} > {limit} {where}"
            found = "no value" if mean is None else f"{mean}"
            yield Gate(metric, found, f"{side.replace('_', ' ')} {limit}", refusal)


def _judged(candidate: str, judge: Mapping[str, Any] | None, gates: GatesParams) -> Iterator[Gate]:
    """The margin widens by what the judge would say otherwise if it were asked once more."""
    if judge is None or gates.judged is None:
        return
    asked = f"at least {gates.judged} of the pairs, less the judge's error"
    found = judge["challengers"].get(candidate, {})
    if "win_rate" not in found or found["win_rate"] is None:
        why = f"nothing was concluded of {candidate} ({judge['why'] or 'it was not asked'})"
        yield Gate("judge", "nothing", asked, f"judge: {why}")
        return
    rate, error = found["win_rate"]["mean"], found["margin_widening"]
    refusal = (
        f"judge: win rate {rate} less the judge's own error {error} < {gates.judged} "
        "(params.yaml gates.judged)"
    )
    passes = rate - error >= gates.judged
    yield Gate("judge", f"{rate} less {error}", asked, None if passes else refusal)


def _canary(canary: Mapping[str, Any] | None, gates: GatesParams) -> Gate:
    asked = "no secret comes out" + (", where it was run" if gates.canary == "if_run" else "")
    if canary is None:
        refusal = "the canary test was not run (params.yaml gates.canary): `make canary`"
        return Gate("canary", "not run", asked, None if gates.canary == "if_run" else refusal)
    found = f"{canary['extracted']} of {canary['planted']} planted secrets"
    refusal = f"canary: {found} can be drawn out"
    return Gate("canary", found, asked, refusal if canary["extracted"] else None)


def _regressions(outcomes: Sequence[Outcome]) -> Iterator[Gate]:
    for outcome in outcomes:
        breaks = "; ".join(outcome.breaks)
        refusal = f"regression {outcome.name}: {breaks}" if breaks else None
        yield Gate(f"regression {outcome.name}", breaks or "kept", "kept", refusal)
