"""What a judge is asked: a challenger's draft beside the champion's, in both orders, repeated."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from drafter.clean import query_text
from drafter.draw import share_of
from tasks.judge.ask import FIRST, INSTRUCTIONS, TIE, Question
from tasks.judge.params import JudgeParams

if TYPE_CHECKING:
    import polars as pl

CHALLENGER, CHAMPION = "challenger", "champion"


@dataclass(frozen=True)
class Pair:
    """One question, of whom it is, and `key`: equal for all that decides the answer."""

    ticket_id: str
    challenger: str
    order: str
    """Who stands first: challenger or champion."""
    repeat: int
    question: Question
    key: str

    def winner(self, verdict: str) -> str:
        """challenger, champion or tie, from first, second or tie."""
        if verdict == TIE:
            return TIE
        return self.order if verdict == FIRST else ({CHALLENGER, CHAMPION} - {self.order}).pop()


def pairs_of(
    tickets: "pl.DataFrame", drafts: Mapping[str, "pl.DataFrame"], params: JudgeParams, seed: int
) -> list[Pair]:
    """Ticket after ticket in the order in which a hash draws them, so that a run that ends early
    has whole tickets.

    A ticket is left out for a challenger where it or the champion shows no draft.
    """
    shown = {
        name: dict(
            table.filter(~table["abstained"] & (table["text"].str.strip_chars() != ""))
            .select("ticket_id", "text")
            .iter_rows()
        )
        for name, table in drafts.items()
    }
    challengers = [name for name in drafts if name != params.champion]
    rows = sorted(
        tickets.iter_rows(named=True), key=lambda row: share_of(f"{seed}:{row['ticket_id']}")
    )
    pairs = []
    for row in rows[: params.tickets]:
        ticket_id, message = row["ticket_id"], query_text(row)
        policy = tuple(chunk["text"] for chunk in row["chunks"])
        for name in challengers:
            if ticket_id not in shown[name] or ticket_id not in shown[params.champion]:
                continue
            ours, theirs = shown[name][ticket_id], shown[params.champion][ticket_id]
            for order in (CHALLENGER, CHAMPION):
                first, second = (ours, theirs) if order == CHALLENGER else (theirs, ours)
                question = Question(message, policy, first, second)
                for repeat in range(params.repeats):
                    key = _key(question, repeat, params)
                    pairs.append(Pair(ticket_id, name, order, repeat, question, key))
    return pairs


def _key(question: Question, repeat: int, params: JudgeParams) -> str:
    """Over the model, its settings, the words and the repeat; not over prices or patience."""
    asked = [
        params.provider,
        params.model,
        params.base_url,
        params.temperature,
        params.max_tokens,
        INSTRUCTIONS,
        asdict(question),
        repeat,
    ]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
