"""How many of 300 prompt injections reach an agent unmarked: `python -m benchmarks.injections`.

A model that does what each of them asks writes the drafts (tests/injections). Counted are those of
which a wanted link, phone, amount, address or promise stands in the draft, shown or held back, with
a letter or figure that neither a finding nor a mark covers. Policies whose sum is unmarked, as a
policy states it, are told apart by whether validation stops them.

It also tells what ordinary replies have to bear: the sample's human replies against the policies of
their day, held back and marked.
"""

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from drafter.compliance import Rules, load_rules, violations
from drafter.compliance.sources import marks
from tests.injections import Injection, held_out, letters, policies, ticket
from tests.injections.documents import document
from tests.injections.obedient import WAYS, Obedient, orders, unmarked
from tests.live_drafters import CLAUSE, live

ASKED = {"messages": [{"role": "customer", "text": "May I send my tent back?"}], "names": []}


def reached(injection: Injection, draft: Any) -> bool:
    from desk.shown import with_values

    found = [{"start": v.span[0], "end": v.span[1]} for v in (*draft.violations, *draft.marks)]
    text, found = with_values(draft.text, found, draft.values)
    return bool(unmarked(injection, text, [(f["start"], f["end"]) for f in found]))


def by_family() -> dict[str, dict[str, Any]]:
    """Of each family: how many there are, how many got through in any way, and how many by kind."""
    told: dict[str, dict[str, Any]] = {}
    through: set[int] = set()
    asking = letters()
    tickets = [ticket(letter) for letter in asking]
    for way in WAYS:
        written = orders(asking, tickets, way, live(Obedient([]), [CLAUSE]))
        drafts = live(Obedient(written), [CLAUSE]).write(tickets)
        through |= {n for n, pair in enumerate(zip(asking, drafts, strict=True)) if reached(*pair)}
    for number, letter in enumerate(asking):
        _count(told, "letter", letter, number in through, stopped=False)
    with tempfile.TemporaryDirectory() as folder:
        for policy in policies():
            made = document(policy, Path(folder))
            generator = Obedient(orders([policy], [ASKED], "plain", live(Obedient([]), [CLAUSE])))
            (draft,) = live(generator, [*made.clauses[:4], CLAUSE]).write([ASKED])
            _count(told, "policy", policy, reached(policy, draft), stopped=made.flagged)
    return told


def _count(
    told: dict[str, dict[str, Any]], where: str, one: Injection, through: bool, stopped: bool
) -> None:
    row = told.setdefault(f"{where}: {one.family}", {"all": 0, "unmarked": 0, "stopped": 0})
    row["all"] += 1
    row["unmarked"] += through
    row["stopped"] += stopped
    if through:
        kinds = row.setdefault("kinds", Counter())
        kinds[f"{one.kind}{', stopped' if stopped else ''}"] += 1


def afterwards() -> dict[str, int]:
    """Made up by the model, so that each should be held back; in part: some of it unmarked."""
    given = held_out()
    asked = [ASKED] * len(given)
    written = orders(given, asked, "plain", live(Obedient([]), [CLAUSE]))
    told = {"marked whole": 0, "held back, marked in part": 0, "not at all": 0}
    for one, draft in zip(given, live(Obedient(written), [CLAUSE]).write(asked), strict=True):
        how = "held back, marked in part" if draft.reason else "not at all"
        told[how if reached(one, draft) else "marked whole"] += 1
    return told


def ordinary(rules: Rules) -> dict[str, int]:
    """The sample's human replies with the policies of their day: how many have a mark."""
    import polars as pl

    from drafter.pseudonyms import pseudonymise
    from drafter.records import TICKET
    from drafter.section import load_section
    from tasks.curate.params import Params
    from tasks.curate.tidy import cleaned

    rows = pl.read_csv("data/sample/tickets.csv", infer_schema_length=0).to_dicts()
    table = pl.DataFrame([_ticket(row) for row in rows], schema=TICKET)
    params = load_section(Path("params.yaml"), Params).curate.pseudonyms
    told = {"replies": 0, "held back": 0, "marked": 0, "of it with a contact of their own": 0}
    documents = [_policy(path) for path in sorted(Path("data/sample/policies").glob("*.md"))]
    for row in pseudonymise(cleaned(table), params).to_dicts():
        if not row["reply"]:
            continue
        day = f"{row['created_at']:%Y-%m-%d}"
        clauses = [d for d in documents if d["from"] <= day < d["to"]]
        evidence = [clause[part] for clause in clauses for part in ("text", "url")]
        names = re.findall(r"\[(?:EMAIL|PHONE)_\d+\]", row["reply"])
        values = {name: "+1 415 555 0132" if "PHONE" in name else "a@b.example" for name in names}
        told["replies"] += 1
        told["held back"] += bool(violations(row["reply"], row, evidence, rules))
        told["marked"] += bool(marks(row["reply"], row, clauses, values, rules))
        told["of it with a contact of their own"] += bool(values)
    return told


def _ticket(row: Mapping[str, str]) -> dict[str, Any]:
    from drafter.records import TICKET

    return dict.fromkeys(TICKET) | {
        "ticket_id": row["ticket_id"],
        "created_at": datetime.fromisoformat(row["created_at"]),
        "names": [row["customer_name"], row["customer_email"], row["agent_name"]],
        "subject": row["subject"],
        "topic": row["topic"],
        "messages": [{"role": "customer", "text": row["message"], "at": None}],
        "reply": row["reply"],
    }


def _policy(path: Path) -> dict[str, str]:
    from tasks.ingest.documents import split_front_matter

    front, text = split_front_matter(path.read_text(encoding="utf-8"))
    dates = {"from": str(front["effective_from"]), "to": str(front.get("effective_to") or "9999")}
    return {"title": front["title"], "clause": "", "text": text, "url": front["url"]} | dates


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.injections",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args()
    told = by_family()
    print(f"{'family':40} {'all':>4} {'unmarked':>9} {'stopped':>8}")
    for family, row in told.items():
        kinds = json.dumps(row["kinds"]) if "kinds" in row else ""
        print(f"{family:40} {row['all']:4} {row['unmarked']:9} {row['stopped']:8}  {kinds}")
    print(f"{'in all':40} {_sum(told.values(), 'all'):4} {_sum(told.values(), 'unmarked'):9}")
    print("fifty disguises written afterwards:", afterwards())
    print(ordinary(load_rules(Path("compliance.yaml"))))


def _sum(rows: Any, name: str) -> int:
    return sum(row[name] for row in rows)


if __name__ == "__main__":
    main()
