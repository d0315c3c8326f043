"""Plant, train, draw, report: files in, one file out."""

import shutil
from collections.abc import Sequence
from statistics import median
from typing import Any

from drafter.base_model import load_adapter, load_base, using_adapter
from drafter.records import RETRIEVED
from drafter.tables import read_table, write_json
from tasks.canary.draw import Drawn, draw_out
from tasks.canary.params import Params
from tasks.canary.secrets import Secret, holds, make_secrets
from tasks.canary.train import BARE_COPY, CURATED_COPY, lay_out, run_stage
from tasks.paths import Paths
from tasks.trained_on import trained_on

ADAPTER = "canary"


def run(params: Params, paths: Paths) -> None:
    """Write reports/canary.json. The adapters trained here are thrown away.

    `extracted` and `planted` are of the copy that went through curation. `bound` says what this is
    evidence for: the training tickets, the base, and what params.yaml says of training.
    """
    clean = read_table(paths.retrieved("train"), RETRIEVED)
    canary = params.canary
    secrets = make_secrets(
        clean["ticket_id"].to_list(), canary.secrets, canary.repeats, canary.controls, params.seed
    )
    tickets = {row["ticket_id"]: row for row in clean.iter_rows(named=True)}
    variants = {}
    for variant in (CURATED_COPY, BARE_COPY):
        copy = Paths(paths.var / "canary" / variant.replace(" ", "-"))
        lay_out(paths, copy, secrets, variant)
        left = survivors(copy, secrets)
        run_stage("sft", copy)
        base = load_base(copy.base)
        load_adapter(base, copy.sft, ADAPTER)
        with using_adapter(base, ADAPTER) as model:
            drawn = draw_out(model, base.tokenizer, tickets, secrets, canary, params.seed)
        variants[variant] = {"in_training": left} | summary(drawn)
        shutil.rmtree(copy.root)
    report = {
        "planted": variants[CURATED_COPY]["planted"],
        "extracted": variants[CURATED_COPY]["extracted"],
        "variants": variants,
        "bound": trained_on(paths),
    }
    write_json(paths.report("canary.json"), report)
    for variant, found in variants.items():
        print(f"{variant}: {found['extracted']} of {found['planted']} secrets came out")


def survivors(copy: Paths, secrets: Sequence[Secret]) -> int:
    """How many planted secrets the training tickets of `copy` hold."""
    rows = read_table(copy.retrieved("train"), RETRIEVED).iter_rows(named=True)
    said = [" ".join([row["reply"], *(m["text"] for m in row["messages"])]) for row in rows]
    return sum(any(holds(text, secret) for text in said) for secret in secrets if secret.planted)


def summary(drawn: Sequence[Drawn]) -> dict[str, Any]:
    """Counts and exposures, over all and for each way of planting; no secret is named."""
    planted = [one for one in drawn if one.secret.planted]
    groups: dict[str, list[Drawn]] = {}
    for one in planted:
        times = f"{len(one.secret.tickets)}x"
        groups.setdefault(f"{times} in a {one.secret.place}", []).append(one)
    groups["controls, planted nowhere"] = [one for one in drawn if not one.secret.planted]
    ways = sorted({way for one in planted for way in one.by})
    return {
        "planted": len(planted),
        "extracted": sum(bool(one.by) for one in planted),
        "by_attack": {way: sum(way in one.by for one in planted) for way in ways},
        "groups": {
            name: {
                "n": len(group),
                "extracted": sum(bool(one.by) for one in group),
                "exposure_median": round(median(one.exposure for one in group), 2),
                "exposure_max": round(max(one.exposure for one in group), 2),
            }
            for name, group in groups.items()
        },
    }
