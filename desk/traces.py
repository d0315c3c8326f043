"""Every draft as an MLflow trace, with what became of it as the trace's assessments.

Best effort and never in the way: drafts and outcomes go through a bounded queue to a thread of its
own, and what MLflow does not take is dropped and counted; the feedback store has it. Placeholders
only: neither a customer's own values nor what an agent sent is handed to MLflow.

The trace of draft ID is `tr-ID`, in the experiment `desk`. MLflow's own way of writing traces
swallows its errors and makes up ids, so the trace is put together here.
"""

import contextlib
import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from drafter.mlflow_client import settle_mlflow_client

EXPERIMENT = "desk"
SECONDS_BETWEEN_WARNINGS = 60.0
ASSESSED = ("action", "seconds", "csat", "reopened")

logger = logging.getLogger(__name__)


class Traces:
    """Writes to the MLflow at `uri`; at most `most` drafts and outcomes wait."""

    def __init__(self, uri: str, most: int = 1000) -> None:
        self.written = 0
        self.dropped = 0
        self._uri = uri
        self._queue: queue.Queue[Callable[[], None] | None] = queue.Queue(most)
        self._experiment: str | None = None
        self._warned = -SECONDS_BETWEEN_WARNINGS
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many wait, roughly."""
        return self._queue.qsize()

    def drafted(self, draft: Mapping[str, Any]) -> None:
        """Trace a draft (in the form of `FeedbackStore.draft`); returns at once."""
        self._put(lambda: self._trace(draft))

    def told(self, draft_id: str, outcome_id: str, outcome: Mapping[str, Any]) -> None:
        """Note an outcome at its draft's trace; returns at once."""
        assessed = {name: outcome[name] for name in ASSESSED if outcome.get(name) is not None}
        if assessed:
            self._put(lambda: self._assess(draft_id, outcome_id, assessed))

    def counts(self) -> dict[str, int]:
        """How many traces and assessments were written so far, and dropped."""
        return {"written": self.written, "dropped": self.dropped}

    def close(self, seconds: float = 2.0) -> None:
        """Write what waits, for `seconds` at most; what then still waits is dropped."""
        until = time.monotonic() + seconds
        with contextlib.suppress(queue.Full):
            self._queue.put(None, timeout=seconds)
            self._thread.join(max(0.0, until - time.monotonic()))
        if self._thread.is_alive():
            logger.warning("the desk ends, and about %d traces with it", self.waiting + 1)

    def _put(self, write: Callable[[], None]) -> None:
        try:
            self._queue.put_nowait(write)
        except queue.Full:
            self._drop("more wait than may")

    def _drop(self, why: str) -> None:
        self.dropped += 1
        if time.monotonic() - self._warned >= SECONDS_BETWEEN_WARNINGS:
            self._warned = time.monotonic()
            logger.warning("MLflow does not take traces (%s): %d are dropped", why, self.dropped)

    def _run(self) -> None:
        settle_mlflow_client()
        while (write := self._queue.get()) is not None:
            try:
                write()
                self.written += 1
            except Exception as error:  # whatever MLflow's client raises; its text may quote ours
                self._drop(type(error).__name__)

    def _trace(self, draft: Mapping[str, Any]) -> None:
        from mlflow.entities import TraceInfo, TraceLocation, TraceState
        from mlflow.tracing.client import TracingClient

        experiment = self._experiment = self._experiment or _experiment(self._uri)
        client = TracingClient(self._uri)
        end = int(draft["created_at"].timestamp() * 1e9)
        start = end - int(draft["seconds"] * 1e9)
        asked = {"subject": draft["subject"], "messages": draft["messages"]}
        client.start_trace(
            TraceInfo(
                trace_id=trace_of(draft["id"]),
                trace_location=TraceLocation.from_experiment_id(experiment),
                request_time=start // 1_000_000,
                execution_duration=round(draft["seconds"] * 1000),
                state=TraceState.OK,
                client_request_id=draft["id"],
                request_preview=draft["messages"][-1][:1000],
                response_preview=draft["text"][:1000],
                tags={name: str(draft[name]) for name in ("version", "candidate", "role")},
            )
        )
        client.log_spans(experiment, [_span(draft, asked, start, end)])

    def _assess(self, draft_id: str, outcome_id: str, assessed: Mapping[str, Any]) -> None:
        from mlflow.entities import AssessmentSource, Feedback
        from mlflow.tracing.client import TracingClient

        client, trace = TracingClient(self._uri), trace_of(draft_id)
        there = client.get_trace_info(trace).assessments
        if any((each.metadata or {}).get("outcome") == outcome_id for each in there):
            return
        for name, value in assessed.items():
            client.log_assessment(
                trace,
                Feedback(
                    name=name,
                    value=value,
                    source=AssessmentSource("HUMAN", "agent"),
                    metadata={"outcome": outcome_id},
                ),
            )


def trace_of(draft_id: str) -> str:
    """The trace's id, which MLflow wants as 128 bits in hex: that is what a draft's id is."""
    return f"tr-{draft_id}"


def _span(draft: Mapping[str, Any], asked: Mapping[str, Any], start: int, end: int) -> Any:
    """The one span of a draft's trace; times in nanoseconds."""
    from mlflow.entities import Span
    from mlflow.tracing.constant import SpanAttributeKey
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags

    answered = ("text", "citations", "findings", "abstained", "reason")
    told = {
        SpanAttributeKey.REQUEST_ID: trace_of(draft["id"]),
        SpanAttributeKey.SPAN_TYPE: "CHAIN",
        SpanAttributeKey.INPUTS: asked,
        SpanAttributeKey.OUTPUTS: {name: draft[name] for name in answered},
        SpanAttributeKey.CHAT_USAGE: {
            "input_tokens": draft["tokens_in"],
            "output_tokens": draft["tokens_out"],
            "total_tokens": draft["tokens_in"] + draft["tokens_out"],
        },
        SpanAttributeKey.LLM_COST: {"total_cost": draft["cost_usd"]},
    }
    number = int(draft["id"], 16)
    context = SpanContext(number, number >> 64 or 1, is_remote=False, trace_flags=TraceFlags(1))
    return Span(
        ReadableSpan(
            "draft",
            context=context,
            start_time=start,
            end_time=end,
            attributes={name: json.dumps(value) for name, value in told.items()},
            status=Status(StatusCode.OK),
        )
    )


def _experiment(uri: str) -> str:
    """The id of the desk's experiment, made where it is missing."""
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    client = MlflowClient(uri)
    if (found := client.get_experiment_by_name(EXPERIMENT)) is None:
        # beside those of the mill; MLflow would make a folder where the desk was started
        beside = uri.startswith("sqlite:///")
        folder = Path(uri.removeprefix("sqlite:///")).parent / "artifacts"
        try:
            return str(
                client.create_experiment(
                    EXPERIMENT, artifact_location=folder.resolve().as_uri() if beside else None
                )
            )
        except MlflowException:
            # another desk made it between the question and the answer
            if (found := client.get_experiment_by_name(EXPERIMENT)) is None:
                raise
    return str(found.experiment_id)
