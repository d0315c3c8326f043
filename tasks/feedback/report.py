"""reports/feedback.json: what was drafted, what became of it, and what that says.

    drafts = open + resolved        resolved = rows + left_out

Agents stand there by the keys that the desk was told. `accepts` is the share of all that was
drafted which an agent would accept, beside `average`, the average agent's.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tasks.feedback.leniency import Leniency, Told
from tasks.feedback.params import Params
from tasks.feedback.read import Store
from tasks.feedback.rows import Resolved, counted, size_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tasks.statistics.clusters import Clustered
    from tasks.statistics.intervals import Cell

    Floats = NDArray[np.float64]

NOBODY = "unknown"
READ = {True: "read", False: "unread", None: "unknown"}


def report(
    store: Store,
    resolved: Sequence[Resolved],
    told: Sequence[Told],
    found: Leniency,
    left_out: Sequence[str | None],
    params: Params,
) -> dict[str, Any]:
    """`told` are the answers that `found` was found from; `left_out` has one for each resolved."""
    offered = [one for one in resolved if not one.draft.held_back]
    accepted = [one for one in offered if one.answer.action == "accepted"]
    kept = [one for one, why in zip(resolved, left_out, strict=True) if why is None]
    return {
        "until": store.newest.isoformat() if store.newest else None,
        "drafts": len(store.drafts),
        "open": len(store.drafts) - len(resolved),
        "resolved": len(resolved),
        "shadows": store.shadows,
        "held_back": len(resolved) - len(offered),
        "actions": counted([one.answer.action for one in offered]),
        "accepted": counted([READ[one.answer.read] for one in accepted]),
        "edits": counted([size_of(one.answer, params.feedback) for one in offered]),
        "rows": len(kept),
        "rows_by_action": counted(
            ["held_back" if one.draft.held_back else one.answer.action for one in kept]
        ),
        "left_out": counted(left_out),
        "versions": versions(offered, told, found, params),
        "agents": agents(offered, found),
        "average": round(found.average, 4),
        "spread": {"agents": round(found.agents, 3), "topics": round(found.topics, 3)},
    }


def versions(
    offered: Sequence[Resolved], told: Sequence[Told], found: Leniency, params: Params
) -> dict[str, Any]:
    """Acceptance of each version as it was, and corrected, with BCa intervals over answers.

    `agents` counts those who answered it, `shared_agents` those of them who answered another too.
    """
    import numpy as np

    from tasks.statistics.intervals import mean_intervals

    how = (params.feedback.resamples, params.feedback.confidence, params.seed)
    by_version: dict[str, Any] = {}
    met: dict[str, set[str]] = {}
    for answer in told:
        if answer.agent is not None:
            met.setdefault(answer.agent, set()).add(answer.version)
    for version in sorted({one.draft.version for one in offered}, key=_natural):
        own = [one.answer.action == "accepted" for one in offered if one.draft.version == version]
        (raw,) = mean_intervals(_each(np.array(own, float)), *how)
        corrected: Cell = {"mean": None, "low": None, "high": None, "n": 0}
        if version in found.corrected:
            (corrected,) = mean_intervals(_each(found.corrected[version]), *how)
            corrected = {name: _share(corrected[name]) for name in ("mean", "low", "high")}
            corrected["n"] = sum(answer.version == version for answer in told)
        theirs = [versions for versions in met.values() if version in versions]
        by_version[version] = {
            "raw": raw,
            "corrected": corrected,
            "agents": len(theirs),
            "shared_agents": sum(len(versions) > 1 for versions in theirs),
        }
    return by_version


def _each(values: "Floats") -> "Clustered":
    """Every answer by itself: what agents have in common is corrected for."""
    from tasks.statistics.clusters import clustered

    return clustered(values[:, None], range(len(values)))


def agents(offered: Sequence[Resolved], found: Leniency) -> dict[str, Any]:
    """By key: how many answers, what was accepted and unread of them, and how lenient that is."""
    by_agent: dict[str, list[Resolved]] = {}
    for one in offered:
        by_agent.setdefault(one.outcome["agent"] or NOBODY, []).append(one)
    return {
        agent: {
            "n": len(theirs),
            "accepted": sum(one.answer.action == "accepted" for one in theirs),
            "unread": sum(
                one.answer.action == "accepted" and one.answer.read is False for one in theirs
            ),
            "accepts": round(found.accepts.get(agent, found.average), 4),
        }
        for agent, theirs in sorted(by_agent.items())
    }


def _share(value: float | int | None) -> float | None:
    """Linearised figures may lie beyond what a share can be."""
    return None if value is None else min(1.0, max(0.0, float(value)))


def _natural(version: str) -> tuple[int, str]:
    """Version 10 after version 9."""
    return (int(version), "") if version.isdecimal() else (0, version)
