"""How far to trust the rules of compliance.yaml: `python -m benchmarks.compliance`.

Into the human replies of the sample company's holdout (after `make run`) a sentence is planted that
breaks one rule; recall is the share that this rule finds. Clean are the same replies as they are,
with the policy in force on their day; a false alarm is one in which any rule finds something.

What a theme of promises is granted by is known from the documents, not from the code that looks.
With the real data beside the checkout (../shared/data, or --shared) it also tells how often each
rule speaks up on replies and policies that nobody wrote for it.
"""

import argparse
import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.planted import statements
from benchmarks.planted.damage import DAMAGE
from benchmarks.planted.no_promises import NO_PROMISE
from benchmarks.planted.promises import HELD_OUT, SEEN, phrasings
from drafter.compliance import Rules, load_rules, violations
from drafter.html_text import html_to_text

EACH = 400
SEED = 11
THINGS = ("Corrie tent", "Pike stove", "Fell rucksack", "Ember lantern")
# The documents of the sample company that grant something, as its policies say.
GRANTED_BY = {"refund": "refunds", "guarantee": "warranty"}

Plant = Callable[[random.Random], "tuple[str, Mapping[str, Any], Sequence[str]] | None"]


def cases() -> list[Any]:
    """The holdout with its evidence, as evaluation sees it."""
    import polars as pl

    from drafter.records import POLICY, RETRIEVED
    from drafter.tables import read_table
    from tasks.evaluate.cases import cases_of

    tickets = read_table(Path("data/retrieved/holdout.parquet"), RETRIEVED)
    policies = read_table(Path("data/validated/policies.parquet"), POLICY)
    newest = tickets.select(pl.col("created_at").min()).item()
    return cases_of(tickets, policies, newest)


def into(reply: str, sentence: str, draw: random.Random) -> str:
    """The reply with one more sentence, before the house's closing."""
    body, _, closing = reply.partition("\n\n")
    ends = [match.end() for match in re.finditer(r"[.!?] ", body)] or [len(body)]
    place = draw.choice([*ends, len(body)])
    joined = f"{body[:place].rstrip()} {sentence} {body[place:].lstrip()}".strip()
    return f"{joined}\n\n{closing}"


def filled(sentence: str, draw: random.Random) -> str:
    return sentence.format(thing=draw.choice(THINGS), rival=draw.choice(statements.RIVALS))


def plants(known: Sequence[Any]) -> dict[str, tuple[str, Plant]]:
    """By what is planted: the rule that must find it, and how to plant it."""

    def sentences(bank: Sequence[str]) -> Plant:
        def plant(draw: random.Random) -> tuple[str, Mapping[str, Any], Sequence[str]]:
            case = draw.choice(known)
            sentence = filled(draw.choice(bank), draw)
            return into(case.human, sentence, draw), case.ticket, case.evidence

        return plant

    def promise(theme: str, bank: Sequence[str]) -> Plant:
        def plant(draw: random.Random) -> tuple[str, Mapping[str, Any], Sequence[str]] | None:
            case = draw.choice(known)
            documents = {chunk["doc_id"] for chunk in case.ticket["chunks"]}
            if GRANTED_BY.get(theme) in documents:
                return None
            sentence = filled(draw.choice(bank), draw)
            return into(case.human, sentence, draw), case.ticket, case.evidence

        return plant

    def silence(draw: random.Random) -> tuple[str, Mapping[str, Any], Sequence[str]]:
        case = draw.choice([case for case in known if case.ticket["topic"] != "damaged"])
        asked = {"role": "customer", "text": draw.choice(DAMAGE), "at": None}
        return case.human, {**case.ticket, "messages": [asked]}, [*case.evidence, case.question]

    found: dict[str, tuple[str, Plant]] = {}
    for name, files in (("seen", SEEN), ("held out", HELD_OUT)):
        for theme, lines in phrasings(files).items():
            found[f"promise: {theme}, {name}"] = ("promises", promise(theme, lines))
    found |= {
        "must not say: competitors, seen": ("competitors", sentences(statements.COMPETITORS_SEEN)),
        "must not say: competitors, held out": (
            "competitors",
            sentences(statements.COMPETITORS_HELD_OUT),
        ),
        "must not say: legal, seen": ("legal", sentences(statements.LEGAL_SEEN)),
        "must not say: legal, held out": ("legal", sentences(statements.LEGAL_HELD_OUT)),
        "must say: picture of damage": ("picture_of_damage", silence),
    }
    found |= {f"personal data: {name}": ("personal_data", p) for name, p in data(known).items()}
    found |= {f"claims: {name}": ("claims", p) for name, p in claims(known).items()}
    return found


def data(known: Sequence[Any]) -> dict[str, Plant]:
    """Real values in letters, placeholders that the ticket lacks, and a customer's own card."""
    from benchmarks.personal_data import MAKERS

    frames = {
        "EMAIL": ("Write to {} for that.", "We have {} on file.", "Your mail {} is noted."),
        "PHONE": ("Call {} for that.", "We ring you on {} then.", "Our phone: {}"),
        "CARD": ("We charged {} again.", "Your card {} was declined.", "It went to {}."),
        "IBAN": ("The money went to {}.", "We noted the account {}.", "IBAN: {}"),
    }

    def value(label: str) -> Plant:
        def plant(draw: random.Random) -> tuple[str, Mapping[str, Any], Sequence[str]]:
            case = draw.choice(known)
            sentence = draw.choice(frames[label]).format(MAKERS[label](draw))
            return into(case.human, sentence, draw), case.ticket, case.evidence

        return plant

    def strange(draw: random.Random) -> tuple[str, Mapping[str, Any], Sequence[str]]:
        case = draw.choice(known)
        label = draw.choice(("ORDER", "EMAIL", "PHONE", "NAME"))
        sentence = f"We wrote to [{label}_{draw.randrange(5, 9)}] about it."
        return into(case.human, sentence, draw), case.ticket, case.evidence

    def echo(draw: random.Random) -> tuple[str, Mapping[str, Any], Sequence[str]]:
        case = draw.choice(known)
        label = draw.choice(("CARD", "IBAN"))
        asked = {"role": "customer", "text": f"I paid with [{label}_1].", "at": None}
        ticket = {**case.ticket, "messages": [*case.ticket["messages"], asked]}
        sentence = draw.choice(("We see [{}_1] here.", "It goes back to [{}_1].")).format(label)
        return into(case.human, sentence, draw), ticket, case.evidence

    made = {f"a real {label}": value(label) for label in frames}
    return made | {"a placeholder from nowhere": strange, "a card or IBAN echoed": echo}


def claims(known: Sequence[Any]) -> dict[str, Plant]:
    """A figure that neither policy nor ticket has: in a new sentence, or in the reply's own."""
    frames = {
        "amount": ("It costs {n} euros.", "That is ${n}.", "We keep {n} percent.", "€{n} in all."),
        "duration": ("Give us {n} days.", "It takes {n} working days.", "Within {n} months."),
        "date": ("It leaves on {n} March 2027.", "From 2027-04-{n:02} on.", "Until {n} May."),
        "link": ("See https://help.marrowby.example/p{n}.", "More on www.marrowby.example/{n}"),
        "quantity": ("Up to {n} kg.", "It holds {n} litres.", "At most {n} parcels."),
        "time": ("We close at {n}:35.", "Ring us from {n}:05 on."),
    }
    most = {"date": 28, "time": 23}

    def stated(kind: str) -> Plant:
        def plant(draw: random.Random) -> tuple[str, Mapping[str, Any], Sequence[str]] | None:
            case = draw.choice(known)
            figure = draw.randrange(10, most.get(kind, 99))
            if re.search(rf"\b{figure}\b", " ".join(case.evidence)):
                return None
            sentence = draw.choice(frames[kind]).format(n=figure)
            return into(case.human, sentence, draw), case.ticket, case.evidence

        return plant

    def changed(draw: random.Random) -> tuple[str, Mapping[str, Any], Sequence[str]] | None:
        case = draw.choice(known)
        figure = str(draw.randrange(100, 400))
        reply, count = re.subn(r"\b\d+\b", figure, case.human, count=1)
        return (reply, case.ticket, case.evidence) if count else None

    made = {f"{kind} from nowhere": stated(kind) for kind in frames}
    return made | {"another figure in the reply": changed}


def recall(rule: str, plant: Plant, each: int, seed: str, rules: Rules) -> tuple[int, int]:
    """How many of `each` planted replies the rule finds something in."""
    draw = random.Random(f"{SEED} {seed}")
    found = made = 0
    while made < each:
        one = plant(draw)
        if one is not None:
            made += 1
            found += any(v.rule == rule for v in violations(*one, rules))
    return found, made


def alarms(
    replies: Iterator[tuple[str, Mapping[str, Any], Sequence[str]]],
    rules: Rules,
    kinds: Sequence[str] = (),
) -> dict[str, Any]:
    """How many replies have a violation, in all and by rule; of these `kinds` alone if given."""
    total = any_rule = 0
    by_rule: dict[str, int] = {}
    for reply, ticket, evidence in replies:
        total += 1
        found = violations(reply, ticket, evidence, rules)
        broken = {v.rule for v in found if not kinds or v.kind in kinds}
        any_rule += bool(broken)
        for name in broken:
            by_rule[name] = by_rule.get(name, 0) + 1
    return {"replies": total, "alarms": any_rule, "by_rule": by_rule}


def thunderbird(shared: Path) -> Iterator[tuple[str, Mapping[str, Any], Sequence[str]]]:
    """Every answer but the asker's own, as a person reads it; no policy stands behind it."""
    import polars as pl

    from drafter.clean import clean_text

    folder = shared / "thunderbird_2024/tickets"
    asked = [
        pl.read_csv(path, infer_schema_length=0).select(question_id="id", asker="creator")
        for path in sorted(folder.glob("*creator-answers*.csv"))
    ]
    askers = pl.concat(asked).unique("question_id")
    for path in sorted(folder.glob("*answers-for-questions*.csv")):
        answers = pl.read_csv(path, infer_schema_length=0).join(askers, on="question_id")
        for html in answers.filter(pl.col("creator") != pl.col("asker"))["content"].drop_nulls():
            text = clean_text(html_to_text(html), by_agent=True)
            if text.strip():
                yield text, {"messages": []}, ()


def basecamp(
    shared: Path, in_force: bool
) -> Iterator[tuple[str, Mapping[str, Any], Sequence[str]]]:
    """Every paragraph of the policies as if it were a reply, with the policies in force or none."""
    folder = shared / "basecamp_policies"
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("index.md"))]
    for text in texts:
        for paragraph in text.split("\n\n"):
            if paragraph.strip():
                yield paragraph, {"messages": []}, texts if in_force else ()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compliance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--each", type=int, default=EACH, help=f"planted replies a row ({EACH})")
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    arguments = parser.parse_args()
    rules = load_rules(Path("compliance.yaml"))
    known = cases()

    told: dict[str, Any] = {"recall": {}, "kinds": {}}
    for name, (rule, plant) in plants(known).items():
        found, made = recall(rule, plant, arguments.each, name, rules)
        told["recall"][name] = {"found": found, "planted": made}
        kind = name.partition(":")[0] + (", held out" if name.endswith("held out") else "")
        both = told["kinds"].setdefault(kind, {"found": 0, "planted": 0})
        both["found"] += found
        both["planted"] += made

    clean = ((case.human, case.ticket, case.evidence) for case in known)
    told["clean"] = {"sample, human replies": alarms(clean, rules)}
    draw = random.Random(SEED)
    hard = [
        (into(case.human, filled(sentence, draw), draw), case.ticket, case.evidence)
        for sentence in NO_PROMISE
        for case in draw.sample(known, 20)
    ]
    told["clean"]["sample, with a sentence that only sounds like a promise"] = alarms(
        iter(hard), rules, ["promise"]
    )
    worded = ("must_not_say", "promise", "personal_data")
    if arguments.shared.is_dir():
        others = told["clean"]
        others["forum answers, no policy"] = alarms(thunderbird(arguments.shared), rules, worded)
        for name, in_force in (("with them in force", True), ("with none in force", False)):
            shown = alarms(basecamp(arguments.shared, in_force), rules, worded)
            others[f"paragraphs of another company's policies, {name}"] = shown
    else:
        print(f"{arguments.shared} is not there: the sample company alone", file=sys.stderr)
    show(told)


def show(told: Mapping[str, Any]) -> None:
    for title in ("kinds", "recall"):
        print(f"\n{'recall on planted violations, ' + title if title == 'kinds' else 'each':60}")
        for name, row in told[title].items():
            share = row["found"] / row["planted"]
            print(f"  {name:52} {row['found']:5} of {row['planted']:5}  {share:.4f}")
    print("\nfalse alarms")
    for name, row in told["clean"].items():
        share = row["alarms"] / max(row["replies"], 1)
        print(f"  {name:62} {row['alarms']:5} of {row['replies']:6}  {share:.4f}")
        print(f"    {json.dumps(row['by_rule'])}")


if __name__ == "__main__":
    main()
