"""Personal data become placeholders: all of it, nothing else, and back again."""

import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.personal_data import HOME, LABELS, ORDER_PATTERN, letters, score
from drafter.errors import ParamsError
from drafter.pseudonyms import PseudonymParams, Pseudonyms, digits, pseudonymise, restore
from drafter.pseudonyms.labels import PLACEHOLDER
from drafter.pseudonyms.replace import PEOPLE, find_all
from drafter.pseudonyms.runs import WHOLE, digit_runs
from drafter.pseudonyms.spans import find
from drafter.records import TICKET
from drafter.tables import write_table
from tests.canaries import canaries, plant, sightings
from tests.factories import START, ticket, ticket_table

RULES = PseudonymParams(
    order_patterns=[ORDER_PATTERN], default_region=HOME, keep=["help@shop.example", "@ours.example"]
)
OURS = Pseudonyms(RULES)


def hide(text: str, *names: str) -> str:
    return OURS.hide([text], names).texts[0]


def spans_in(texts: list[str]) -> list[set[tuple[int, int, str]]]:
    """For each text, the finds as (start, end, label) in characters."""
    table = pl.DataFrame(
        {"row": range(len(texts)), "ticket": range(len(texts)), "text": texts},
        schema={"row": pl.Int64, "ticket": pl.Int64, "text": pl.String},
    )
    found: list[set[tuple[int, int, str]]] = [set() for _ in texts]
    spans = find_all(table, pl.DataFrame(schema=PEOPLE), RULES)
    for row, start, value, label in spans.select("row", "start", "found", "label").iter_rows():
        begin = len(texts[row].encode()[:start].decode())
        assert texts[row][begin : begin + len(value)] == value
        found[row].add((begin, begin + len(value), label))
    return found


@pytest.mark.parametrize("label", LABELS)
def test_nearly_all_personal_data_is_found_and_hardly_anything_else(label: str) -> None:
    written = letters(3000, seed=2026)
    figures = score(written, spans_in([letter.text for letter in written]))[label]
    assert figures["spans"] > 1000
    assert figures["recall"] >= 0.995
    assert figures["precision"] >= 0.95


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Write to JO@example.com.", "Write to [EMAIL_1]."),
        ("<mailto:jo@example.com>", "<mailto:[EMAIL_1]>"),
        ("4111 1111 1111 1111 12/27", "[CARD_1] 12/27"),
        ("4111-1111-1111-1112 fails Luhn", "4111-1111-1111-1112 fails Luhn"),
        ("de89 3704 0044 0532 0130 00 please", "[IBAN_1] please"),
        ("IBAN DE89370400440532013000 PLEASE PAY", "IBAN [IBAN_1] PLEASE PAY"),
        ("DE90370400440532013000", "DE90370400440532013000"),
        ("call 555-0123", "call [PHONE_1]"),
        ("(415) 555-2671 or 415.555.2672", "[PHONE_1] or [PHONE_2]"),
        ("415-555-2671 4111111111111111", "[PHONE_1] [CARD_1]"),
        ("+49 (0)30 1234567", "[PHONE_1]"),
        ("415-555-2671 ext. 12", "[PHONE_1]"),
        ("ord-123456 and ORD-123456", "[ORDER_1] and [ORDER_1]"),
        ("ORD-1234567", "ORD-1234567"),
        ("https://shop.example/4155552671", "https://shop.example/4155552671"),
        ("ticket 4155552671", "ticket 4155552671"),
        ("2024-01-15 10:30:00, 15/01/2024", "2024-01-15 10:30:00, 15/01/2024"),
        ("192.168.100.200 and 102.15.1.2345", "192.168.100.200 and 102.15.1.2345"),
        ("$4,155,552,671.00 or $4155552671", "$4,155,552,671.00 or $4155552671"),
        ("1\u00a0\u00a02", "1\u00a0\u00a02"),
        ("415\u00a0\u00a0\u00a0555\u00a02671", "[PHONE_1]"),
        ("415\u00a0\u00a0\u00a0\u00a0555-2671", "415\u00a0\u00a0\u00a0\u00a0555-2671"),
        ("", ""),
    ],
)
def test_a_value_is_told_by_its_form(text: str, hidden: str) -> None:
    assert hide(text) == hidden


def test_the_same_value_has_the_same_number_however_it_is_written() -> None:
    assert (
        hide("+1 415 555 2671, (415) 555-2671, 415.555.2671") == "[PHONE_1], [PHONE_1], [PHONE_1]"
    )
    assert hide("jo@x.example JO@X.example b@x.example") == "[EMAIL_1] [EMAIL_1] [EMAIL_2]"


def test_numbers_count_by_first_appearance_in_subject_messages_and_reply() -> None:
    messages = [
        {"role": "customer", "text": "b@x.example and a@x.example", "at": START},
        {"role": "agent", "text": "not c@x.example?", "at": START},
    ]
    row = ticket(subject="a@x.example", messages=messages, reply="d@x.example, b@x.example")
    out = pseudonymise(ticket_table([row, row]), RULES)
    for number in (0, 1):
        done = out.row(number, named=True)
        assert done["subject"] == "[EMAIL_1]"
        assert [message["text"] for message in done["messages"]] == [
            "[EMAIL_2] and [EMAIL_1]",
            "not [EMAIL_3]?",
        ]
        assert done["reply"] == "[EMAIL_4], [EMAIL_2]"


def test_nothing_but_texts_changes() -> None:
    row = ticket(subject=None, messages=[], reply="a@x.example")
    table = ticket_table([row, ticket(2)])
    out = pseudonymise(table, RULES)
    assert out.schema == table.schema
    assert out.drop("reply").equals(table.drop("reply"))
    assert pseudonymise(table.clear(), RULES).equals(table.clear())


def test_a_name_is_found_whole_and_in_parts_in_any_case() -> None:
    names = ("Jonas Weber", "jonas.weber@x.example")
    text = "Hi jonas, WEBER wrote; Jonas Weber's; Weber, Jonas. Webern jonasson"
    assert hide(text, *names) == (
        "Hi [NAME_1], [NAME_1] wrote; [NAME_1]'s; [NAME_1]. Webern jonasson"
    )


def test_customer_and_agent_are_never_taken_for_each_other() -> None:
    text = "Hi Jonas Weber,\nit is done.\nAnna Weber\n(for Weber)"
    names = ["Jonas Weber", "Anna Weber"]
    hidden = OURS.hide([text], names)
    assert hidden.texts == ["Hi [NAME_1],\nit is done.\n[NAME_2]\n(for [NAME_3])"]
    assert restore(hidden.texts[0], hidden.values) == text


def test_a_name_that_is_a_word_is_replaced_only_where_it_stands_as_a_name() -> None:
    assert hide("Will it work in May?\nHi Will,\nI think so.\nWill\n", "Will May") == (
        "Will it work in May?\nHi [NAME_1],\nI think so.\n[NAME_1]\n"
    )
    assert hide("I asked Rose about a rose.", "Rose Kowalska") == "I asked [NAME_1] about a rose."
    assert hide("support told me", "support") == "support told me"


def test_names_of_any_script_are_found() -> None:
    assert hide("Grüße, JÖRG MÜLLER", "Jörg Müller") == "Grüße, [NAME_1]"
    assert hide("Jose\u0301 war da", "José Núñez") == "[NAME_1] war da"
    assert hide("山田さん、こんにちは", "山田") == "[NAME_1]さん、こんにちは"


def test_the_companys_own_values_stay() -> None:
    text = "help@shop.example, Anyone@OURS.example, jo@theirs.example"
    assert hide(text) == "help@shop.example, Anyone@OURS.example, [EMAIL_1]"


def test_a_placeholder_that_a_customer_wrote_is_not_given_away() -> None:
    hidden = OURS.hide(["[EMAIL_1] or jo@x.example, [NAME_9]"])
    assert hidden.texts == ["[EMAIL_1] or [EMAIL_2], [NAME_9]"]
    assert restore("[EMAIL_1] [EMAIL_2]", hidden.values) == "[EMAIL_1] jo@x.example"


def test_pseudonymising_twice_changes_nothing_more() -> None:
    table = ticket_table(plant([ticket(n) for n in range(20)], canaries(60)))
    once = pseudonymise(table, RULES)
    assert pseudonymise(once, RULES).equals(once)


def test_a_draft_greets_a_customer_who_did_not_sign() -> None:
    hidden = OURS.hide(["Where is my parcel?"], ["Jo Smith", "jo@x.example", "Anna Bell"])
    assert (
        restore("Hi [NAME_1],\nsoon.\n[NAME_2]", hidden.values) == "Hi Jo Smith,\nsoon.\nAnna Bell"
    )


def test_what_an_agent_sent_is_told_in_the_tickets_own_placeholders() -> None:
    hidden = OURS.hide(["Order ORD-104233 is late", "Yours, Jo Baxter"], ["Jo Baxter", "Sam"])
    sent = OURS.hide_reply(
        "Hi Jo, ORD-104233 comes with ORD-104777. Ask sam@example.com. Sam", hidden.values
    )
    assert sent.texts == ["Hi [NAME_1], [ORDER_1] comes with [ORDER_2]. Ask [EMAIL_1]. [NAME_2]"]
    assert sent.values == {
        **hidden.values,
        "[ORDER_2]": "ORD-104777",
        "[EMAIL_1]": "sam@example.com",
    }
    assert OURS.hide_reply("Hi [NAME_1]!", hidden.values).texts == ["Hi [NAME_1]!"]


def test_serving_and_training_give_the_same_texts() -> None:
    rows = plant([ticket(n) for n in range(30)], canaries(90))
    table = pseudonymise(ticket_table(rows), RULES)
    for row, done in zip(rows, table.iter_rows(named=True), strict=True):
        texts = [row["subject"], *(message["text"] for message in row["messages"]), row["reply"]]
        names = [*row["names"], row["customer"], row["agent"]]
        subject, *messages, reply = OURS.hide(texts, names).texts
        assert (subject, reply) == (done["subject"], done["reply"])
        assert messages == [message["text"] for message in done["messages"]]


def test_no_canary_is_left_in_a_file(tmp_path: Path) -> None:
    birds = canaries(200)
    rows = plant([ticket(n) for n in range(100)], birds)
    write_table(tmp_path / "raw/tickets.parquet", ticket_table(rows), TICKET)
    raw = {value for _, value in sightings(tmp_path / "raw", birds)}
    assert raw == {bird.value for bird in birds}

    clean = pseudonymise(ticket_table(rows), RULES).with_columns(names=[])
    write_table(tmp_path / "clean/tickets.parquet", clean, TICKET)
    assert sightings(tmp_path / "clean", birds) == []


@pytest.mark.parametrize("pattern", ["(?=x)y", "[", "x*"])
def test_an_order_pattern_that_cannot_work_is_refused_by_name(pattern: str) -> None:
    rules = PseudonymParams(order_patterns=[pattern], default_region="US", keep=[])
    with pytest.raises(ParamsError, match="order_patterns"):
        Pseudonyms(rules).hide(["x"])


def test_an_unknown_region_is_refused() -> None:
    rules = PseudonymParams(order_patterns=[], default_region="XX", keep=[])
    with pytest.raises(ParamsError, match="default_region"):
        Pseudonyms(rules).hide(["030 1234567"])


RUN_PIECES = st.sampled_from(
    ["12", "345", "6", " ", "-", "(", "+", "\u00a0", "x", "ext. 7", "é", "_"]
)


@settings(max_examples=200, deadline=None)
@example(["121212ext. 712345", "(12 34 56 ext. 712 345 6", "12 34 56x", "121212, x12345 6 é"])
@given(st.lists(st.lists(RUN_PIECES, max_size=14).map("".join), min_size=1, max_size=4))
def test_runs_of_digits_are_what_one_long_expression_finds(texts: list[str]) -> None:
    table = pl.DataFrame(
        {"row": range(len(texts)), "text": texts}, schema_overrides={"row": pl.Int64}
    )
    whole = find(table, WHOLE)
    places = ["row", "start", "end", "found"]
    assert (
        digit_runs(table, digits.digit_groups(table["text"]))
        .select(places)
        .sort(places)
        .equals(whole.select(places))
    )


@given(st.lists(st.text("12a\u00e9 ", max_size=9), max_size=6), st.integers(1, 5))
def test_groups_of_digits_are_told_apart_by_text_and_joined_across_blocks(
    texts: list[str], block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digits, "BLOCK", block)
        groups = digits.digit_groups(pl.Series(texts, dtype=pl.String))
    found = zip(groups.texts, groups.begins, groups.ends, strict=True)
    places = [(text, *(end - groups.bounds[text] for end in ends)) for text, *ends in found]
    assert places == [
        (number, *match.span())
        for number, text in enumerate(texts)
        for match in re.finditer(b"[0-9]+", text.encode())
    ]


PIECES = (
    "jo@x.example|+49 30 1234567|4111111111111111|ORD-123456|Jonas|\x1f|é|山|[EMAIL_1]|\n"
    "| |12|-|(|GB29NWBK60161331926819|a"
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES.split("|")), st.text(max_size=8)), max_size=12))
def test_what_was_hidden_comes_back(pieces: list[str]) -> None:
    text = "".join(pieces)
    hidden = OURS.hide([text], ["Jonas Weber"])
    back = restore(hidden.texts[0], hidden.values)
    stand = re.findall(PLACEHOLDER, hidden.texts[0])
    if len(stand) == len(set(stand)):  # a value written in two ways comes back in the first
        assert back == text
    assert OURS.hide([hidden.texts[0]], ["Jonas Weber"]).texts == hidden.texts


def test_tickets_that_are_hidden_together_are_hidden_as_each_by_itself() -> None:
    rules = Pseudonyms(PseudonymParams(["MB-[0-9]{6}"], "US", []))
    tickets = [
        (["", "I am Jo, MB-123456, jo@x.example"], ["Jo Smith", "Ann"]),
        (["Again", "MB-123456 and MB-654321", "Jo?"], []),
        ([], ["Ann"]),
        (["[ORDER_1] is what I wrote; MB-111111"], ["Jo Smith"]),
    ]
    assert rules.hide_all(tickets) == [rules.hide(texts, names) for texts, names in tickets]
    assert rules.hide_all([]) == []
