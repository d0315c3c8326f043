"""What a version must show before it serves: its evidence, its files as registered, a draft."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drafter.errors import DraftingFailed, PromotionRefused, UnsafeModel
from drafter.live import LiveDrafter
from drafter.manifest import refuse_unsafe
from drafter.records import FAILED
from drafter.spec import SPEC_FILE
from drafter.tables import read_json
from drafter.versions import (
    DRAFTER_TAG,
    EVIDENCE,
    FORGOTTEN_SERVES_TAG,
    FORGOTTEN_TAG,
    REQUIRED_EVIDENCE,
    REQUIRED_TAGS,
    folder_digest,
)

REMEDY = "register it again"
# Of a clause, in a probe.
CHARACTERS = 200


def check_evidence(tags: Mapping[str, str], evidence: set[str]) -> None:
    """Raises PromotionRefused where a tag or a file of evidence is missing.

    And where it learned from a customer who was forgotten, unless it served then already.
    """
    if FORGOTTEN_TAG in tags and FORGOTTEN_SERVES_TAG not in tags:
        raise PromotionRefused(
            f"it learned from customers who were forgotten ({tags[FORGOTTEN_TAG]}): `make run` "
            "registers a version that did not"
        )
    tagless = [tag for tag in REQUIRED_TAGS if not tags.get(tag)]
    if tagless:
        raise PromotionRefused(f"it has no tag {', '.join(tagless)}: {REMEDY}")
    if not re.fullmatch("[0-9a-f]{64}", tags[DRAFTER_TAG]):
        raise PromotionRefused(f"its tag {DRAFTER_TAG} is no sha256: {REMEDY}")
    missing = [name for name in REQUIRED_EVIDENCE if name not in evidence]
    if missing:
        raise PromotionRefused(f"its run has no {EVIDENCE}/{', '.join(missing)}: {REMEDY}")


def check_files(folder: Path, digest: str, candidate: str) -> None:
    """Hold a packed drafter against what its version says, before any of it is opened.

    Raises UnsafeModel where it holds a pickle or code, or hashes to another digest, and
    PromotionRefused where it is of another candidate.
    """
    refuse_unsafe(folder)
    found = folder_digest(folder)
    if found != digest:
        raise UnsafeModel(
            f"its drafter has sha256 {found[:12]}…, its tag {DRAFTER_TAG} says {digest[:12]}…: "
            f"{REMEDY}"
        )
    packed = read_json(folder / SPEC_FILE)["candidate"]
    if packed != candidate:
        raise PromotionRefused(f"its drafter is {packed}, its tag says {candidate}: {REMEDY}")


def check_drafts(drafter: LiveDrafter) -> None:
    """Draft for a few probe tickets.

    Raises PromotionRefused where a draft fails or all are empty, and DraftingFailed where a hosted
    model failed, which may pass by itself. A draft that the guard holds back is one.
    """
    drafts = drafter.write(probes(drafter))
    failed = next((d.reason for d in drafts if (d.reason or "").startswith(FAILED)), None)
    if failed is None and any(draft.text for draft in drafts):
        return
    what = f"its self-check gave no draft ({failed or 'all are empty'})"
    if drafter.drafter.spec.endpoint is not None:
        raise DraftingFailed(what)
    raise PromotionRefused(f"{what}: train and register it again")


def probes(drafter: LiveDrafter) -> list[dict[str, Any]]:
    """Tickets that ask about policies of the drafter's own index, from its first to its last."""
    index = drafter.drafter.index
    clauses = index.chunks.to_dicts() if index is not None else []
    abouts = [f"{clause['title']}: {clause['text'][:CHARACTERS]}" for clause in clauses]
    places = {0, len(abouts) // 2, len(abouts) - 1} if abouts else set()
    return [_probe(abouts[place]) for place in sorted(places)] or [_probe("My order is late.")]


def _probe(about: str) -> dict[str, Any]:
    text = f"Hello, I have a question about this. {about} Does that hold for me?"
    return {"subject": "A question", "messages": [{"role": "customer", "text": text}]}
