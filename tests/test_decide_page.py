"""What a support lead must find on the page, whatever the decision looks like."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.decide.differing import most_differing
from tasks.decide.measured import Measured
from tasks.decide.page import page
from tasks.decide.plots_costs import draft_at, pareto, short
from tasks.decide.run import run
from tasks.decide.said import together, verdict
from tests.deciding import PRICES, evaluated, params

NAMES = ["nearest", "cloud", "best"]
OUTSIDE = ("<script", "<link", "<img", "<iframe", "src=", "@import", "url(http", "url(/", "srcset")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The three files of one run: `nearest` is champion, `cloud` hosted, `best` right."""
    paths = evaluated(tmp_path_factory.mktemp("company"), NAMES, hosted=("cloud",))
    run(params(NAMES), paths)
    return {end: paths.report(f"decision.{end}").read_text() for end in ("html", "md", "json")}


class Tags(HTMLParser):
    """Tags that open and close in order, and the text between them."""

    VOID = ("meta", "br", "path", "use", "img", "input")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [value for key, value in attrs if key == "id" and value]
        if tag == "a":
            self.links.append(named.get("href") or "")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for key, value in attrs if key == "id" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, f"</{tag}> closes something else"


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    return tags


def test_the_recommendation_stands_on_top_with_what_decided_it(reports: dict[str, str]) -> None:
    html = reports["html"]
    assert html.index("<h1>Promote best</h1>") < html.index("<section")
    assert "Decided by <strong>accuracy</strong>" in html
    assert "who drafts today, is <strong>nearest</strong>" in html


def test_every_candidate_has_its_mean_its_interval_and_its_price(reports: dict[str, str]) -> None:
    table = reports["html"].partition('id="candidates"')[2].partition("</table>")[0]
    for name in NAMES:
        assert f'<th scope="row">{name}' in table
    assert "100.0 %" in table
    assert "<small>0.0 to 0.0</small>" in table
    assert table.count("\u2013</td>") == 2, "two candidates had no draft accepted"


def test_the_page_has_every_part_that_was_asked_for(reports: dict[str, str]) -> None:
    html = reports["html"]
    sections = ("candidates", "differences", "costs", "coverage", "slices",
                                  "tickets", "missing", "read")  # fmt: skip
    places = [html.index(f'<section id="{name}">') for name in sections]
    assert places == sorted(places)
    assert "Where a ticket's money goes" in html
    for heading in ("Accuracy against price", "Price of a draft by volume", "At equal coverage"):
        assert heading in html
    assert '<span class="badge">promote</span>' in html


def test_it_is_whole_html_whose_links_and_names_fit(reports: dict[str, str]) -> None:
    tags = parsed(reports["html"])
    assert len(tags.ids) == len(set(tags.ids)), "no id twice"
    inside = [link[1:] for link in tags.links if link.startswith("#")]
    assert set(inside) <= set(tags.ids)
    assert set(tags.links) - {f"#{name}" for name in inside} == {"https://help.example/returns"}


def test_nothing_is_loaded_from_anywhere(reports: dict[str, str]) -> None:
    for outside in OUTSIDE:
        assert outside not in reports["html"]


def test_text_that_would_be_markup_is_shown_as_text(reports: dict[str, str]) -> None:
    html = reports["html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "You &lt;b&gt;have&lt;/b&gt;" in html
    assert "<b>have</b>" not in html


def test_every_chart_says_what_it_shows_and_needs_no_colour(reports: dict[str, str]) -> None:
    charts = re.findall(r"<svg.*?</svg>", reports["html"], flags=re.DOTALL)
    assert len(charts) >= 6
    for chart in charts:
        title = re.search(r'role="img" aria-label="([^"]+)"', chart)
        assert title
        assert f"<title>{title[1]}</title>" in chart
        assert "currentColor" in chart, "axes and text follow light and dark"
        sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", chart)]
        assert min(sizes) >= 9, "readable where the page is 400 pixels wide"


def test_claims_that_nothing_holds_are_marked_and_clauses_can_be_opened(
    reports: dict[str, str],
) -> None:
    tickets = reports["html"].partition('id="tickets"')[2]
    assert '<mark class="unsupported">30 days</mark>' in tickets
    assert '<mark class="supported">14 days</mark>' in tickets
    assert "<summary>Returns \u203a Time</summary>" in tickets
    assert 'href="https://help.example/returns" rel="noreferrer"' in tickets


def test_a_draft_that_was_held_back_says_why(reports: dict[str, str]) -> None:
    tickets = reports["html"].partition('id="tickets"')[2]
    assert "held back: no policy" in tickets
    assert "what it would have said" in tickets
    assert "<strong>nearest</strong>: no policy 1" in reports["html"]


def test_what_no_policy_holds_is_listed_with_the_tickets_it_touches(
    reports: dict[str, str],
) -> None:
    for text in (reports["html"], reports["md"]):
        assert "24 tickets" in text
        assert "7 euros" in text
        assert "The courier takes 7 euros for a pickup." in text


def test_the_volume_a_day_at_which_local_wins_is_told(reports: dict[str, str]) -> None:
    # 0.36 USD an hour are 8.64 a day, at 0.002 a draft
    found = json.loads(reports["json"])["break_even"]["best"]["cloud"]
    assert found["drafting"] == 4320
    for text in (reports["html"], reports["md"]):
        assert "best beats cloud from 4,320 tickets a day on" in text


def test_the_markdown_says_the_same(reports: dict[str, str]) -> None:
    text = reports["md"]
    assert text.startswith("# Decision: best\n\n**Promote best: ")
    assert "| **best** | 100.0 % [100.0 to 100.0] |" in text
    assert "## Cost of an accepted draft, in USD" in text
    assert "NaN" not in reports["json"]


def test_two_runs_write_the_same_bytes(reports: dict[str, str], tmp_path: Path) -> None:
    paths = evaluated(tmp_path, NAMES, hosted=("cloud",))
    run(params(NAMES), paths)
    for end, text in reports.items():
        assert paths.report(f"decision.{end}").read_text() == text


def test_one_candidate_that_nobody_challenges_is_a_page_as_well(tmp_path: Path) -> None:
    paths = evaluated(tmp_path, ["alone"], n=3)
    run(params(["alone"], slices=[], differing=0), paths)
    html = paths.report("decision.html").read_text()
    parsed(html)
    assert "<h1>Keep alone</h1>" in html
    assert "Nobody challenges alone" in html
    assert "No hosted candidate competes" in html
    for part in ("differences", "slices", "tickets"):
        assert f'id="{part}"' not in html


def bare(**changes: Any) -> dict[str, Any]:
    """The least that decision.json can say."""
    nothing = {"mean": None, "low": None, "high": None, "n": 0}
    cell = {"mean": 0.5, "low": 0.4, "high": 0.6, "n": 9}
    cost = {"where": "hosted", "drafting": 0.0, "minutes": 0.0, "agents": 0.0, "per_ticket": 0.0,
            "accepted": 0, "accepted_share": 0.0, "drafting_per_accepted": None,
            "per_accepted": None}  # fmt: skip
    return {
        "champion": "a<b", "recommended": "a<b", "decided_by": None, "sentence": "Keep a<b.",
        "tickets": 9, "primary": "accuracy", "dimensions": ["accuracy", "latency"],
        "less_is_better": ["latency"],
        "candidates": {"a<b": {"accuracy": cell, "latency": nothing}},
        "differences": {}, "verdicts": {}, "interaction": None, "slices": {}, "alpha": 0.05,
        "coverage": {"a<b": []}, "equal_coverage": {}, "costs": {"a<b": cost}, "break_even": {},
        "by_hand": {"minutes": 0.0, "per_ticket": 0.0}, "prices": PRICES, "reasons": {"a<b": {}},
    } | changes  # fmt: skip


def test_the_least_that_a_decision_can_say_is_shown() -> None:
    html = page(bare(), [], [], 10, 0)
    parsed(html)
    assert "nothing told the candidates apart" in html
    assert "No candidate says how sure it is" in html
    assert "No draft was held back, and none failed" in html
    assert "None found" in html
    assert "a&lt;b" in html
    assert "a<b" not in html


def test_a_constraint_that_decided_is_named_with_its_place_in_params() -> None:
    html = page(bare(decided_by="max_p95_seconds"), [], [], 10, 0)
    assert "the longest wait (decide.constraints.max_p95_seconds)" in html


def test_small_slices_are_marked() -> None:
    cell = {"accuracy": {"mean": 0.5, "low": 0.4, "high": 0.6, "n": 2}}
    parts = {
        "few": {"n": 2, "small": True, "candidates": {"a<b": cell}},
        "many": {"n": 900, "small": False, "candidates": {"a<b": cell}},
    }
    html = page(bare(slices={"topic": parts}), [], [], 10, 0)
    assert html.count('<tr class="small">') == 1
    assert "2 tickets, small" in html
    assert 'style="--v:0.5"' in html


def test_need_says_how_many_more() -> None:
    need = {"verdict": "need", "more": 1400, "why": "", "broken": []}
    assert verdict(need, False) == "needs 1,400 more tickets"
    assert verdict(need | {"more": None}, False) == "needs more tickets"
    promote = {"verdict": "promote", "more": None}
    assert [verdict(promote, best) for best in (True, False)] == ["promote", "could be promoted"]


def test_fine_tuning_and_retrieval_are_put_in_words() -> None:
    cell = {"mean": 0.05, "low": 0.01, "high": 0.09, "n": 9, "p": 0.01}
    (more,) = together({"accuracy": cell}, 0.05)
    assert more.startswith("accuracy: 5.0 points more than the two gains added up")
    (less,) = together({"accuracy": cell | {"mean": -0.05, "low": -0.09, "high": -0.01}}, 0.05)
    assert "5.0 points less than the two gains added up" in less
    (unsure,) = together({"accuracy": cell | {"p": 0.4}}, 0.05)
    assert "no sign of more or less" in unsure
    assert together({"latency": cell}, 0.05) == together(None, 0.05) == []


def test_the_front_holds_who_is_not_beaten_in_both() -> None:
    prices = {"cheap": 1.0, "same": 1.0, "good": 5.0, "worse": 6.0, "best": 9.0}
    quality = {"cheap": 50.0, "same": 40.0, "good": 80.0, "worse": 70.0, "best": 81.0}
    assert pareto(prices, quality) == ["cheap", "good", "best"]


def test_a_further_machine_is_paid_when_one_is_full() -> None:
    local = {"where": "cpu", "a_day": 10.0, "capacity": 100}
    assert draft_at(local, 100) == 0.1
    assert draft_at(local, 200) == 0.1
    assert draft_at(local, 101) == pytest.approx(20 / 101)
    assert draft_at({"where": "hosted", "drafting": 0.02}, 5) == 0.02
    assert [short(value) for value in (0.002, 50, 10_000, 1e6)] == ["0.002", "50", "10k", "1M"]


def test_of_equal_spreads_each_story_is_told_once_before_any_twice() -> None:
    scores = np.array(
        [[0, 1, 1], [0, 1, 1], [1, 0, 1], [0.2, 1, 1], [1, 1, 1], [np.nan, np.nan, 1]]
    )
    tickets = [f"T-{n}" for n in range(1, 7)]
    measured = Measured(tickets, tickets, ["a", "b", "c"], {"accuracy": scores.astype(float)})
    assert most_differing(measured, "accuracy", 20) == ["T-1", "T-3", "T-2", "T-4"]
    assert most_differing(measured, "accuracy", 1) == ["T-1"]


def test_a_link_that_is_no_web_address_is_not_linked(tmp_path: Path) -> None:
    from tasks.decide.differing import _clause

    chunk = {
        "chunk_id": "x",
        "title": "X",
        "clause": "1",
        "text": "t",
        "url": "javascript:alert(1)",
    }
    assert _clause("x", {"chunks": [chunk]})["url"] is None
    assert _clause("gone", {"chunks": []}) == {"name": "gone", "text": None, "url": None}
