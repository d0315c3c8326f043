"""A checkout of its own with a young company in it: few tickets, and letters that are new to it.

    2025-03 to 2026-01   the history that the first champion learns from
    2026-03-01 to 14     answered by hand, by the new rules: the holdout of every gate
    2026-03-15 on        a month of letters to the desk for each turn; some are answered by hand
    2026-10              measured: no reply to them ever reaches the mill

`tasks.sample` draws each part from a seed of its own, with other customers in each.
"""

import csv
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.simulate.agents import Agent
from desk.simulate.letters import Letter
from desk.simulate.mill import Mill
from desk.simulate.plan import Plan
from drafter.errors import BadInput
from drafter.tables import write_text

PRESET = "presets/loop.yaml"
TICKETS = "data/sample/tickets.csv"
# Word triples that two letters share, from which on they count as one; as curate.similarity.
TOO_ALIKE = 0.8
FIRST_MONTH = 4
# After every turn, and past: the desk refuses letters that are yet to come.
MEASURED = ("2026-10-01", "2026-10-28")
MOST_TURNS = 6


@dataclass(frozen=True)
class Letters:
    """What comes to the desk, turn by turn, and what champions are compared on."""

    turns: Sequence[Sequence[Letter]]
    measured: Sequence[Letter]


def lay_out(source: Path, root: Path) -> None:
    """Copy what git tracks in `source`, and what DVC knows of it, to `root`.

    Raises BadInput where `root` holds something.
    """
    if root.exists() and any(root.iterdir()):
        raise BadInput(f"{root} is not empty: remove it, or say --into with another folder")
    listed = _git(source, "ls-files", "-z")
    for name in filter(None, listed.split("\0")):
        if (source / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, root / name)
    _git(root, "init", "--quiet")
    # the sample company's pinned tickets are none of this one's
    write_text(root / "data/regressions.yaml", "regressions: []\n")
    if (source / "dvc.lock").is_file():
        shutil.copy(source / "dvc.lock", root / "dvc.lock")


def borrow_base(mill: Mill, source: Path) -> None:
    """Take models/base from the DVC cache of `source`; where it is not there, it is trained."""
    mill.run("base", "dvc", "remote", "add", "--local", "source", str(source / ".dvc/cache"))
    mill.may_fail("base", "dvc", "pull", "--remote", "source", "base")


def found(mill: Mill, plan: Plan, by_hand: Callable[[Letter], Agent]) -> Letters:
    """Write the company's tickets; gives the letters that are still to come.

    Raises BadInput where there are more turns than months before the measured one.
    """
    if plan.turns > MOST_TURNS:
        raise BadInput(f"--turns {plan.turns}: {MOST_TURNS} months lie before what is measured")
    history = _stream(mill, plan, 0, plan.history, "2025-03-01", "2026-01-31")
    first = _stream(mill, plan, 1, plan.by_hand, "2026-03-01", "2026-03-14")
    months = [(f"2026-{FIRST_MONTH + turn:02}-01", f"2026-{FIRST_MONTH + turn:02}-28")
              for turn in range(plan.turns)]  # fmt: skip
    turns = [_stream(mill, plan, 2 + turn, plan.letters + plan.later_by_hand, *month)
             for turn, month in enumerate(months)]  # fmt: skip
    measured = _stream(mill, plan, 99, plan.measured, *MEASURED)
    known = [letter["message"] for letters in (history, first, *turns) for letter in letters]
    _write(mill.root / TICKETS, history)
    answered_by_hand(mill.root, first, by_hand)
    return Letters(turns, unlike(measured, known))


def answered_by_hand(
    root: Path, letters: Sequence[Letter], by_hand: Callable[[Letter], Agent]
) -> None:
    """Add what agents wrote without a draft to the helpdesk's export."""
    rows = _read(root / TICKETS)
    rows += [{**one, "reply": by_hand(one).writes("", one)} for one in letters]
    _write(root / TICKETS, rows)


def write_params(
    root: Path, original: str, candidates: Sequence[str], champion: str, primary: str
) -> None:
    """Write params.yaml: `original` with the preset merged in, and no candidates but these.

    Unless `primary` is reuse, nobody is compared in it: who copies an old reply whole leaves less
    to type than who reads the policy, and is wrong more often.
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    params = yaml.load(original)
    _merge(params, yaml.load((root / PRESET).read_text(encoding="utf-8")))
    decide = params["decide"]
    decide["champion"], decide["primary"] = champion, primary
    if primary != "reuse":
        del decide["dimensions"]["reuse"]
    params["candidates"] = {name: params["candidates"][name] for name in candidates}
    with (root / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(params, file)


def unlike(letters: Sequence[Letter], known: Sequence[str]) -> list[Letter]:
    """Those of `letters` that are no near duplicate of a known text."""
    theirs = [_triples(text) for text in known]
    return [one for one in letters if nearest(_triples(one["message"]), theirs) < TOO_ALIKE]


def nearest(ours: set[str], theirs: Sequence[set[str]]) -> float:
    return max((len(ours & other) / len(ours | other) for other in theirs), default=0.0)


def _triples(text: str) -> set[str]:
    words = text.lower().split()
    return {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def _stream(mill: Mill, plan: Plan, number: int, count: int, first: str, last: str) -> list[Letter]:
    path = mill.root / f"var/letters/{number}.csv"
    mill.run(
        "letters", "tasks.sample", "--stream", str(path), "--seed", str(plan.seed * 100 + number),
        "--tickets", str(count), "--first", first, "--last", last,
    )  # fmt: skip
    return _read(path)


def _read(path: Path) -> list[Letter]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: Sequence[Letter]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _merge(into: Any, preset: Mapping[str, Any]) -> None:
    for key, value in preset.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), Mapping):
            _merge(into[key], value)
        else:
            into[key] = value


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
