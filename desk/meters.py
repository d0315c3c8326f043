"""What the desk counts, for Prometheus: rule names, versions and kinds of errors; never a text.

Labels are bounded: a version is dropped when many newer ones have come, and a name that is one too
many counts as `other`.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from desk.errors import StoreTrouble
from desk.store.roles import SHADOW

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60)
TOGETHER = (1, 2, 4, 8, 16, 32, 64)
VERSIONS = 20
NAMES = 50
OTHER = "other"


class Meters:
    """One desk's counters, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.drafts = Counter(
            "desk_drafts", "Drafts by what came of them: shown, held_back, failed; by role.",
            ["version", "role", "result"], registry=registry,
        )  # fmt: skip
        self.outcomes = Counter(
            "desk_outcomes", "What became of drafts, as told: by action, or added to later.",
            ["version", "action"], registry=registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "desk_draft_seconds", "From the request to the draft.",
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self.together = Histogram(
            "desk_batch_size", "Tickets drafted together.", buckets=TOGETHER, registry=registry
        )
        self.refusals = Counter(
            "desk_refusals", "Requests refused, by HTTP status.", ["status"], registry=registry
        )
        self.abstentions = Counter(
            "desk_abstentions", "Why drafts were held back: no_policy, empty, or a rule's name.",
            ["reason"], registry=registry,
        )  # fmt: skip
        self.cuts = Counter(
            "desk_cut_tickets", "Tickets of which the model was not shown all.", registry=registry
        )
        self.tokens = Counter(
            "desk_tokens", "Tokens read and written.", ["direction"], registry=registry
        )
        self.cost = Counter("desk_cost_usd", "US dollars that drafts cost.", registry=registry)
        self.missed = Counter(
            "desk_challenger_missed",
            "Tickets without the draft that was the challenger's to write: full, late, rests, "
            "failed, gone.",
            ["why"], registry=registry,
        )  # fmt: skip
        self.store_errors = Counter(
            "desk_store_errors", "Errors of the feedback store.", ["kind"], registry=registry
        )
        # drafts are counted in several threads
        self._lock = threading.Lock()
        self._versions: dict[str, None] = {}
        self._reasons: set[str] = set()
        self._kinds: set[str] = set()

    def drafted(self, draft: Mapping[str, Any]) -> None:
        """Count a row of `drafts`."""
        reason, version = draft["reason"] or "", self._known(draft["version"])
        failed = reason.startswith("failed")
        result = "failed" if failed else "held_back" if reason else "shown"
        self.drafts.labels(version, draft["role"], result).inc()
        self.tokens.labels("in").inc(draft["tokens_in"])
        self.tokens.labels("out").inc(draft["tokens_out"])
        self.cost.inc(draft["cost_usd"])
        if draft["role"] == SHADOW:
            return
        self.seconds.observe(draft["seconds"])
        if draft["cut"]:
            self.cuts.inc()
        if reason and not failed:
            for rule in reason.removeprefix("guard: ").split(", "):
                self.abstentions.labels(_bounded(rule, self._reasons)).inc()

    def miss(self, why: str) -> None:
        """Count a ticket that the challenger was to draft for, and did not."""
        self.missed.labels(why).inc()

    def told(self, version: str, action: str | None) -> None:
        """Count an outcome of a draft by `version`."""
        self.outcomes.labels(self._known(version), action or "added").inc()

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Count the store's errors, and let them pass."""
        try:
            yield
        except (StoreTrouble, SQLAlchemyError) as error:
            self.store_errors.labels(_bounded(type(error).__name__, self._kinds)).inc()
            raise

    def watch(
        self, champion: Callable[[], Mapping[str, Any]], waiting: Callable[[], int],
        hanging: Callable[[], float], challenger: Callable[[], Mapping[str, Any]] | None = None,
        traces: Callable[[], Mapping[str, int]] | None = None,
    ) -> None:  # fmt: skip
        """Tell of the champion, the queue, the challenger and traces as they are when asked.

        `traces` gives how many were written and dropped so far.
        """
        self.registry.register(_Now(champion, waiting, hanging, challenger, traces))

    def _known(self, version: str) -> str:
        """`version`; the one that was heard of longest ago goes when there are too many."""
        with self._lock:
            self._versions.pop(version, None)
            self._versions[version] = None
            if len(self._versions) > VERSIONS:
                oldest = next(iter(self._versions))
                del self._versions[oldest]
                for counter in (self.drafts, self.outcomes):
                    counter.remove_by_labels({"version": oldest})
        return version


class _Now(Collector):
    """What is not counted but looked at."""

    def __init__(
        self, champion: Callable[[], Mapping[str, Any]], waiting: Callable[[], int],
        hanging: Callable[[], float], challenger: Callable[[], Mapping[str, Any]] | None,
        traces: Callable[[], Mapping[str, int]] | None,
    ) -> None:  # fmt: skip
        self._champion = champion
        self._challenger = challenger
        self._waiting = waiting
        self._hanging = hanging
        self._traces = traces

    def collect(self) -> Iterator[GaugeMetricFamily | InfoMetricFamily | CounterMetricFamily]:
        if self._traces:
            told = CounterMetricFamily(
                "desk_traces", "Traces and assessments: written to MLflow, or dropped.",
                labels=["result"],
            )  # fmt: skip
            for result, count in self._traces().items():
                told.add_metric([result], count)
            yield told
        if self._challenger:
            yield _info("desk_challenger", "The version beside it.", self._challenger())
        status = self._champion()
        serves = status["version"] is not None
        yield GaugeMetricFamily("desk_queue_depth", "Tickets that wait.", self._waiting())
        yield GaugeMetricFamily(
            "desk_batch_age_seconds", "How long the batch in hand is being written; 0 for none.",
            self._hanging(),
        )  # fmt: skip
        yield GaugeMetricFamily("desk_serving", "Whether a version serves.", float(serves))
        yield _info("desk_champion", "The version that serves.", status)


def _info(name: str, what: str, status: Mapping[str, Any]) -> InfoMetricFamily:
    names = ("model", "version", "candidate") if status["version"] else ("model",)
    return InfoMetricFamily(name, what, {name: str(status[name]) for name in names})


def _bounded(name: str, known: set[str]) -> str:
    if name not in known and len(known) >= NAMES:
        return OTHER
    known.add(name)
    return name
