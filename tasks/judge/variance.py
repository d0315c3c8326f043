"""What a judge's verdicts say, and how much of their spread is the judge's own.

A ticket's verdicts are scored for the challenger: 1, 0.5 for a tie, 0. With two orders and R
repeats each, y[t, o, r] = mean + answer[t] + position[o] + order[t, o] + noise[t, o, r]. The two
orders of a ticket compare the same two texts, so whatever differs between them is the judge's:

    d[t]    = mean over r of y[t, challenger first, r] - the same, champion first
    mean d  = what standing first is worth: position bias
    var(d)/4 = the judge's variance in a ticket's mean over all its verdicts (its noise, and what
               order does to this ticket more than to others)
    var of the tickets' means - var(d)/4 = the answers' variance: how far tickets really differ
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def decompose(scores: "Floats", confidence: float, seed: int) -> dict[str, Any]:
    """Of (tickets, 2, repeats) scores in 0..1, `[:, 0]` with the challenger first.

    `win_rate` has a BCa interval over tickets. `se` is its standard error, taken apart into what
    tickets and what the judge add; `margin_widening` is z times the judge's part, in the win rate's
    own unit: what a margin must be wider by, so that this judge's whims alone decide nothing.
    All are None below two tickets.
    """
    import numpy as np
    from scipy.stats import norm

    tickets, _, repeats = scores.shape
    if tickets < 2:
        return {"n": tickets} | dict.fromkeys(
            ("win_rate", "position_bias", "flip_rate", "repeat_disagreement", "variance", "se",
             "margin_widening")
        )  # fmt: skip
    cells = scores.mean(axis=2)
    means = cells.mean(axis=1)
    apart = cells[:, 0] - cells[:, 1]
    z = float(norm.ppf(0.5 + confidence / 2))
    judge = float(apart.var(ddof=1)) / 4
    total = float(means.var(ddof=1))
    noise = float(scores.var(axis=2, ddof=1).mean())
    answers = max(total - judge, 0.0)
    bias, bias_se = float(apart.mean()), float(apart.std(ddof=1)) / tickets**0.5
    first, second = np.triu_indices(repeats, 1)
    return {
        "n": tickets,
        "win_rate": _bca(means, confidence, seed),
        "position_bias": _figures(mean=bias, low=bias - z * bias_se, high=bias + z * bias_se),
        "flip_rate": _figure((scores[:, 0] != scores[:, 1]).mean()),
        "repeat_disagreement": _figure((scores[..., first] != scores[..., second]).mean()),
        "variance": _figures(
            answers=answers,
            judge=judge,
            noise=noise,
            order=max(float(apart.var(ddof=1)) / 2 - noise / repeats, 0.0),
        ),
        "se": _figures(
            total=(total / tickets) ** 0.5,
            answers=(answers / tickets) ** 0.5,
            judge=(judge / tickets) ** 0.5,
        ),
        "margin_widening": _figure(z * (judge / tickets) ** 0.5),
    }


def _bca(means: "Floats", confidence: float, seed: int) -> dict[str, float]:
    import numpy as np
    from scipy.stats import bootstrap

    mean = float(means.mean())
    if np.ptp(means) == 0:  # nothing to resample
        return _figures(mean=mean, low=mean, high=mean)
    found = bootstrap(
        (means,),
        np.mean,
        confidence_level=confidence,
        method="BCa",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return _figures(mean=mean, low=float(found.low), high=float(found.high))


def _figures(**values: float) -> dict[str, float]:
    return {name: _figure(value) for name, value in values.items()}


def _figure(value: "float | np.floating") -> float:
    return round(float(value), 5)
