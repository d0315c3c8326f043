"""What an accepted draft costs, by figures that a reader can follow with a pencil."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from tasks.decide.costs import Work, break_even, by_hand, costs, with_machines_paid
from tasks.decide.edits import minutes_by_hand, minutes_with
from tasks.decide.labels import usd
from tasks.edits import changed_words, words
from tests.deciding import prices

LOCAL = {"drafts_per_second": 2.0, "device": "cpu"}
HUMAN = "you have fourteen days to send it back to us"  # ten words: half a minute at 20 a minute


def work(drafts: list[str], accuracy: list[float], **fields: Any) -> Work:
    plain = {
        "charged_usd": [0.0] * len(drafts),
        "compliance": np.ones(len(drafts)),
        "timing": LOCAL,
    }
    return Work(drafts=drafts, accuracy=np.array(accuracy), **(plain | fields))


def test_words_are_put_in_taken_out_and_replaced_and_each_counts_once() -> None:
    for ours, theirs, distance in [
        ("", "", 0), ("a b c", "a b c", 0), ("a b c", "", 3), ("", "a b", 2), ("a b c", "a x c", 1),
        ("a b c", "b c", 1), ("b c", "a b c d", 2), ("a b c d", "d c b a", 4), ("a a a", "a", 2),
    ]:  # fmt: skip
        assert changed_words(words(ours), words(theirs)) == distance, (ours, theirs)


def test_reading_and_changing_take_an_agents_minutes() -> None:
    asked = prices(words_read=200, words_typed=20)
    assert minutes_by_hand(HUMAN, asked) == 0.5
    # ten words to read, one to change
    draft = HUMAN.replace("fourteen", "thirty")
    assert minutes_with(draft, HUMAN, asked) == pytest.approx(10 / 200 + 1 / 20)


def test_a_useless_draft_costs_its_reading_and_then_the_reply_is_written_by_hand() -> None:
    asked = prices(words_read=200, words_typed=20)
    useless = "blah " * 40
    assert minutes_with(useless, HUMAN, asked) == pytest.approx(40 / 200 + 0.5)
    assert minutes_with("", HUMAN, asked) == 0.5


def test_local_drafts_cost_the_machines_time_at_its_pace_and_utilisation() -> None:
    # 2 drafts a second are 7,200 an hour; half of it busy: 3,600 for 0.36 USD
    found = costs({"local": work([HUMAN], [1.0])}, [HUMAN], prices())["local"]
    assert found["drafting"] == pytest.approx(0.0001)
    assert found["where"] == "cpu"
    assert found["a_day"] == pytest.approx(0.36 * 24)
    assert found["capacity"] == 86_400
    on_gpu = work([HUMAN], [1.0], timing=LOCAL | {"device": "cuda"})
    assert costs({"gpu": on_gpu}, [HUMAN], prices())["gpu"]["drafting"] == pytest.approx(0.001)


def test_an_accepted_draft_bears_the_cost_of_all_that_were_not() -> None:
    drafts = [HUMAN, HUMAN, HUMAN, ""]
    hosted = work(
        drafts, [1.0, 0.8, 0.79, 1.0], charged_usd=[0.01] * 4, timing={"seconds": [1.0]}
    )  # fmt: skip
    found = costs({"hosted": hosted}, [HUMAN] * 4, prices())["hosted"]
    assert found["where"] == "hosted"
    assert found["accepted"] == 2, "one is not right enough, one was not shown"
    # three are read (10 words each at 200 a minute), one is written (half a minute)
    minutes = (3 * 0.05 + 0.5) / 4
    assert found["minutes"] == pytest.approx(minutes)
    assert found["per_ticket"] == pytest.approx(0.01 + 0.6 * minutes)
    assert found["per_accepted"] == pytest.approx(4 * (0.01 + 0.6 * minutes) / 2)
    assert found["drafting_per_accepted"] == pytest.approx(0.02)


def test_a_broken_rule_is_never_accepted_and_a_missing_score_is_passed_over() -> None:
    nan = float("nan")
    some = work([HUMAN] * 4, [1.0, nan, 1.0, nan], compliance=np.array([0.0, 1.0, nan, nan]))
    assert costs({"x": some}, [HUMAN] * 4, prices())["x"]["accepted"] == 2


def test_without_an_accepted_draft_there_is_no_price_of_one() -> None:
    found = costs({"x": work([HUMAN], [0.0])}, [HUMAN], prices())["x"]
    assert found["per_accepted"] is None
    assert usd(found["per_accepted"]) == "\u2013"
    assert by_hand([HUMAN], prices()) == {"minutes": 0.5, "per_ticket": pytest.approx(0.3)}


def test_local_wins_from_the_volume_that_pays_for_its_machine() -> None:
    # 8.64 USD a day against 0.01 a draft
    both = {
        "local": work([HUMAN], [1.0]),
        "dear": work([HUMAN], [1.0], charged_usd=[0.01], timing={"seconds": []}),
        "cheap": work([HUMAN], [1.0], charged_usd=[0.00005], timing={"seconds": []}),
    }
    found = break_even(costs(both, [HUMAN], prices()))
    assert found == {
        "local": {
            "dear": {"drafting": 864, "with_agents": 864},
            # a machine that is always busy makes a draft for 0.0001: never so cheap
            "cheap": {"drafting": None, "with_agents": None},
        }
    }


def test_minutes_that_a_worse_draft_costs_can_outweigh_any_price() -> None:
    wrong = "blah " * 10
    both = {
        "local": work([wrong], [0.0]),
        "hosted": work([HUMAN], [1.0], charged_usd=[0.01], timing={"seconds": []}),
    }
    found = break_even(costs(both, [HUMAN], prices()))["local"]["hosted"]
    assert found == {"drafting": 864, "with_agents": None}


def test_without_hosted_candidates_nobody_is_beaten() -> None:
    assert break_even(costs({"local": work([HUMAN], [1.0])}, [HUMAN], prices())) == {}


def test_the_price_of_1000_drafts_holds_the_machine_of_local_ones_as_well() -> None:
    scores = pl.DataFrame({"candidate": ["local", "hosted"], "cost_usd": [0.0, 0.02]})
    paid = with_machines_paid(scores, {"local": LOCAL, "hosted": {"seconds": []}}, prices())
    assert paid["cost_usd"].to_list() == pytest.approx([0.0001, 0.02])


def test_usd_keeps_two_digits_that_count() -> None:
    assert [usd(value) for value in (1204.5, 0.336, 0.00522, 0.0000031, 0)] == [
        "1,204.50", "0.34", "0.0052", "0.0000031", "0.00",
    ]  # fmt: skip
