"""Rules as code: what each kind finds, what it lets pass, and how a wrong rule file is told of."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.compliance import into
from benchmarks.personal_data import MAKERS
from benchmarks.planted import statements
from benchmarks.planted.no_promises import NO_PROMISE
from benchmarks.planted.promises import HELD_OUT, SEEN, phrasings
from drafter.compliance import Rules, load_rules, violations
from drafter.compliance.promises import grants, promises
from drafter.compliance.rules import FACTS
from drafter.compliance.said import said
from drafter.errors import ParamsError
from tasks.sample.phrases import ANSWERS, CHATTER, CLOSING, GREETING, LAST_WORDS, STORIES
from tasks.sample.policies import TOPICS
from tests.factories import retrieved

HOUSE = Path(__file__).parents[1]
RULES = load_rules(HOUSE / "compliance.yaml")
THING = "Corrie tent"


def rules(text: str, path: Path) -> Rules:
    path.write_text(text)
    return load_rules(path)


def broken(draft: str, evidence: tuple[str, ...] = (), **ticket: Any) -> list[str]:
    """The rules of the sample company that a draft breaks, once each."""
    found = violations(draft, retrieved(**ticket), evidence, RULES)
    return list(dict.fromkeys(violation.rule for violation in found))


@st.composite
def replies(draw: st.DrawFn) -> tuple[str, tuple[str, ...], str]:
    """A reply as the house's agents write it, the clause behind it, and its document."""
    topic = draw(st.sampled_from(TOPICS))
    thing = draw(st.sampled_from(topic.things))
    figure = draw(st.sampled_from(topic.figures))
    answer = draw(st.sampled_from(ANSWERS[topic.doc_id])).format(thing=thing, figure=figure)
    kind_word = draw(st.sampled_from([word for _, word in STORIES if "{" not in word]))
    last = draw(st.sampled_from(LAST_WORDS))
    body = f"{GREETING.format(name='[NAME_1]')} {kind_word} Now, {answer} {last}".strip()
    reply = f"{body}\n\n{CLOSING.format(agent='[NAME_2]')}"
    return reply, (topic.clause.format(thing=thing, figure=figure),), topic.doc_id


@settings(deadline=None)
@given(replies())
def test_what_the_house_writes_with_its_policy_behind_it_is_clean(reply: Any) -> None:
    text, evidence, _ = reply
    assert broken(text, evidence) == []


@settings(deadline=None)
@given(replies(), st.sampled_from(NO_PROMISE), st.randoms(use_true_random=False))
def test_a_refusal_a_question_or_a_maybe_is_no_promise(reply: Any, said: str, draw: Any) -> None:
    text, evidence, _ = reply
    assert "promises" not in broken(into(text, said.format(thing=THING), draw), evidence)


@pytest.mark.parametrize(("files", "least"), [(SEEN, 0.99), (HELD_OUT, 0.97)])
def test_promises_are_found_whatever_their_words(files: tuple[str, ...], least: float) -> None:
    """Over every phrasing, each in replies of several kinds; no pattern was written to HELD_OUT."""
    draw = random.Random(3)
    found = total = 0
    for theme, lines in phrasings(files).items():
        for line in lines:
            for words in ANSWERS.values():
                reply = f"Ahoy [NAME_1]! Now, {words[0].format(thing=THING, figure=5)}\n\nBye"
                said = into(reply, line.format(thing=THING), draw)
                # "we stand behind it" and "your coins wander home" are promises by themselves
                marks = [v.span for v in violations(said, {}, (), RULES) if v.kind == "promise"]
                place = said.index(line.format(thing=THING))
                found += any(start >= place - 1 for start, _ in marks)
                total += 1
        assert theme in {promise.theme for line in lines for promise in promises(line)}
    assert total >= 200
    assert found / total >= least


@settings(max_examples=200, deadline=None)
@given(replies(), st.sampled_from(statements.LEGAL_HELD_OUT), st.randoms(use_true_random=False))
def test_legal_statements_are_found(reply: Any, said: str, draw: Any) -> None:
    text, evidence, _ = reply
    assert broken(into(text, said.format(thing=THING), draw), evidence) == ["legal"]


@settings(max_examples=200, deadline=None)
@given(
    replies(),
    st.sampled_from(statements.COMPETITORS_HELD_OUT),
    st.sampled_from(statements.RIVALS),
    st.randoms(use_true_random=False),
)
def test_other_shops_are_found(reply: Any, said: str, rival: str, draw: Any) -> None:
    text, evidence, _ = reply
    planted_in = into(text, said.format(thing=THING, rival=rival), draw)
    assert broken(planted_in, evidence) == ["competitors"]


@settings(max_examples=200, deadline=None)
@given(
    replies(),
    st.sampled_from(["EMAIL", "CARD", "IBAN", "PHONE"]),
    st.randoms(use_true_random=False),
)
def test_a_real_value_is_found_and_marked_as_it_stands(reply: Any, label: str, draw: Any) -> None:
    text, evidence, _ = reply
    value = MAKERS[label](draw)
    said = into(text, f"It is about {value} then.", draw)
    found = [v for v in violations(said, {}, evidence, RULES) if v.kind == "personal_data"]
    if label == "PHONE" and not found:
        # a number without its country needs a word such as "call" before it
        said = into(text, f"Call {value} then.", draw)
        found = [v for v in violations(said, {}, evidence, RULES) if v.kind == "personal_data"]
    assert [said[slice(*violation.span)] for violation in found] == [value]


@settings(max_examples=200, deadline=None)
@given(replies(), st.integers(101, 9999), st.sampled_from(["euros", "days", "percent", "kg"]))
def test_a_figure_that_neither_policy_nor_ticket_has_is_found(
    reply: Any, figure: int, unit: str
) -> None:
    text, evidence, _ = reply
    said = text.replace("\n\n", f" That makes {figure} {unit}.\n\n")
    assert broken(said, evidence) == ["claims"]
    asked = [{"role": "customer", "text": f"I read {figure} {unit} somewhere.", "at": None}]
    assert broken(said, evidence, messages=asked) == []


def test_the_companys_own_address_and_what_its_policy_prints_are_nobodys_data() -> None:
    assert broken("Write to help@marrowby.example.") == []
    assert broken("Write to returns@post.example.") == ["personal_data"]
    assert broken("Write to returns@post.example.", ("Mail returns@post.example.",)) == []


def test_placeholders_are_the_tickets_or_the_two_people_who_write() -> None:
    def said(draft: str, question: str) -> list[str]:
        return broken(draft, question=question)

    assert said("Ahoy [NAME_1], [ORDER_1] is here. [NAME_2]", "Where is [ORDER_1]?") == []
    assert said("Ahoy [NAME_3]. [NAME_4]", "[NAME_1] and [NAME_2] wait") == []
    assert said("[ORDER_2] is here.", "Where is [ORDER_1]?") == ["personal_data"]
    assert said("Ahoy [NAME_3]!", "Where is it?") == ["personal_data"]
    assert said("You paid with [CARD_1].", "I paid with [CARD_1].") == ["personal_data"]
    assert said("We wrote to [EMAIL_1].", "Write to [EMAIL_1].") == []


def test_a_promise_may_be_made_by_policy_never_by_the_customers_wish() -> None:
    promise = "We will refund you."
    assert broken(promise) == ["promises"]
    assert broken(promise, ("Refunds: money paid by card is back within 6 days.",)) == []
    assert broken(promise, ("We give no refunds for opened tents.",)) == ["promises"]
    # evaluation's evidence holds what the ticket says beside the policy
    asked = "You give me a refund, do you?"
    assert broken(promise, (asked,), question=asked) == ["promises"]
    assert not grants("free", ["Feel free to write.", "Shipping is not free."])
    assert grants("free", ["Returns are free of charge."])


def test_what_must_be_said_is_asked_of_the_tickets_that_it_is_for() -> None:
    silent, asked = "That is a sorry sight.", CHATTER[0][1].format(count=3)
    assert broken(silent, question=asked) == ["picture_of_damage"]
    assert broken(silent, question=CHATTER[3][1]) == []
    assert broken(CHATTER[0][2], question=asked) == []
    (violation,) = violations(silent, retrieved(question=asked), (), RULES)
    assert violation.span == (len(silent), len(silent))
    assert violation.why.startswith("who reports damage is asked for a picture")


def test_a_rule_is_for_the_tickets_that_all_of_its_when_fits(tmp_path: Path) -> None:
    chosen = rules(
        """
clauses: 1
rules:
  no_phone:
    kind: must_not_say
    message: nobody answers the phone at night
    when: {locale: [de, en-IE], channel: [chat], ticket: ['\\bnight\\b']}
    say: ['\\bcall us\\b']
    unless_in: [policy]
""",
        tmp_path / "rules.yaml",
    )

    def spoken(evidence: tuple[str, ...] = (), **ticket: Any) -> int:
        fields = {"locale": "en-IE", "channel": "chat", "question": "Open at night?"} | ticket
        return len(violations("Do CALL US!", retrieved(**fields), evidence, chosen))

    assert spoken() == spoken(locale="de-AT") == 1
    assert spoken(locale="en-US") == spoken(channel="email") == spoken(question="Open?") == 0
    assert spoken(locale=None) == 0
    assert spoken(evidence=("At night call us under 1.",)) == 0
    assert violations("Call us", {"messages": []}, (), chosen) == []


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_in_any_language_is_read_and_every_span_lies_in_it(text: str) -> None:
    for violation in violations(text, retrieved(question="It has a dent."), (), RULES):
        start, end = violation.span
        assert 0 <= start <= end <= len(text)


@pytest.mark.parametrize(
    "draft",
    [
        "Grüß Gott, wir erstatten Ihnen 30 € binnen 14 Tagen, Grüße aus München.",
        "Nous vous remboursons, c'est promis.",
        "返金いたします。",
        "Мы вернём вам деньги.",
    ],
)
def test_other_languages_are_not_understood_and_do_no_harm(draft: str) -> None:
    assert "promises" not in broken(draft)


def test_an_empty_draft_breaks_nothing() -> None:
    assert broken("  \n", question="It has a dent.") == []


def test_every_kind_of_fact_that_the_guard_knows_can_be_named() -> None:
    text = "5 euros, 1 May, 3 days, a@b.example, https://a.example/b, +1 415 555 0132, 3 kg, 9:30"
    text += ", 14 Mill Lane, Leeds"
    assert {fact.kind for fact in said(text)} == set(FACTS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "clauses: 5\nrules:\n  legal:\n    kind: must_say\n    mesage: x\n    say: [x]\n",
            r"rules.yaml:5: rules\.legal\.mesage: unknown key; remove it or correct its spelling"
            r" \(there are message, when, kind, say\)",
        ),
        (
            "clauses: 5\nrules:\n  legal:\n    kind: must_say\n    message: x\n"
            "    say:\n      - fine\n      - '(oops'\n",
            r"rules.yaml:8: rules\.legal\.say\.1: this is no regular expression .*it is '\(oops'",
        ),
        (
            "clauses: 5\nrules:\n  a: {kind: must_say, message: x, say: ['b*']}\n",
            r"rules.yaml:3: rules\.a\.say\.0: this matches the empty text.*name a character",
        ),
        (
            "clauses: 5\nrules:\n  a: {kind: never_say, message: x}\n",
            r"rules.yaml:3: rules\.a\.kind: its kind must be one of must_say, must_not_say",
        ),
        (
            "clauses: 5\nrules:\n  a: {kind: promise, message: x, of: [refunds]}\n",
            r"rules.yaml:3: rules\.a\.of\.0: there is no such kind of promise: write one of refund",
        ),
        (
            "clauses: 5\nrules:\n  a:\n    kind: claims\n    message: x\n    facts: [amount]\n"
            "    when: {topics: [b]}\n",
            r"rules.yaml:7: rules\.a\.when\.topics: unknown key; .*there are topic, locale",
        ),
        (
            "clauses: 5\nrules:\n  a: {kind: claims, message: x, facts: [date]}\n  a: {}\n",
            r"rules.yaml:4: a stands there twice",
        ),
        ("rules: {}\n", r"rules.yaml:1: clauses: missing; add it"),
        ("rules: [\n", r"rules.yaml: not YAML: "),
        ("- a\n", r"rules.yaml holds no keys"),
    ],
)
def test_a_wrong_rule_file_ends_in_one_line_that_names_the_place_and_the_remedy(
    text: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(ParamsError, match=told) as caught:
        rules(text, tmp_path / "rules.yaml")
    assert "\n" not in str(caught.value)


def test_a_missing_rule_file_says_where_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"is not there: write it .* under `rules` in params"):
        load_rules(tmp_path / "none.yaml")


@pytest.mark.parametrize("path", ["compliance.yaml", "presets/rules/thunderbird.yaml"])
def test_every_rule_file_of_the_house_loads(path: str) -> None:
    assert load_rules(HOUSE / path).rules


@pytest.mark.parametrize("path", ["compliance.yaml", "presets/rules/thunderbird.yaml"])
def test_the_guard_sees_as_many_clauses_at_serving_as_evaluation_brings(path: str) -> None:
    import yaml

    values = yaml.safe_load((HOUSE / "params.yaml").read_text(encoding="utf-8"))
    assert load_rules(HOUSE / path).clauses == values["retrieve"]["k"]
