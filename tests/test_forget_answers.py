"""Answers that were paid for are kept by what was asked; those about a forgotten customer go."""

import json
from pathlib import Path

import polars as pl

from drafter.drafter import Drafter
from drafter.hosted.answer import Answer
from drafter.hosted.answers import Answers
from drafter.records import JUDGEMENT
from drafter.tables import write_table
from tasks.ask.endpoint import endpoint_of, requests_for, spec_of
from tasks.candidates import Hosted
from tasks.forget.paid import _Nobody, addresses, forget_answers, holding
from tasks.forget.person import Person
from tasks.holdout import read_tickets
from tasks.paths import Paths
from tests.hosting import hosted, make_root

URL = "http://127.0.0.1:9"


def test_answers_about_their_tickets_go_and_the_others_stay_byte_for_byte(tmp_path: Path) -> None:
    paths = Paths(make_root(tmp_path))
    entry = Hosted.from_values(hosted(URL))
    tickets, retrieves = read_tickets(paths.root / entry.tickets)
    asking = Drafter(spec_of("gpt", entry, retrieves), _Nobody())
    asked = requests_for(asking, endpoint_of(entry), tickets)
    kept = Answers(paths.answers("gpt"))
    for request in asked:
        kept.add(request.address, Answer("It is on its way", None, 10, 5))
    kept.close()
    (file,) = paths.answers("gpt").glob("*.jsonl")
    before = file.read_text().splitlines()
    _judged(paths)

    una = Person("customer-x", tickets={"T-2"})
    gone = addresses(paths, {"gpt": entry}, una)
    assert gone == {asked[1].address, "key of T-2"}
    assert set(holding(paths, una, gone)) == {file, paths.judge_answers}
    assert forget_answers(paths, una, gone) == 2
    assert file.read_text().splitlines() == before[:1] + before[2:]
    assert "T-1" in paths.judge_answers.read_text()
    assert "T-2" not in paths.judge_answers.read_text()
    assert forget_answers(paths, una, gone) == 0


def _judged(paths: Paths) -> None:
    rows = [
        dict.fromkeys(JUDGEMENT) | {"key": f"key of {ticket}", "ticket_id": ticket}
        for ticket in ("T-1", "T-2")
    ]
    write_table(paths.judgements, pl.DataFrame(rows, schema=JUDGEMENT), JUDGEMENT)
    paths.judge_answers.parent.mkdir(parents=True)
    lines = [json.dumps({"key": row["key"], "usd": 0.1, "answer": {}}) for row in rows]
    paths.judge_answers.write_text("".join(f"{line}\n" for line in lines))
