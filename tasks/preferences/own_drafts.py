"""The SFT model's drafts on some training tickets, with clauses and from memory.

Batches outlive a kill, and the stage: where policies change that the drafts never saw, they are
read again and nothing is drafted.
"""

import hashlib
import importlib.metadata
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import polars as pl

from drafter import base_model, fit, hardware, local, prompt
from drafter.base_model import load_adapter, load_base
from drafter.clean import query_text
from drafter.draw import share_of
from drafter.generate import Prompt
from drafter.local import LocalGenerator
from drafter.manifest import file_sha256, manifest_digest, verify_manifest
from drafter.progress import progress
from drafter.prompt import build_prompt
from drafter.tables import read_table, write_table
from tasks.paths import Paths
from tasks.preferences.candidate import Ticket
from tasks.preferences.params import Params

ADAPTER = "sft"
OWN = pl.Schema(
    {"ticket_id": pl.String(), "with_policy": pl.Boolean(), "text": pl.String()}
    | {"cut": pl.Boolean()}
)
# Kept drafts must not outlive what wrote them.
CODE = (base_model, fit, hardware, local, prompt, sys.modules[__name__])
LIBRARIES = ("torch", "transformers", "peft")
REMEDY = "run the stage that makes it again, with `dvc repro --force`"


def drawn(tickets: pl.DataFrame, count: int, seed: int) -> pl.DataFrame:
    """`count` of the tickets, by a hash of their ids."""
    shares = pl.Series(
        [share_of(f"{seed}:drafted:{ticket_id}") for ticket_id in tickets["ticket_id"]]
    )
    return tickets.filter(shares.rank("ordinal") <= count)


def own_drafts(tickets: pl.DataFrame, params: Params, paths: Paths) -> pl.DataFrame:
    """OWN rows: for each of the tickets (RETRIEVED rows) a draft with clauses and one without."""
    if tickets.is_empty():
        return pl.DataFrame(schema=OWN)
    rows = tickets.iter_rows(named=True)
    work: list[tuple[Ticket, bool]] = [
        (ticket, shown) for ticket in rows for shown in (True, False)
    ]
    chats = {id(item): _chat(*item, params.preferences.chunks) for item in work}
    work.sort(key=lambda item: (len(str(chats[id(item)])), item[0]["ticket_id"], item[1]))
    size = params.preferences.batch_size
    batches = [work[start : start + size] for start in range(0, len(work), size)]

    folder = paths.var / "preferences" / _digest(params, paths)
    for stale in folder.parent.glob("*"):
        if stale != folder:
            shutil.rmtree(stale)
    generator: LocalGenerator | None = None
    done = []
    with progress("drafting with sft", len(work), "drafts") as advance:
        for number, batch in enumerate(batches):
            path = folder / f"{number:06}.parquet"
            if not path.is_file():
                generator = generator or _open(params, paths)
                write_table(path, _drafted(generator, batch, params.preferences.chunks), OWN)
            done.append(read_table(path, OWN))
            advance(len(batch))
    return pl.concat(done)


def _open(params: Params, paths: Paths) -> LocalGenerator:
    import torch

    wanted = params.preferences
    if wanted.threads:
        torch.set_num_threads(wanted.threads)
    base = load_base(paths.base, wanted.device)
    load_adapter(base, paths.sft, ADAPTER)
    return LocalGenerator(base, ADAPTER, wanted.max_new_tokens, wanted.batch_size)


def _drafted(
    generator: LocalGenerator, batch: list[tuple[Ticket, bool]], chunks: int
) -> pl.DataFrame:
    prompts = [
        Prompt(_chat(ticket, shown, chunks), query_text(ticket), ticket["created_at"])
        for ticket, shown in batch
    ]
    rows: list[dict[str, Any]] = [
        {
            "ticket_id": ticket["ticket_id"],
            "with_policy": shown,
            "text": written.text,
            "cut": written.tokens_out >= generator.max_new_tokens,
        }
        for (ticket, shown), written in zip(batch, generator.generate(prompts), strict=True)
    ]
    return pl.DataFrame(rows, schema=OWN)


def _chat(ticket: Ticket, shown: bool, chunks: int) -> list[Any]:
    return build_prompt(ticket, ticket["chunks"][:chunks] if shown else [])


def _digest(params: Params, paths: Paths) -> str:
    """Over all that decides the drafts: what is drafted, by which models, libraries and code."""
    wanted = params.preferences
    names = ("chunks", "drafted_tickets", "max_new_tokens", "batch_size", "device", "threads")
    settings = {"seed": params.seed} | {name: getattr(wanted, name) for name in names}
    models = [manifest_digest(verify_manifest(path, REMEDY)) for path in (paths.base, paths.sft)]
    tickets = [file_sha256(paths.retrieved(split)) for split in ("train", "val")]
    code = [file_sha256(Path(str(module.__file__))) for module in CODE]
    versions = [importlib.metadata.version(name) for name in LIBRARIES]
    whole = json.dumps([settings, models, tickets, code, versions])
    return hashlib.sha256(whole.encode()).hexdigest()[:32]
