"""What an accepted draft costs, local and hosted alike, and from which volume on local wins.

    drafting    local: price of an hour / (drafts an hour x utilisation); hosted: what was charged
    agents      minutes for reading and changing a draft (tasks/decide/edits.py) x the price of one
    accepted    shown to the agent, keeps every rule, accuracy at least prices.accepted_accuracy;
                what a draft has no score for is passed over, but one score it must have
    per accepted draft = (drafting + agents) over all tickets / accepted drafts

A local machine is paid by the day whether it drafts or not; it can draft `capacity` tickets in one,
and beyond that a further machine is paid.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.decide.edits import minutes_by_hand, minutes_with
from tasks.decide.prices import Prices

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HOURS_A_DAY = 24
SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class Work:
    """One candidate's drafts, ticket by ticket. A score is NaN where there is none.

    `drafts` holds "" where the agent is shown none. `timing` is reports/timings/NAME.json: a local
    candidate's says `drafts_per_second` and `device`, a hosted one's neither.
    """

    drafts: Sequence[str]
    charged_usd: Sequence[float]
    accuracy: "Floats"
    compliance: "Floats"
    timing: Mapping[str, Any]

    @property
    def local(self) -> bool:
        return is_local(self.timing)


def is_local(timing: Mapping[str, Any]) -> bool:
    """Whether reports/timings/NAME.json is that of a candidate on a machine of ours."""
    return "drafts_per_second" in timing


def costs(
    works: Mapping[str, Work], humans: Sequence[str], prices: Prices
) -> dict[str, dict[str, Any]]:
    """For each candidate, in USD: see the head of this file. `per_accepted` is None without any."""
    found = {}
    for name, work in works.items():
        drafting = drafting_usd(work, prices)
        spent = [minutes_with(d, h, prices) for d, h in zip(work.drafts, humans, strict=True)]
        minutes = sum(spent) / len(spent)
        good = accepted(work, prices)
        ticket = drafting + minutes * prices.agent_minute
        found[name] = {
            "where": work.timing["device"] if work.local else "hosted",
            "drafting": drafting,
            "minutes": minutes,
            "agents": minutes * prices.agent_minute,
            "per_ticket": ticket,
            "accepted": good,
            "accepted_share": good / len(humans),
            "drafting_per_accepted": drafting * len(humans) / good if good else None,
            "per_accepted": ticket * len(humans) / good if good else None,
        }
        if work.local:
            found[name] |= {"a_day": a_day(work, prices), "capacity": capacity(work, prices)}
    return found


def with_machines_paid(
    scores: "pl.DataFrame", timings: Mapping[str, Mapping[str, Any]], prices: Prices
) -> "pl.DataFrame":
    """`cost_usd` of local candidates becomes what their machine's time is worth.

    Else every local one would be free, and keep any limit on the price of 1,000 drafts.
    """
    import polars as pl

    local = {name: machine_usd(t, prices) for name, t in timings.items() if is_local(t)}
    paid = pl.col("candidate").replace_strict(local, default=0.0, return_dtype=pl.Float64)
    return scores.with_columns(cost_usd=pl.col("cost_usd") + paid)


def by_hand(humans: Sequence[str], prices: Prices) -> dict[str, float]:
    """A reply without any draft: minutes and USD."""
    minutes = sum(minutes_by_hand(human, prices) for human in humans) / len(humans)
    return {"minutes": minutes, "per_ticket": minutes * prices.agent_minute}


def drafting_usd(work: Work, prices: Prices) -> float:
    """What one draft costs to make, the mean."""
    if not work.local:
        return sum(work.charged_usd) / len(work.charged_usd)
    return machine_usd(work.timing, prices)


def machine_usd(timing: Mapping[str, Any], prices: Prices) -> float:
    """What one draft takes of a local candidate's machine, at the pace that was measured."""
    an_hour = timing["drafts_per_second"] * SECONDS_AN_HOUR * prices.utilisation
    return _hour(timing, prices) / an_hour


def accepted(work: Work, prices: Prices) -> int:
    """How many drafts an agent could send as they are."""
    import numpy as np

    shown = np.array([bool(draft.strip()) for draft in work.drafts])
    scored = np.isfinite(work.accuracy) | np.isfinite(work.compliance)
    right = ~(work.accuracy < prices.accepted_accuracy)
    kept = ~(work.compliance < 1.0)
    return int((shown & scored & right & kept).sum())


def a_day(work: Work, prices: Prices) -> float:
    """What one machine costs a day."""
    return _hour(work.timing, prices) * HOURS_A_DAY


def capacity(work: Work, prices: Prices) -> int:
    """How many tickets one machine drafts a day."""
    busy = SECONDS_AN_HOUR * HOURS_A_DAY * prices.utilisation
    return math.floor(work.timing["drafts_per_second"] * busy)


def break_even(found: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """{local: {hosted: {drafting, with_agents}}}: tickets a day from which on local is cheaper.

    `drafting` compares what making drafts costs, `with_agents` the agents' minutes as well. None:
    at no volume, because the hosted one is cheaper than a machine that is always busy.
    """
    hosted = {name: cost for name, cost in found.items() if cost["where"] == "hosted"}
    return {
        name: {
            other: {
                "drafting": volume(cost, charged["drafting"]),
                "with_agents": volume(
                    cost, charged["drafting"] + charged["agents"] - cost["agents"]
                ),
            }
            for other, charged in hosted.items()
        }
        for name, cost in found.items()
        if hosted and cost["where"] != "hosted"
    }


def volume(local: Mapping[str, Any], saved: float) -> int | None:
    """The least number of tickets a day at which `saved` USD for each pay for a machine's day."""
    if saved <= 0:
        return None
    tickets = max(1, math.ceil(local["a_day"] / saved))
    return tickets if tickets <= local["capacity"] else None


def _hour(timing: Mapping[str, Any], prices: Prices) -> float:
    return prices.cpu_hour if timing["device"] == "cpu" else prices.gpu_hour
