"""How soon tickets of a new topic are noticed, on the sample company's own tickets.

    python -m tests.monitor_drift        after `make run`; the figures of docs/monitor.md

One topic is left out of training. On day 0 a share of the tickets begins to be of that topic;
`topics` is told of it, `meaning` only sees the text.
"""

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from drafter.embed import load_embedder
from tasks.monitor.meaning import distances, split
from tasks.monitor.watch import Series, Value, watch
from tasks.policy_book import said_in
from tests.monitor_days import FIRST, RULES

NEW = "repairs"
DAYS, EACH, RUNS = 90, 20, 40


def main() -> None:
    """Median days until each series notices, and how often it does with no new topic at all."""
    tickets = pl.read_parquet(Path("data/curated/train.parquet"))
    known, new = (tickets.filter(pl.col("topic").eq(NEW) == isin) for isin in (False, True))
    half = known["group"].hash(seed=1) % 2 == 0
    trained, live = known.filter(half), known.filter(~half)
    embedder = load_embedder("minilm", None)
    anchors, others = split(trained, 300)
    usual = distances(anchors, others, embedder, 5)
    texts = [["\n".join(said_in(row)) for row in table.iter_rows(named=True)]
             for table in (live.head(500), new.head(200))]  # fmt: skip
    live_far, new_far = (np.array(distances(anchors, some, embedder, 5)) for some in texts)
    live_topics = live.head(500)["topic"].to_list()
    topics = [(topic, 0.0) for topic in trained["topic"].to_list()]
    for share in (0.0, 0.05, 0.1, 0.2, 0.5):
        late: dict[str, list[float]] = {"topics": [], "meaning": []}
        for run in range(RUNS):
            rng = np.random.default_rng([4, run])
            values: dict[str, list[Value]] = {"topics": [], "meaning": []}
            for day in range(DAYS):
                when = FIRST + timedelta(days=day)
                for is_new in rng.random(EACH) < share:
                    place = int(rng.integers(len(new_far if is_new else live_far)))
                    far = float((new_far if is_new else live_far)[place])
                    values["meaning"].append(Value(when, None, far))
                    topic = NEW if is_new else live_topics[place]
                    values["topics"].append(Value(when, topic, 0.0))
            past = {"topics": topics, "meaning": [(None, one) for one in usual]}
            for name, kind in (("topics", "mix"), ("meaning", "rank")):
                series = Series(name, kind, values[name], 100, False, past[name])  # type: ignore[arg-type]
                alarms = watch(series, RULES._replace(seed=run)).alarms
                late[name].append((alarms[0].day - FIRST).days + 1 if alarms else np.inf)
        for name, days in late.items():
            noticed = np.isfinite(days).mean()
            half_way = np.quantile(days, 0.5, method="lower")
            print(
                f"{share:.0%} of {EACH} tickets a day are of a new topic: {name} notices in "
                f"{noticed:.0%} of {RUNS} runs of {DAYS} days, half of them within {half_way:.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
