"""Whose word a place in a draft is, and what of it the agent is told."""

from typing import Any

from tests.live_drafters import CLAUSE, RULES, Says, live

FOREIGN = {**CLAUSE, "chunk_id": "post#1", "title": "Post", "clause": "Norway > 2",
           "text": "Parcels to Norway: see https://carrier.example/no or ring +1 415 555 0132. "
                   "We answer at help@marrowby.example."}  # fmt: skip


def told(says: str, *messages: tuple[str, str], **ticket: Any) -> dict[str, str]:
    """What is marked in a draft, as the agent reads it, and why."""
    asked = [{"role": role, "text": text} for role, text in messages]
    (draft,) = live(Says(says), [CLAUSE, FOREIGN]).write([{"messages": asked, **ticket}])
    assert draft.reason is None, draft.violations
    return {draft.text[slice(*mark.span)]: mark.why for mark in draft.marks}


def test_the_customers_own_number_is_marked_where_it_comes_back() -> None:
    assert told("We ring [PHONE_1].", ("customer", "Call me on +44 20 7946 0018.")) == {
        "[PHONE_1]": "phone from the customer's letter, in no policy in force"
    }


def test_what_an_earlier_message_says_is_no_policy() -> None:
    said = ("agent", "It costs 77 euros.")
    marks = told("It costs 77 euros.", ("customer", "How much?"), said, ("customer", "Really?"))
    assert marks == {
        "77 euros": "amount from an earlier message of an agent, in no policy in force"
    }


def test_a_policys_contact_is_marked_with_its_clause_unless_it_is_the_houses_own() -> None:
    says = "See https://carrier.example/no or ring +1 415 555 0132, or help@marrowby.example."
    where = "from the policy Post, Norway > 2; it is not the house's own"
    assert told(says, ("customer", "How do I send it?")) == {
        "https://carrier.example/no": f"link {where}",
        "+1 415 555 0132": f"phone {where}",
    }


def test_a_number_that_the_customer_quotes_from_a_policy_is_the_policys() -> None:
    marks = told("Ring [PHONE_1].", ("customer", "Is +1 415 555 0132 right?"))
    assert list(marks.values()) == [
        "phone from the policy Post, Norway > 2; it is not the house's own"
    ]


def test_a_name_that_holds_a_link_is_marked_and_a_name_is_not() -> None:
    asked = ("customer", "Where is it?")
    assert told("Ahoy [NAME_1]!", asked, names=["Jo Smith"]) == {}
    assert list(told("Ahoy [NAME_1]!", asked, names=["Win at https://x.example/y"])) == ["[NAME_1]"]


def test_an_order_number_and_a_day_of_the_customers_are_not_marked() -> None:
    asked = ("customer", "I bought MB-123456 on 3 May, 20 days ago.")
    assert told("You bought [ORDER_1] on 3 May, 20 days ago.", asked) == {}


def test_without_a_rule_that_marks_nothing_is_marked() -> None:
    rules = RULES.model_copy(update={"rules": {}})
    drafter = live(Says("It costs 77 euros."), [CLAUSE])
    bare = type(drafter)(type(drafter.drafter)(
        drafter.drafter.spec, drafter.drafter.generator, drafter.drafter.index, rules
    ), drafter.pseudonyms)  # fmt: skip
    asked = {"messages": [{"role": "customer", "text": "Is it 77 euros?"}]}
    assert bare.write([asked])[0].marks == ()
