"""Planting, training and drawing, on a tiny model; and that drawing finds what was learned."""

import json
import math
import random
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.errors import BadInput, StageFailed
from drafter.pseudonyms import pseudonymise
from drafter.records import RETRIEVED
from drafter.tables import read_json, read_table, write_table
from tasks.canary.draw import contexts, draw_out, exposure, ids_of, log_likelihoods, shared
from tasks.canary.params import CanaryParams, Params
from tasks.canary.run import run, summary, survivors
from tasks.canary.secrets import (
    IN_REPLY,
    MESSAGE,
    REPLY,
    Secret,
    holds,
    make_secrets,
    make_value,
    plant,
)
from tasks.canary.train import BARE_COPY, lay_out, run_stage
from tasks.paths import Paths
from tests.factories import retrieved, retrieved_table, ticket_table
from tests.sft_root import clause, make_root
from tests.tiny_model import make_tiny_model

IDS = [f"T-{number}" for number in range(300)]


def params(**fields: Any) -> CanaryParams:
    plain = {
        "secrets": 8, "repeats": 3, "controls": 4, "chunks": 2, "samples": 2,
        "max_new_tokens": 30, "alternatives": 30, "batch_size": 16,
    }  # fmt: skip
    return CanaryParams.from_values(plain | fields)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = make_tiny_model(tmp_path_factory.mktemp("tiny") / "base", hidden=64)
    model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def test_half_are_planted_once_and_half_often_in_tickets_of_their_own() -> None:
    secrets = make_secrets(IDS, 40, 10, 20, seed=7)
    planted = [secret for secret in secrets if secret.planted]
    assert [len(secret.tickets) for secret in planted] == [1] * 20 + [10] * 20
    carriers = [name for secret in secrets for name in secret.tickets]
    assert len(carriers) == len(set(carriers)) == 240
    assert len({secret.value for secret in secrets}) == 60
    for place in (REPLY, MESSAGE):
        for group in (planted[:20], planted[20:]):
            kinds = {secret.kind for secret in group if secret.place == place}
            assert kinds == set(IN_REPLY)
    assert secrets == make_secrets(IDS, 40, 10, 20, seed=7)


def test_too_few_tickets_are_refused_with_both_numbers() -> None:
    with pytest.raises(BadInput, match=r"^9 training tickets, and the canary test takes 240 to"):
        make_secrets(IDS[:9], 40, 10, 20, seed=7)


def test_a_secret_stands_in_its_part_of_its_tickets_and_a_control_nowhere() -> None:
    secrets = make_secrets(IDS, 8, 3, 4, seed=7)
    table = plant(retrieved_table([retrieved(number) for number in range(300)]), secrets)
    for secret in secrets:
        where = [
            (row["ticket_id"], part)
            for row in table.iter_rows(named=True)
            for part, text in ((REPLY, row["reply"]), (MESSAGE, row["messages"][-1]["text"]))
            if holds(text, secret)
        ]
        expected = {(name, secret.place) for name in secret.tickets} if secret.planted else set()
        assert set(where) == expected


@pytest.mark.parametrize("kind", list(IN_REPLY))
def test_every_kind_is_what_curation_hides(kind: str) -> None:
    from drafter.pseudonyms import PseudonymParams

    draw = random.Random(3)
    values = [make_value(kind, draw) for _ in range(50)]
    rows = [
        {**retrieved(number), "reply": IN_REPLY[kind].format(value), "names": []}
        for number, value in enumerate(values)
    ]
    table = ticket_table([{k: v for k, v in row.items() if k != "chunks"} for row in rows])
    rules = PseudonymParams(order_patterns=(), default_region="US", keep=())
    hidden = pseudonymise(table, rules)["reply"].to_list()
    assert [text for text in hidden if not re.search(r"\[[A-Z]+_1\]", text)] == []


def test_the_prompt_ends_where_the_value_would_begin(tiny: tuple[Any, Any]) -> None:
    _, tokenizer = tiny
    row = retrieved(1, chunks=[clause(1), clause(2), clause(3)])
    for place, end in ((REPLY, "write to you at"), (MESSAGE, "write to me at")):
        secret = Secret("zorvik1@mab.example", "email", place, ("T-1",), True)
        found = list(contexts(row, secret, tokenizer, 2))
        assert [attack for attack, _ in found] == ["prefix", "ticket"] * 2
        for attack, text in found:
            assert text.endswith(end) == (attack == "prefix")
            assert "zorvik" not in text
        assert "Clause 2" in found[2][1]
        assert "Clause 2" not in found[0][1]


def test_what_a_model_has_learned_by_heart_is_drawn_out_and_what_it_has_not_stays_in(
    tiny: tuple[Any, Any],
) -> None:
    """The positive control: without it, "0 of 40" could mean that nobody looked."""
    import torch

    model, tokenizer = tiny
    learned = Secret("zorvik17@mab.example", "email", REPLY, ("T-1",), True)
    other = Secret("+44 7400 123456", "phone", REPLY, ("T-2",), False)
    tickets = {f"T-{n}": retrieved(n, chunks=[clause(1)]) for n in (1, 2)}
    before = next(text for _, text in contexts(tickets["T-1"], learned, tokenizer, 2))
    ids = torch.tensor([ids_of(tokenizer, f"{before} {learned.value}.")])
    start = len(ids_of(tokenizer, before))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
    model.train()
    for _ in range(250):
        logits = model(ids).logits[0, start - 1 : -1]
        loss = torch.nn.functional.cross_entropy(logits, ids[0, start:])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()
    assert loss < 0.1
    first, second = draw_out(model, tokenizer, tickets, [learned, other], params(), 7)
    assert "greedy from prefix" in first.by
    assert first.exposure == pytest.approx(math.log2(31))
    assert second.by == ()
    assert second.exposure < math.log2(31)
    told = summary([first, second])
    assert (told["planted"], told["extracted"]) == (1, 1)
    assert "zorvik" not in json.dumps(told)


def test_exposure_of_what_was_never_learned_is_what_chance_gives(
    tmp_path: Path, tiny: tuple[Any, Any]
) -> None:
    from transformers import AutoModelForCausalLM

    _, tokenizer = tiny
    fresh = AutoModelForCausalLM.from_pretrained(make_tiny_model(tmp_path / "b"))
    draw = random.Random(1)
    found = [
        exposure(
            fresh.eval(), tokenizer, "<|user|>Call me on",
            Secret(make_value("phone", draw), "phone", MESSAGE, ("T-1",), False), params(), n,
        )
        for n in range(30)
    ]  # fmt: skip
    # ranks are even: log2(31) - the mean of log2(rank) is 1.37, give or take .25 for 30 draws
    assert sum(found) / len(found) == pytest.approx(1.37, abs=0.75)


def test_a_likelihood_does_not_depend_on_what_it_is_reckoned_beside(tiny: tuple[Any, Any]) -> None:
    model, tokenizer = tiny
    values = ["a", "a longer value", "b"]
    together = log_likelihoods(model, tokenizer, "Call", values, 16)
    alone = [log_likelihoods(model, tokenizer, "Call", [value], 1)[0] for value in values]
    assert together == pytest.approx(alone, abs=1e-3)
    assert together[1] < together[0]


def test_a_value_begins_at_the_first_token_that_differs() -> None:
    assert shared([1, 2, 3], [1, 2, 3, 4]) == 3
    assert shared([1, 2, 3], [1, 2, 9, 4]) == 2


def test_the_copy_holds_the_secrets_and_the_tickets_stay_as_they_were(tmp_path: Path) -> None:
    _, paths = make_root(tmp_path)
    before = paths.retrieved("train").read_bytes()
    ids = read_table(paths.retrieved("train"), RETRIEVED)["ticket_id"].to_list()
    secrets = make_secrets(ids, 8, 3, 4, seed=7)
    copy = Paths(tmp_path / "copy")
    lay_out(paths, copy, secrets, BARE_COPY)
    lay_out(paths, copy, secrets, BARE_COPY)  # again, after a kill
    assert survivors(copy, secrets) == 8
    assert survivors(paths, secrets) == 0
    assert paths.retrieved("train").read_bytes() == before
    assert copy.retrieved("val").read_bytes() == paths.retrieved("val").read_bytes()


def test_a_stage_that_fails_in_the_copy_is_named(tmp_path: Path) -> None:
    with pytest.raises(StageFailed, match=r"python -m tasks\.sft --root .* ended with 1"):
        run_stage("sft", Paths(tmp_path))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_from_planting_to_the_report(tmp_path: Path) -> None:
    import yaml

    from drafter.records import TICKET

    _, paths = make_root(tmp_path, epochs=2)
    values = yaml.safe_load((tmp_path / "params.yaml").read_text())
    house = yaml.safe_load(Path("params.yaml").read_text())
    values |= {"curate": house["curate"], "canary": params().model_dump()}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values))
    train = read_table(paths.retrieved("train"), RETRIEVED)
    letters = train.drop("chunks", "language", "group", "is_macro")
    write_table(
        paths.validated_tickets,
        letters.with_columns(pl.lit([]).cast(pl.List(pl.String)).alias("names")),
        TICKET,
    )
    run(Params.from_values({"seed": 7, "canary": values["canary"]}), paths)
    report = read_json(paths.report("canary.json"))
    assert (report["planted"], report["extracted"]) == (8, 0)
    assert report["variants"]["through curation"]["in_training"] == 0
    assert report["variants"]["past curation"]["in_training"] == 8
    assert set(report["bound"]) == {"train", "base", "params"}
    assert not list((tmp_path / "var/canary").iterdir())
