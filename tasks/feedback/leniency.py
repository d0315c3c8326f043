"""How readily each agent accepts, and what versions' acceptance is without that.

An accepted draft tells of the draft and of the agent. The model is a logistic regression with an
effect for each version, agent and topic:

    logit P(accepted) = version + agent + topic,  agent ~ N(0, a^2),  topic ~ N(0, t^2)

so an agent's leniency is what is left when it is accounted for what versions wrote for him and on
what topics: the Rasch model (Rasch 1960) with the agent in the place of the test's taker. How far
agents differ at all, `a`, is learned from the answers themselves (empirical Bayes): that which
makes them likeliest, by Laplace's approximation (Breslow and Clayton, "Approximate Inference in
Generalized Linear Mixed Models", 1993), under an exponential prior on `a` and `t` (Simpson et al.,
"Penalising Model Component Complexity", 2017), whose mode is "agents don't differ". With few
answers that wins, and nothing is corrected; an agent with few is drawn to the mean in any case.
scikit-learn finds the effects, scipy the two spreads; neither has the model as a whole.

    corrected   what a version's acceptance would be, had every agent been handed its drafts on
                every topic just as often: the mean over all answers of P(accepted | version, their
                agent, their topic) (standardisation, or g-computation: Robins 1986)
    weight      of one answer: how far it is from what its agent would say anyway, divided by how
                far it is from what the average agent would say. That is the slope of the answer's
                log-likelihood by the draft's quality: a yes from who always says yes weighs next to
                nothing, so does an edit by who always edits; with no correction all weigh 1.

What it can't see: an agent who is lenient with one version alone; leniency that changes with time;
whether versions differ where each agent has met one version only, when it takes the middle between
"that version is better" and "that agent is lenient", by how far agents differ elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

# The prior's: a standard deviation above 1, by which one agent in six accepts 73 drafts where
# the average one accepts 50, has a chance of 5 %.
RATE = 3.0
# Of versions, on the logit scale: as good as no prior, so that what isn't corrected stays as it is.
FREE = 30.0
# Where the search for the spreads begins, for agents and for topics.
GRID = (0.0, 0.2, 0.5, 1.0, 2.0)


class Told(NamedTuple):
    """One answer: who gave it, on what, and whether the draft was accepted. None is unknown."""

    version: str
    agent: str | None
    topic: str | None
    accepted: bool


@dataclass(frozen=True)
class Leniency:
    """What was found; empty mappings where there were no answers, or all were alike."""

    accepts: dict[str, float]
    """Of all that was drafted, the share that each agent would accept."""
    average: float
    """The share that an agent of average leniency would."""
    agents: float
    """How far agents differ, as a standard deviation of logits."""
    topics: float
    """How far topics do."""
    corrected: "dict[str, Floats]"
    """For each version a number for each answer, whose mean is its corrected acceptance and whose
    spread is that figure's (Efron's infinitesimal jackknife, with the two spreads taken as known).
    """

    def weight(self, agent: str | None, accepted: bool, most: float) -> float:
        """What an answer of this agent says, in answers of the average one; `most` at most."""
        own = self.accepts.get(agent, self.average) if agent is not None else self.average
        if not 0 < self.average < 1:
            return 1.0
        says = (1 - own) / (1 - self.average) if accepted else own / self.average
        return min(most, says)


def leniency(told: Sequence[Told]) -> Leniency:
    """Find it. Takes 0.3 s for 20 agents and 3 versions, however many answers."""
    accepted = sum(one.accepted for one in told)
    if accepted in (0, len(told)):
        share = accepted / len(told) if told else 0.0
        return Leniency({}, share, 0.0, 0.0, _as_they_are(told))
    return _found(_Design(told))


def _as_they_are(told: Sequence[Told]) -> "dict[str, Floats]":
    import numpy as np

    whole = np.array([one.accepted for one in told], float)
    return dict.fromkeys(sorted({one.version for one in told}), whole)


class _Design:
    """Answers as columns of 0 and 1, those that are alike counted together.

    A column a version, then one an agent, then one a topic; who is unknown has none.
    """

    def __init__(self, told: Sequence[Told]) -> None:
        import numpy as np

        self.versions = sorted({one.version for one in told})
        self.agents = sorted({one.agent for one in told if one.agent is not None})
        self.topics = sorted({one.topic for one in told if one.topic is not None})
        kinds = sorted({(one.version, one.agent or "", one.topic or "") for one in told})
        places = {kind: place for place, kind in enumerate(kinds)}
        self.kind = np.array(
            [places[one.version, one.agent or "", one.topic or ""] for one in told]
        )
        self.accepted = np.array([one.accepted for one in told], float)
        self.yes = np.bincount(self.kind, self.accepted, len(kinds))
        self.count = np.bincount(self.kind, minlength=len(kinds)).astype(float)
        blocks = (self.versions, self.agents, self.topics)
        self.columns = np.array(
            [
                [float(kind[place] == name) for place, names in enumerate(blocks) for name in names]
                for kind in kinds
            ]
        )

    def scaled(self, agents: float, topics: float) -> "Floats":
        """With each column times its prior's standard deviation, so that the prior is N(0, 1)."""
        import numpy as np

        sizes = (len(self.versions), len(self.agents), len(self.topics))
        return self.columns * np.repeat([FREE, agents, topics], sizes)

    def block(self, columns: "Floats", which: int) -> "Floats":
        """The columns of versions (0), agents (1) or topics (2)."""
        ends = [0, len(self.versions), len(self.versions) + len(self.agents), columns.shape[1]]
        return columns[:, ends[which] : ends[which + 1]]


class _Fit(NamedTuple):
    """The effects at their likeliest, and how likely the spreads are by it."""

    effects: "Floats"
    hessian: "Floats"
    evidence: float


def _fit(design: _Design, columns: "Floats") -> _Fit:
    import numpy as np
    from scipy.special import expit, log1p
    from sklearn.linear_model import LogisticRegression

    both = np.vstack([columns, columns])
    answers = np.repeat([1, 0], len(columns))
    weights = np.concatenate([design.yes, design.count - design.yes])
    there = weights > 0
    model = LogisticRegression(
        C=1.0, fit_intercept=False, solver="newton-cholesky", tol=1e-8, max_iter=200
    )
    effects = model.fit(both[there], answers[there], weights[there]).coef_[0]
    logits = columns @ effects
    likely = float(
        (design.yes * logits - design.count * (log1p(np.exp(-np.abs(logits))))).sum()
        - (design.count * np.maximum(logits, 0)).sum()
    )
    share = expit(logits)
    curvature = design.count * share * (1 - share)
    hessian = columns.T @ (curvature[:, None] * columns) + np.eye(columns.shape[1])
    _, logarithm = np.linalg.slogdet(hessian)
    return _Fit(effects, hessian, likely - float(effects @ effects) / 2 - float(logarithm) / 2)


def _spreads(design: _Design) -> tuple[float, float]:
    """The likeliest standard deviations of agents and topics; 0 where there are none to differ."""
    from itertools import product

    from scipy.optimize import minimize

    def unlikely(spreads: Sequence[float]) -> float:
        agents, topics = (max(0.0, float(spread)) for spread in spreads)
        found = _fit(design, design.scaled(agents, topics))
        return RATE * (agents + topics) - found.evidence

    differ = [len(names) > 1 for names in (design.agents, design.topics)]
    # 0 is always a peak of its own, so that walking uphill from one place would not do
    grid = product(*(GRID if there else GRID[:1] for there in differ))
    agents, topics = min(grid, key=unlikely)
    if not agents and not topics:
        return 0.0, 0.0
    walked = minimize(
        unlikely,
        [max(agents, 0.01) * differ[0], max(topics, 0.01) * differ[1]],
        method="Nelder-Mead",
        bounds=[(0.0, 5.0 * there) for there in differ],
        options={"xatol": 0.01, "fatol": 0.01, "maxfev": 60},
    )
    if walked.fun < unlikely((agents, topics)):
        agents, topics = (float(spread) for spread in walked.x)
    return agents, topics


def _found(design: _Design) -> Leniency:
    import numpy as np
    from scipy.special import expit

    agents, topics = _spreads(design)
    columns = design.scaled(agents, topics)
    fit = _fit(design, columns)
    share = expit(columns @ fit.effects)
    of_all = design.count / design.count.sum()
    answers = len(design.kind)
    # what one answer more of its kind moves the effects by
    moves = np.linalg.solve(fit.hessian, columns.T).T
    residuals = design.accepted - share[design.kind]
    corrected = {}
    for place, version in enumerate(design.versions):
        other = columns.copy()
        other[:, : len(design.versions)] = 0.0
        other[:, place] = FREE
        would = expit(other @ fit.effects)
        mean = float(of_all @ would)
        slope = (of_all * would * (1 - would)) @ other
        numbers = answers * (moves @ slope)[design.kind] * residuals + would[design.kind]
        corrected[version] = numbers - numbers.mean() + mean
    own = design.block(columns, 1)
    without = columns @ fit.effects - own @ design.block(fit.effects[None], 1)[0]
    average = float(of_all @ expit(without))
    effects = dict(zip(design.agents, design.block(fit.effects[None], 1)[0] * agents, strict=True))
    accepts = {agent: float(of_all @ expit(without + effect)) for agent, effect in effects.items()}
    return Leniency(accepts, average, agents, topics, corrected)
