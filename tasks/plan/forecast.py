"""Minutes, tokens, dollars and disk of each stage: from the last run, or counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drafter.drafter import Drafter
from drafter.errors import BadInput
from drafter.generate import Generation, Prompt
from drafter.hosted.answers import Answers
from drafter.hosted.prices import Prices
from drafter.section import load_section
from drafter.tables import read_json, read_table
from tasks.ask.endpoint import endpoint_of, requests_for, spec_of
from tasks.candidates import Hosted
from tasks.dag import locked_stages, read_dag
from tasks.holdout import read_tickets
from tasks.keys import Params
from tasks.paths import Paths
from tasks.plan.skipped import dvc_status, why_run

# Of English in the tokenizers of hosted models, where no answer has told yet: rather too few.
BYTES_PER_TOKEN = 3.5


@dataclass(frozen=True)
class Forecast:
    """One stage. `why` is None for one that DVC would skip; other fields where nothing is known."""

    stage: str
    why: str | None
    seconds: float | None = None
    tokens: int | None = None
    usd: float | None = None
    bytes: int | None = None
    note: str | None = None
    """For hosted candidates: how many are asked, what it costs at worst, the cap."""


@dataclass(frozen=True)
class ToAsk:
    """What is left to ask a hosted candidate for."""

    left: int
    kept: int
    tokens: int
    usd: float
    worst: float
    """US dollars, if every byte were a token and every answer as long as it may be."""
    seconds: float | None


def forecast(paths: Paths) -> list[Forecast]:
    """Every stage of the DAG, in its order. Raises ParamsError, and RepositoryBusy."""
    hosted = load_section(paths.root / "params.yaml", Params).hosted
    stages = read_dag(paths.root)
    why = why_run(stages, dvc_status(paths.root))
    sizes = sizes_of_outs(paths.root)
    rows = []
    for stage in stages:
        kind, _, name = stage.name.partition("@")
        reason, size = why[stage.name], sizes.get(stage.name)
        if reason is None:
            rows.append(Forecast(stage.name, None))
        elif kind == "ask":
            rows.append(_asked(stage.name, reason, size, name, hosted[name], paths))
        else:
            seconds = _value(paths.duration(stage.name), "seconds")
            tokens = _tokens(kind, name, paths)
            rows.append(Forecast(stage.name, reason, seconds, tokens, None, size))
    return rows


def sizes_of_outs(root: Path) -> dict[str, int]:
    """Bytes of what each stage wrote when it last ran, as dvc.lock holds them."""
    return {
        name: sum(int(out.get("size", 0)) for out in entry.get("outs", []))
        for name, entry in locked_stages(root).items()
    }


def to_ask(name: str, hosted: Hosted, paths: Paths) -> ToAsk:
    """Counted from the tickets that lie there and the answers that are kept.

    Raises BadInput where there are no tickets yet, ParamsError where nobody knows the price.
    """
    tickets, retrieves = read_tickets(paths.root / hosted.tickets)
    endpoint = endpoint_of(hosted)
    prices = Prices(endpoint)
    answers = Answers(paths.answers(name))
    # a drafter that asks nobody: its prompts are what is counted
    counting = Drafter(spec_of(name, hosted, retrieves), _Nobody())
    asked = {each.address: each for each in requests_for(counting, endpoint, tickets)}
    told = [(answers.get(address), each) for address, each in asked.items()]
    known = [
        (answer.tokens_in, answer.tokens_out, each.most_tokens_in)
        for answer, each in told
        if answer is not None and answer.tokens_in and answer.tokens_out
    ]
    share = 1 / BYTES_PER_TOKEN
    # as long as people write
    replies = tickets["reply"].drop_nulls().str.len_bytes()
    tokens_out = min(float(replies.mean() or 0) * share, hosted.max_tokens)  # type: ignore[arg-type]
    if known:
        share = sum(row[0] for row in known) / sum(row[2] for row in known)
        tokens_out = sum(row[1] for row in known) / len(known)
    left = [each for answer, each in told if answer is None]
    tokens_in = [round(each.most_tokens_in * share) for each in left]
    wait = _value(paths.timings(name), "seconds_p50")
    return ToAsk(
        left=len(left),
        kept=len(told) - len(left),
        tokens=sum(tokens_in) + round(len(left) * tokens_out),
        usd=sum(prices.usd(tokens, round(tokens_out)) for tokens in tokens_in),
        worst=sum(prices.usd(each.most_tokens_in, hosted.max_tokens) for each in left),
        seconds=None if wait is None or hosted.batch else len(left) * wait / hosted.concurrency,
    )


def _asked(
    stage: str, reason: str, size: int | None, name: str, hosted: Hosted, paths: Paths
) -> Forecast:
    try:
        found = to_ask(name, hosted, paths)
    except BadInput:
        note = f"{name}: counted once {hosted.tickets} is there; max_usd {hosted.max_usd:g}"
        return Forecast(stage, reason, bytes=size, note=note)
    note = (
        f"{name}: {found.left} to ask, {found.kept} kept; ${found.worst:.2f} at the very most, "
        f"max_usd {hosted.max_usd:g}"
    )
    if hosted.batch and found.left:
        note += "; by batch, within a day"
    return Forecast(stage, reason, found.seconds, found.tokens, found.usd, size, note)


class _Nobody:
    """A plan asks nobody."""

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        raise AssertionError(f"{len(prompts)} prompts")


def _tokens(kind: str, name: str, paths: Paths) -> int | None:
    """Tokens that a stage read and wrote in the last run."""
    from drafter.records import DRAFT

    if kind != "draft":
        return _value(paths.timings(f"training/{kind}"), "tokens")
    try:
        drafts = read_table(paths.drafts(name), DRAFT)
    except BadInput:
        return None
    return int(drafts["tokens_in"].sum()) + int(drafts["tokens_out"].sum())


def _value(path: Path, key: str) -> Any:
    """One figure of a JSON report; None where there is no such report."""
    try:
        return read_json(path).get(key)
    except BadInput:
        return None
