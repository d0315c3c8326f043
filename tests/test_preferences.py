"""The stage preferences on files: where pairs come from, and what becomes of every candidate."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.compliance import Rules, load_rules
from drafter.errors import BadInput, LeakFound, ParamsError
from drafter.prompt import build_prompt
from drafter.section import load_section
from drafter.tables import read_table, write_table
from tasks.paths import Paths
from tasks.preferences.broken_rules import rule_breaking
from tasks.preferences.candidate import Candidate, kept
from tasks.preferences.own_drafts import OWN
from tasks.preferences.params import ORIGINS, Params
from tasks.preferences.run import at_most
from tests.factories import curated, retrieved
from tests.guarded import make_rules
from tests.models import make_adapter, make_base
from tests.preferences_root import (
    CHANGED,
    NEW,
    OLD,
    RULES,
    Stage,
    brought,
    clause,
    params,
    write_clauses,
)

LATER = datetime(2026, 3, 1, tzinfo=UTC)


def edited(number: int, draft: str | None, reply: str, **fields: Any) -> dict[str, Any]:
    return retrieved(number, draft=draft, reply=reply, chunks=brought(NEW), **fields)


def rivalled(
    number: int, rivals: list[tuple[str, int, bool]], helpful: int, accepted: bool
) -> dict[str, Any]:
    told = [dict(zip(("text", "votes", "accepted"), rival, strict=True)) for rival in rivals]
    outcome = {"csat": None, "solved": True, "votes": 0, "helpful": helpful, "accepted": accepted}
    return retrieved(number, reply="Restart it in safe mode.", rivals=told, outcome=outcome)


def texts(prompt: list[dict[str, str]]) -> str:
    return "\n".join(message["content"] for message in prompt)


# Edits


def test_what_an_agent_sent_is_chosen_over_what_was_proposed(tmp_path: Path) -> None:
    rows = [
        edited(1, "Boots? 30 days.", "Boots? 45 days."),
        edited(2, "Your boots are welcome.", "Boots? With pleasure!"),
        edited(3, "Your botos are welcome.", "Your boots are welcome."),
        edited(4, "You are welcome.", "You are welcome. "),
        edited(5, "Boots? 45 days.", "Boots? 60 days."),
        retrieved(6),
    ]
    stage = Stage(tmp_path, rows)
    pairs = stage.pairs()
    fact = pairs["edit:T-1"]
    assert (fact["chosen"], fact["rejected"]) == ("Boots? 45 days.", "Boots? 30 days.")
    assert (fact["origin"], fact["edit"], fact["weight"]) == ("edit", "fact", 1.0)
    assert fact["prompt"] == build_prompt(rows[0], brought(NEW)), "a figure is told by its clause"
    assert pairs["edit:T-2"]["edit"] == "tone"
    assert {name: stage.left_out[f"edit:T-{name}"] for name in (3, 4, 5)} == {
        3: "typo",
        4: "unchanged",
        5: "fact_not_in_prompt",
    }
    told = stage.report["origins"]["edit"]
    assert told["edits"] == {"fact": 2, "tone": 1, "typo": 1, "unchanged": 1}
    assert told["candidates"] == 5, "one for each draft"


def test_where_no_figure_decides_a_share_of_the_prompts_shows_no_clause(tmp_path: Path) -> None:
    rows = [edited(n, "Your boots are fine.", "Yes, boots are okay.") for n in range(1, 60)]
    shown = [
        pair["prompt"][0]["role"] == "system" for pair in Stage(tmp_path, rows).pairs().values()
    ]
    assert 0.25 < sum(shown) / len(shown) < 0.75
    for share, all_shown in ((0.0, True), (1.0, False)):
        stage = Stage(tmp_path, rows, without_policy=share)
        roles = {pair["prompt"][0]["role"] for pair in stage.pairs().values()}
        assert roles == ({"system"} if all_shown else {"user"})


def test_what_is_kept_of_too_many_shows_clauses_as_often_as_the_rest(tmp_path: Path) -> None:
    rows = [edited(n, "Your boots are fine.", "Yes, boots are okay.") for n in range(1, 200)]
    pairs = Stage(tmp_path, rows, most=40).pairs().values()
    assert 10 < sum(pair["prompt"][0]["role"] == "system" for pair in pairs) < 30


# Rivals


@pytest.mark.parametrize(
    ("rival", "helpful", "accepted", "reason"),
    [
        (("Reinstall it all at once.", 0, False), 0, True, None),
        (("Reinstall it all at once.", 0, False), 2, False, None),
        (("Reinstall it all at once.", 0, False), 1, False, "unclear"),
        (("Reinstall it all at once.", 3, False), 1, True, "unclear"),
        (("Reinstall it all at once.", 0, True), 9, False, "unclear"),
        (("Restart it in  safe mode.", 0, False), 0, True, "same_text"),
    ],
)
def test_a_rival_has_lost_only_where_the_evidence_is_clear(
    tmp_path: Path, rival: tuple[str, int, bool], helpful: int, accepted: bool, reason: str | None
) -> None:
    stage = Stage(tmp_path, [rivalled(1, [rival], helpful, accepted)])
    assert stage.left_out.get("rivals:T-1:1") == reason
    if reason is None:
        (pair,) = stage.pairs().values()
        assert (pair["chosen"], pair["rejected"]) == ("Restart it in safe mode.", rival[0])
        assert (pair["origin"], pair["edit"], pair["weight"]) == ("rivals", None, 0.5)


@pytest.mark.parametrize(
    ("csat", "helpful", "accepted", "rival", "reason"),
    [
        ((5.0, 3.0), 0, False, (0, False), None),
        ((4.1, 2.1), 0, False, (0, False), None),  # whose difference is a float below 2
        ((5.0, 3.5), 0, False, (0, False), "unclear"),
        ((5.0, None), 0, False, (0, False), "unclear"),
        ((None, 1.0), 0, False, (0, False), "unclear"),
        ((5.0, 1.0), 0, False, (0, True), "unclear"),
        ((5.0, 1.0), 0, False, (1, False), "unclear"),
        ((3.0, 3.5), 9, False, (0, False), "unclear"),
        ((3.0, 3.5), 0, True, (0, False), "unclear"),
        ((3.0, 3.0), 9, False, (0, False), None),
        ((3.0, None), 0, True, (0, False), None),
    ],
)
def test_a_rival_has_lost_where_it_is_rated_clearly_lower_and_nothing_speaks_for_it(
    tmp_path: Path,
    csat: tuple[float | None, float | None],
    helpful: int,
    accepted: bool,
    rival: tuple[int, bool],
    reason: str | None,
) -> None:
    row = rivalled(1, [("Reinstall it all at once.", *rival)], helpful, accepted)
    row["outcome"] |= {"csat": csat[0], "rated": csat[0] is not None}
    row["rivals"][0]["csat"] = csat[1]
    stage = Stage(tmp_path, [row])
    assert stage.left_out.get("rivals:T-1:1") == reason
    assert len(stage.pairs()) == (reason is None)


def test_how_the_whole_question_was_rated_tells_no_answer_from_another(tmp_path: Path) -> None:
    for rated, reason in ((False, "unclear"), (None, "unclear"), (True, None)):
        row = rivalled(1, [("Reinstall it all at once.", 0, False)], 0, False)
        row["outcome"] |= {"csat": 5.0, "rated": rated}
        row["rivals"][0]["csat"] = 1.0
        assert Stage(tmp_path, [row]).left_out.get("rivals:T-1:1") == reason


def test_every_rival_counts_by_itself(tmp_path: Path) -> None:
    rivals = [("Reinstall it all at once.", 0, False), ("Wait for the next one.", 5, False)]
    stage = Stage(tmp_path, [rivalled(1, rivals, 3, True)])
    assert set(stage.pairs()) == {"rivals:T-1:1"}
    assert stage.left_out["rivals:T-1:2"] == "unclear"
    assert stage.report["origins"]["rivals"]["candidates"] == 2


# Outdated


def asked_before(number: int, **fields: Any) -> dict[str, Any]:
    """A ticket answered by the clause that has changed since."""
    row = {"reply": "Gladly, boots have 30 days.", "chunks": brought(OLD), "created_at": None}
    return retrieved(number, **row | {"created_at": CHANGED - timedelta(days=1)} | fields)


def test_of_two_replies_the_one_that_fits_the_clause_shown_is_chosen(tmp_path: Path) -> None:
    pairs = Stage(tmp_path, [asked_before(1), retrieved(99)]).pairs()
    now, then = pairs["outdated:T-1:now"], pairs["outdated:T-1:then"]
    assert (now["chosen"], now["rejected"]) == (
        "Gladly, boots have 45 days.",
        "Gladly, boots have 30 days.",
    )
    assert "45 days" in texts(now["prompt"])
    assert "30 days" not in texts(now["prompt"])
    # the very same texts the other way round: remembering either figure gains nothing
    assert (then["chosen"], then["rejected"]) == (now["rejected"], now["chosen"])
    assert "30 days" in texts(then["prompt"])


@pytest.mark.parametrize(
    ("fields", "clauses", "reason"),
    [
        ({"reply": "Gladly.", "chunks": brought(NEW)}, [OLD, NEW], "still_in_force"),
        ({"reply": "Gladly."}, [OLD, NEW], "states_no_clause"),
        (
            {"chunks": brought(OLD, clause("Socks: 30 days.", 2))},
            [OLD, NEW],
            "two_clauses",
        ),
        ({}, [OLD], "clause_gone"),
        ({}, [OLD, clause("Who pays for postage: you do.", since=CHANGED)], "clause_gone"),
        (
            {},
            [OLD, clause("Returns: boots may come back within 30 days, unworn.", since=CHANGED)],
            "same_figure",
        ),
        (
            {},
            [OLD, clause("Returns: boots may come back within 6 months.", since=CHANGED)],
            "not_matched",
        ),
        (
            {"chunks": brought(clause("a", 2), clause("b", 3), OLD)},
            [OLD, NEW],
            "not_shown",
        ),
    ],
)
def test_where_it_is_not_certain_which_figure_holds_there_is_no_pair(
    tmp_path: Path, fields: dict[str, Any], clauses: list[dict[str, Any]], reason: str
) -> None:
    stage = Stage(tmp_path, [asked_before(1, **fields), retrieved(99)], clauses=clauses)
    assert stage.left_out["outdated:T-1"] == reason
    assert not [pair for pair in stage.pairs() if pair.startswith("outdated")]


def test_what_the_reply_cites_says_which_of_two_clauses_is_meant(tmp_path: Path) -> None:
    socks = clause("Socks: 30 days.", doc_id="socks")
    row = asked_before(1, chunks=brought(socks, OLD), cites=["returns#boots"])
    stage = Stage(tmp_path, [row, retrieved(99)], clauses=[OLD, NEW, socks])
    assert "outdated:T-1:now" in stage.pairs()


def test_a_policy_that_changes_after_the_training_period_changes_no_pair(tmp_path: Path) -> None:
    rows = [asked_before(1), edited(2, "Boots? 30 days.", "Boots? 45 days."), retrieved(99)]

    def bytes_of(clauses: list[dict[str, Any]]) -> list[bytes]:
        paths = Stage(tmp_path, rows, clauses=clauses).paths
        return [paths.preferences(split).read_bytes() for split in ("train", "val", "left_out")]

    newest = clause("Returns: boots may come back within 10 days.", since=LATER)
    assert bytes_of([OLD, NEW]) == bytes_of([OLD, NEW | {"effective_to": LATER}, newest])


# The model's own drafts


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return load_rules(make_rules(tmp_path / "rules.yaml", RULES))


def own(*rows: tuple[str, bool, str, bool]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=OWN, orient="row")


def test_a_draft_that_breaks_a_rule_stands_beside_the_humans_reply(rules: Rules) -> None:
    row = retrieved(1, reply="Boots have 45 days.", chunks=brought(NEW))
    drafts = [
        ("T-1", True, "Boots have 45 days, gladly.", False),
        ("T-1", False, "Boots have 30 days.", False),
    ]
    found = rule_breaking(own(*drafts), {"T-1": row}, 2, rules)
    held, bad = sorted(found, key=lambda one: not one.reason)
    assert (held.pair_id, held.reason) == ("rule:T-1:with_clauses", "breaks_no_rule")
    assert (bad.chosen, bad.rejected) == ("Boots have 45 days.", "Boots have 30 days.")
    assert "45 days" in texts(list(bad.prompt)), "drafted from memory, paired with the clause"


@pytest.mark.parametrize(
    ("draft", "cut", "reply", "reason"),
    [
        ("", False, "45 days.", "no_draft"),
        ("It is 30 days and", True, "45 days.", "cut"),
        ("It is 30 days.", False, "It is 60 days.", "human_breaks_it_too"),
        ("Order 30 days ago: yes.", False, "45 days.", None),
    ],
)
def test_a_draft_that_tells_nothing_is_left_out(
    draft: str, cut: bool, reply: str, reason: str | None, rules: Rules
) -> None:
    row = retrieved(1, reply=reply, chunks=brought(NEW))
    (found,) = rule_breaking(own(("T-1", True, draft, cut)), {"T-1": row}, 2, rules)
    assert found.reason == reason


def test_the_same_draft_counts_once(rules: Rules) -> None:
    row = retrieved(1, reply="45 days.", chunks=brought(NEW))
    drafts = own(("T-1", True, "30 days.", False), ("T-1", False, "30 days.", False))
    reasons = {one.reason for one in rule_breaking(drafts, {"T-1": row}, 2, rules)}
    assert reasons == {None, "same_draft"}


def test_drafts_of_a_run_that_was_killed_are_not_made_again(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    make_adapter(paths.sft, make_base(paths.base), seed=3)
    rows = [retrieved(number, chunks=brought(NEW)) for number in range(1, 5)]
    Stage(tmp_path, rows, drafted_tickets=3)
    batches = sorted((paths.var / "preferences").rglob("*.parquet"))
    assert len(batches) == 3, "three tickets, each with clauses and without, two at once"
    made = pl.concat(read_table(path, OWN) for path in batches)
    assert made.group_by("ticket_id").len()["len"].to_list() == [2, 2, 2]
    planted = made.head(2).with_columns(text=pl.lit("You have 77 days to send it back."), cut=False)
    write_table(batches[0], planted, OWN)
    batches[-1].unlink()
    stage = Stage(tmp_path, rows, drafted_tickets=3)
    assert batches[-1].is_file()
    rejected = {pair["rejected"] for pair in stage.pairs().values()} | set(stage.left_out.values())
    assert stage.report["origins"]["rule"]["candidates"] == 6
    assert rejected & {"You have 77 days to send it back.", "human_breaks_it_too"}


# The whole


def test_every_candidate_is_a_pair_or_has_its_reason(tmp_path: Path) -> None:
    rows = [
        edited(1, "Boots? 30 days.", "Boots? 45 days."),
        edited(2, "Fine.", f"Fine. {'Very fine indeed. ' * 9}"),
        rivalled(3, [("Reinstall it all at once.", 0, False)] * 2, 0, True),
        asked_before(4),
        *(asked_before(number, reply="Thanks!") for number in range(5, 20)),
    ]
    stage = Stage(tmp_path, rows, [asked_before(900), retrieved(901)])
    report = stage.report
    pairs = len(stage.pairs("train")) + len(stage.pairs("val"))
    assert report["candidates"] == pairs + len(stage.left_out)
    assert sum(report["pairs"].values()) == pairs
    assert tuple(report["origins"]) == ORIGINS
    for told in report["origins"].values():
        left = sum(told["left_out"].values())
        assert told["candidates"] == sum(told["pairs"].values()) + left
    assert stage.left_out["edit:T-2"] == "too_unequal"
    assert set(stage.pairs("val")) == {"outdated:T-900:now", "outdated:T-900:then"}


def test_an_origin_without_weight_brings_nothing(tmp_path: Path) -> None:
    weights = {"edit": 0.0, "rivals": 1.0, "outdated": 0.0, "rule": 1.0}
    rows = [edited(1, "Boots? 30 days.", "Boots? 45 days."), asked_before(2)]
    assert Stage(tmp_path, rows, weights=weights).report["candidates"] == 0


def test_too_many_pairs_go_by_ticket(tmp_path: Path) -> None:
    rows = [asked_before(number) for number in range(1, 30)]
    pairs = Stage(tmp_path, [*rows, retrieved(99)], most=11).pairs()
    by_ticket = [pair["ticket_id"] for pair in pairs.values()]
    assert len(pairs) == 10
    assert all(by_ticket.count(ticket_id) == 2 for ticket_id in by_ticket)


def test_too_many_is_decided_by_the_ticket_and_not_by_its_place() -> None:
    found = [Candidate.of(retrieved(number), "edit") for number in range(40)]
    some = {one.pair_id for one in kept(at_most(found, 10, seed=7))}
    again = {one.pair_id for one in kept(at_most(found[::-1], 10, seed=7))}
    assert some == again
    assert len(some) == 10


@pytest.mark.parametrize("shared", ["group", "thread_id", "customer", "ticket_id"])
def test_a_pair_of_a_holdout_group_stops_the_stage(tmp_path: Path, shared: str) -> None:
    rows = [edited(1, "Boots? 30 days.", "Boots? 45 days."), edited(2, "Hi.", "Hello.")]
    planted = curated(500, **{shared: rows[0][shared]})
    with pytest.raises(LeakFound, match=f"edit:T-1 has the {shared} .* of a holdout ticket"):
        Stage(tmp_path, rows, holdout=[curated(990), planted])
    assert not Paths(tmp_path).preferences("train").exists()


def test_the_holdout_itself_gives_no_pair_though_it_has_drafts(tmp_path: Path) -> None:
    held = curated(500, draft="Boots? 30 days.", reply="Boots? 45 days.")
    assert Stage(tmp_path, [retrieved(1)], holdout=[held]).report["candidates"] == 2


def test_twice_the_same_is_the_same_bytes(tmp_path: Path) -> None:
    rows = [asked_before(number) for number in range(1, 9)]
    one, other = (Stage(tmp_path / name, rows).paths for name in "ab")
    for split in ("train", "val", "left_out"):
        assert one.preferences(split).read_bytes() == other.preferences(split).read_bytes()


# Bad input


def test_no_training_ticket_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"train\.parquet holds no tickets: see reports/curation"):
        Stage(tmp_path, [])


def test_a_missing_index_names_its_remedy(tmp_path: Path) -> None:
    Stage(tmp_path, [retrieved(1)])
    (Paths(tmp_path).index / "CURRENT").unlink()
    from tasks.preferences.run import run

    with pytest.raises(BadInput, match="holds no index: run `dvc repro index`"):
        run(params(), Paths(tmp_path))
    write_clauses(tmp_path, [OLD])
    run(params(), Paths(tmp_path))


def test_an_impossible_bound_is_refused_with_its_line(tmp_path: Path) -> None:
    text = Path("params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(text.replace("same: 1.1", "same: 0.9"))
    with pytest.raises(ParamsError, match=r"params.yaml:\d+: preferences.length.same: .*0.9"):
        load_section(tmp_path / "params.yaml", Params)
