"""Stage draft@CANDIDATE: files in, files out."""

import shutil
from dataclasses import asdict

from drafter.drafter import Drafter
from drafter.hardware import place
from drafter.spec import Parts, Spec, prompt_digest
from drafter.tables import write_json, write_table
from tasks.candidates import Candidate, named
from tasks.draft.batches import draft_in_batches, inputs_digest
from tasks.draft.params import DraftParams, Params
from tasks.draft.timing import time_alone
from tasks.holdout import read_tickets
from tasks.paths import Paths


def run(params: Params, paths: Paths, candidate: str) -> None:
    """Draft the holdout with `candidate`, then time some of it one by one."""
    from drafter.records import DRAFT

    chosen = named(params.candidates, candidate)
    tickets_path = paths.root / chosen.tickets
    tickets, retrieves = read_tickets(tickets_path)
    spec = spec_of(candidate, chosen, params.draft, retrieves)
    model, rules = paths.root / chosen.model, paths.root / params.rules
    parts = Parts.of(spec, model, paths.base, paths.index, rules)
    if params.draft.threads and spec.generator == "local":
        import torch

        torch.set_num_threads(params.draft.threads)
    drafter = Drafter.open(spec, parts, params.draft.device)

    finished = paths.var / "drafts" / candidate
    kept = finished / inputs_digest(spec, parts, tickets_path)
    drafts, pace = draft_in_batches(drafter, tickets, kept)
    timed = time_alone(drafter, tickets, drafts, params.draft.timed)

    write_json(paths.timings(candidate), timed | pace | {"device": place(params.draft.device)})
    write_json(paths.drafter(candidate), asdict(spec))
    write_table(paths.drafts(candidate), drafts, DRAFT)
    shutil.rmtree(finished)


def spec_of(name: str, candidate: Candidate, params: DraftParams, retrieves: bool) -> Spec:
    """What the drafter is, from params.yaml."""
    return Spec(
        candidate=name,
        generator=candidate.generator,
        retrieves=retrieves,
        chunks=params.chunks,
        max_new_tokens=params.max_new_tokens,
        batch_size=params.batch_size,
        prompt=prompt_digest(),
    )
