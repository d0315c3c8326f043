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
from drafter.versions import DRAFTER_TAG, EVIDENCE, REQUIRED_EVIDENCE, REQUIRED_TAGS, folder_digest

REMEDY = "register it again"


def check_evidence(tags: Mapping[str, str], evidence: set[str]) -> None:
    """Raises PromotionRefused where a tag or a file of evidence is missing."""
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
    """Draft for a probe ticket.

    Raises PromotionRefused where the draft fails or is empty, and DraftingFailed where a hosted
    model failed, which may pass by itself.
    """
    draft = drafter.write([probe(drafter)])[0]
    if draft.text and not (draft.reason or "").startswith(FAILED):
        return
    what = f"its self-check gave no draft ({draft.reason})"
    if drafter.drafter.spec.endpoint is not None:
        raise DraftingFailed(what)
    raise PromotionRefused(f"{what}: train and register it again")


def probe(drafter: LiveDrafter) -> dict[str, Any]:
    """A ticket that asks about a policy of the drafter's own index."""
    index = drafter.drafter.index
    about = "my order"
    if index is not None and len(index.chunks):
        clause = index.chunks.row(0, named=True)
        about = f"{clause['title']}: {clause['text'][:200]}"
    text = f"Hello, I have a question about this. {about} Does that hold for me?"
    return {"subject": "A question", "messages": [{"role": "customer", "text": text}]}
