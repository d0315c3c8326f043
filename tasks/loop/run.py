"""Files in, files out."""

import csv
from typing import Any

from drafter.errors import BadInput
from drafter.tables import read_json, write_json, write_text
from tasks.loop.acceptance import acceptance
from tasks.loop.page import markdown, page
from tasks.loop.params import Params
from tasks.paths import Paths


def run(params: Params, paths: Paths) -> None:
    """Write reports/loop.{json,md,html}. Raises BadInput where no loop was simulated here."""
    turns = paths.report("loop/turns.json")
    if not turns.is_file():
        raise BadInput(f"{turns} is not there: run `python -m desk.simulate`, which makes it")
    with paths.report("loop/verdicts.csv").open(newline="", encoding="utf-8") as file:
        found = acceptance(list(csv.DictReader(file)), params)
    loop: dict[str, Any] = read_json(turns) | {"acceptance": found}
    write_json(paths.report("loop.json"), loop)
    write_text(paths.report("loop.md"), markdown(loop))
    write_text(paths.report("loop.html"), page(loop))
