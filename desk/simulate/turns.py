"""Desk -> feedback -> preferences -> dpo -> gate -> champion, turn by turn, with what came of it.

Leaves `reports/loop/turns.json`, `reports/loop/verdicts.csv` (what each agent of the panel would do
with each champion's draft for each measured letter), and what `python -m tasks.loop` makes of them.
"""

import csv
import json
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desk.simulate import company
from desk.simulate.agents import Agent, on_duty, team
from desk.simulate.desk import DeskClient
from desk.simulate.letters import Letter
from desk.simulate.mill import Mill, Say
from desk.simulate.plan import Plan
from drafter.tables import read_json, write_json

STAGES = ("ingest", "validate", "curate", "index", "retrieve", "base", "sft", "preferences", "dpo",
          "draft@nearest", "draft@sft-rag", "draft@champion", "draft@dpo-rag", "evaluate",
          "decide")  # fmt: skip
FIRST = ["nearest", "sft-rag"]
COMPETE = ["champion", "dpo-rag"]
CONCLUDED = ("sentence", "candidates", "differences", "verdicts")
APPROVED_BY = "desk.simulate"
VERDICT = ("version", "ticket_id", "agent", "kind", "accepted")


@dataclass
class Loop:
    """What all turns share, and what they have found so far."""

    mill: Mill
    original: str
    """params.yaml as the checkout had it."""
    panel: list[Agent]
    """Who judges champions; the same agents, letters and draws for all of them."""
    workers: list[Agent]
    """Who works the inbox: the panel, or, in the control, agents that act at random."""
    measured: Sequence[Letter]
    turns: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def by_hand(self, letter: Letter) -> Agent:
        """Who answers without a draft: always somebody of the panel."""
        return on_duty(self.panel, letter)


def simulate(source: Path, root: Path, kind: str, plan: Plan, say: Say) -> None:
    """Run `plan.turns` turns in a fresh checkout at `root`, and write the report.

    Raises BadInput where `root` is in use, StepFailed or DeskAway where a step fails.
    """
    say(f"a company of its own in {root}")
    company.lay_out(source, root)
    mill = Mill(root, say)
    company.borrow_base(mill, source)
    panel = team()
    workers = panel if kind == "panel" else team(["random"] * len(panel))
    original = (root / "params.yaml").read_text(encoding="utf-8")
    loop = Loop(mill, original, panel, workers, ())
    letters = company.found(mill, plan, loop.by_hand)
    loop.measured = letters.measured
    _first_champion(loop)
    with mill.desk(free_port(), root / "var/log/desk.log") as address:
        desk = DeskClient(address)
        version = loop.turns[0]["version"]
        desk.wait_for(version)
        _measure(loop, desk, version)
        for number, month in enumerate(letters.turns, 1):
            version = _turn(loop, desk, number, month[plan.later_by_hand :], version,
                            month[: plan.later_by_hand])  # fmt: skip
    _keep(loop, kind, plan)
    mill.run("report", "tasks.loop")
    say((root / "reports/loop.md").read_text(encoding="utf-8"))


def _first_champion(loop: Loop) -> None:
    loop.mill.say("turn 0: the first champion, by the same gates")
    company.write_params(loop.mill.root, loop.original, FIRST, "nearest", "accuracy")
    version, why = _challenge(loop)
    # from here on agents teach by preferences alone: no turn gains by another draw of stage sft
    loop.mill.run("freeze", "dvc", "freeze", "sft")
    _note(loop, version if why is None else None, why, {}, version)
    if why is not None:
        from desk.simulate.mill import StepFailed

        raise StepFailed(f"the first version is refused, so nothing can serve: {why}")


def _turn(
    loop: Loop,
    desk: DeskClient,
    number: int,
    letters: Sequence[Letter],
    serves: str,
    by_hand: Sequence[Letter],
) -> str:
    """One turn; gives the version that serves after it."""
    mill = loop.mill
    mill.say(f"turn {number}: {len(letters)} letters to version {serves}")
    mill.seconds.clear()
    started = time.monotonic()
    actions = desk.work(letters, lambda letter: on_duty(loop.workers, letter))
    mill.took("at the desk", time.monotonic() - started)
    company.answered_by_hand(mill.root, by_hand, loop.by_hand)
    mill.run("feedback", "tasks.feedback")
    mill.run("incumbent", "tasks.incumbent")
    company.write_params(mill.root, loop.original, COMPETE, "champion", "reuse")
    version, why = _challenge(loop)
    if why is None:
        desk.wait_for(version)
        _measure(loop, desk, version)
    serves = version if why is None else serves
    _note(loop, serves, why, Counter(actions), version)
    return serves


def _challenge(loop: Loop) -> tuple[str, str | None]:
    """Turn the mill and hold its challenger against the gates: the version, and why it may not."""
    mill = loop.mill
    mill.repro("decide", STAGES)
    version = mill.run("register", "tasks.register").last.rpartition("/")[2]
    gate = mill.may_fail("gate", "tasks.promote", "--approved-by", APPROVED_BY)
    if gate.code == 0:
        mill.say(f"  version {version} is the champion")
        return version, None
    decision = read_json(mill.root / "reports/decision.json")
    if decision["recommended"] == decision["champion"]:
        # what was registered is the champion once more, and the gate only says so
        why = str(decision["sentence"])
    else:
        why = next(reversed(gate.errors.strip().splitlines()), "the gate said nothing")
    mill.say(f"  {why}")
    return version, why


def _measure(loop: Loop, desk: DeskClient, version: str) -> None:
    """What the panel would do with the champion's drafts; nobody is told an outcome."""
    started = time.monotonic()
    drafts = desk.drafts(loop.measured)
    for letter, found in zip(loop.measured, drafts, strict=True):
        assert found["version"] == version
        for agent in loop.panel:
            loop.verdicts.append(
                {
                    "version": version,
                    "ticket_id": letter["ticket_id"],
                    "agent": agent.name,
                    "kind": agent.kind,
                    "accepted": int(agent.accepts(found["draft"], letter)),
                }
            )
    loop.mill.took("measure", time.monotonic() - started)


def _note(
    loop: Loop, version: str | None, refused: str | None, actions: dict[str, int], challenger: str
) -> None:
    root = loop.mill.root
    decision = read_json(root / "reports/decision.json")
    preferences = root / "reports/preferences.json"
    pairs = read_json(preferences)["pairs"] if preferences.is_file() else {}
    loop.turns.append(
        {
            "turn": len(loop.turns),
            "version": version,
            "challenger": challenger,
            "candidate": decision["recommended"],
            "refused": refused,
            "actions": dict(actions),
            "pairs": sum(pairs.values()),
            "decision": {name: decision[name] for name in CONCLUDED},
            "seconds": dict(loop.mill.seconds),
        }
    )


def _keep(loop: Loop, kind: str, plan: Plan) -> None:
    folder = loop.mill.root / "reports/loop"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "verdicts.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, VERDICT, lineterminator="\n")
        writer.writeheader()
        writer.writerows(loop.verdicts)
    found = {
        "agents": kind,
        "seed": plan.seed,
        "minutes": round((time.monotonic() - loop.started) / 60, 1),
        "turns": loop.turns,
    }
    write_json(folder / "turns.json", json.loads(json.dumps(found)))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
