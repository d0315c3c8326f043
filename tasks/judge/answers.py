"""Asking, and keeping each answer by what was asked, so that a second run pays nothing."""

import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from drafter.errors import JudgingFailed
from drafter.progress import progress
from tasks.judge.ask import Answer, Judge
from tasks.judge.pairs import Pair
from tasks.judge.params import JudgeParams

MILLION = 1_000_000
# So many answers at the start that all can't be read say that the rest need not be paid for.
ENOUGH_PROSE = 12


class Store:
    """A line of JSON for each answer, appended as it comes; what a kill tore off is left out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, tuple[Answer, float]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
                self.known[entry["key"]] = (Answer(**entry["answer"]), entry["usd"])
            except (ValueError, KeyError, TypeError):
                continue

    def keep(self, answers: Sequence[tuple[str, Answer, float]]) -> None:
        """Append, to the disk itself: these are paid for. A lost answer is not kept."""
        with self.path.open("a+b") as file:
            if file.tell() and not _ends_in_newline(file.name):
                file.write(b"\n")
            for key, answer, usd in answers:
                if not answer.lost:
                    self.known[key] = (answer, usd)
                    entry = {"key": key, "usd": usd, "answer": answer.as_dict()}
                    file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def ask_all(pairs: Sequence[Pair], judge: Judge, store: Store, params: JudgeParams) -> None:
    """Ask what `store` does not know yet, and keep it there.

    Raises JudgingFailed where the next questions could go past max_usd, or where answers were lost
    on the way; what came is kept. Ends early where the first answers all can't be read.
    """
    new = list({pair.key: pair for pair in pairs if pair.key not in store.known}.values())
    spent = 0.0
    lost: list[Answer] = []
    first: list[Answer] = []
    with (
        progress("judging", len(new), "questions") as advance,
        ThreadPoolExecutor(params.parallel) as pool,
    ):
        for start in range(0, len(new), params.parallel):
            wave = new[start : start + params.parallel]
            most = sum(_most(pair, params) for pair in wave)
            if spent + most > params.max_usd:
                whole = _whole_tickets(pairs, store)
                raise JudgingFailed(
                    f"params.yaml judge.max_usd is {params.max_usd}: {spent:.4f} are spent in this "
                    f"run, and the next {len(wave)} of {len(new) - start} questions could take "
                    f"{most:.4f}. All answers are kept: raise it, or set judge.tickets to {whole}, "
                    "which are answered"
                )
            answers = list(pool.map(lambda pair: judge.ask(pair.question), wave))
            costs = [_cost(*both, params) for both in zip(wave, answers, strict=True)]
            spent += sum(costs)
            keys = [pair.key for pair in wave]
            store.keep(list(zip(keys, answers, costs, strict=True)))
            lost += [answer for answer in answers if answer.lost]
            first = [*first, *answers][:ENOUGH_PROSE]
            advance(len(wave))
            if len(first) == ENOUGH_PROSE and not any(answer.verdict for answer in first):
                break
    if new:
        print(f"judge: {len(new)} questions were new, for {spent:.4f} US dollars", file=sys.stderr)
    if lost:
        raise JudgingFailed(
            f"{len(lost)} of {len(new)} questions to {params.provider}:/{params.model} got no "
            f"answer ({lost[0].failed}). The others are kept: run `dvc repro judge` again"
        )


def _cost(pair: Pair, answer: Answer, params: JudgeParams) -> float:
    """By the tokens that were counted; the most it can have been where they were not."""
    if answer.lost:
        return 0.0
    if answer.tokens_in is None or answer.tokens_out is None:
        return _most(pair, params)
    price = params.price
    spent = answer.tokens_in * price.tokens_in + answer.tokens_out * price.tokens_out
    return round(spent / MILLION, 9)


def _most(pair: Pair, params: JudgeParams) -> float:
    price = params.price
    most = pair.question.size * price.tokens_in + params.max_tokens * price.tokens_out
    return round(most / MILLION, 9)


def _whole_tickets(pairs: Sequence[Pair], store: Store) -> int:
    """How many of the first tickets are answered in full."""
    whole = list(dict.fromkeys(pair.ticket_id for pair in pairs))
    open_ones = [pair.ticket_id for pair in pairs if pair.key not in store.known]
    return whole.index(open_ones[0]) if open_ones else len(whole)


def _ends_in_newline(name: str) -> bool:
    with Path(name).open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
