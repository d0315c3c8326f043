"""What a drafter is, apart from its weights: drafter.json, and the folder that holds it all.

    drafter.json   {"candidate": "sft-rag", "generator": "local", "retrieves": true, "chunks": 3, …}
    base/          the base model      (generator local)
    adapter/       the LoRA adapter    (generator local, where the candidate has one)
    index/         policies and solved tickets: for the prompt where it retrieves, and for the guard
    compliance.yaml    the guard's rules

drafter.json is written last: a folder that has it is whole.
"""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from drafter.errors import ModelUnavailable
from drafter.prompt import build_prompt
from drafter.tables import read_json, write_json

SPEC_FILE = "drafter.json"
RULES_FILE = "compliance.yaml"
# Each part, and what it is called in the folder.
PARTS = {"base": "base", "adapter": "adapter", "index": "index", "rules": RULES_FILE}


@dataclass(frozen=True)
class Spec:
    """Everything but weights that decides what a drafter writes."""

    candidate: str
    generator: Literal["local", "nearest", "anthropic", "openai"]
    retrieves: bool
    """Whether policy clauses go into the prompt."""
    chunks: int
    """At most so many of them."""
    max_new_tokens: int
    batch_size: int
    prompt: str
    """Digest of the prompt template that it was evaluated with."""
    endpoint: dict[str, Any] | None = None
    """Where a hosted model is asked and how (drafter.hosted.endpoint.Endpoint); never a key."""


def prompt_digest() -> str:
    """A digest of what the prompt template makes of one fixed ticket, with and without policy."""
    turns = [("customer", "a"), ("agent", "b"), ("customer", "c"), ("customer", "d")]
    ticket = {"subject": "s", "messages": [{"role": role, "text": text} for role, text in turns]}
    fields = ("chunk_id", "doc_id", "title", "clause", "text", "url")
    chunks = [{name: f"{name} {number}" for name in fields} for number in (1, 2)]
    prompts = [build_prompt(ticket, chunks), build_prompt(ticket, [])]
    return hashlib.sha256(json.dumps(prompts).encode()).hexdigest()


@dataclass(frozen=True)
class Parts:
    """The folders and the file that a drafter is made of; None where it has no such part."""

    base: Path | None = None
    adapter: Path | None = None
    index: Path | None = None
    rules: Path | None = None

    @classmethod
    def of(cls, spec: Spec, model: Path | None, base: Path, index: Path, rules: Path) -> "Parts":
        """The parts of the candidate whose `model` is the index, the base or an adapter over it.

        A hosted candidate has no model here. Who doesn't retrieve has the index all the same: its
        guard looks up what may be claimed.
        """
        if model is None:
            return cls(index=index, rules=rules)
        if spec.generator == "nearest":
            return cls(index=model, rules=rules)
        adapter = None if model.resolve() == base.resolve() else model
        return cls(base, adapter, index, rules)


def pack(spec: Spec, parts: Parts, folder: Path) -> Path:
    """Copy the parts into a new `folder` with drafter.json last; `Drafter.load` opens it."""
    folder.mkdir(parents=True)
    for part, name in PARTS.items():
        path = getattr(parts, part)
        if path is not None:
            (shutil.copytree if path.is_dir() else shutil.copyfile)(path, folder / name)
    write_json(folder / SPEC_FILE, asdict(spec))
    return folder


def unpack(folder: Path) -> tuple[Spec, Parts]:
    """Read what `pack` wrote.

    Raises ModelUnavailable where drafter.json is missing, of another version of Replymill, or was
    evaluated with another prompt template than this code has, and where the guard has no rules.
    """
    path = folder / SPEC_FILE
    if not path.is_file():
        raise ModelUnavailable(f"{path} is not there: {folder} is no packed drafter")
    try:
        spec = Spec(**read_json(path))
    except TypeError as error:
        raise ModelUnavailable(
            f"{path} has other fields than this version of Replymill ({error}): register it again"
        ) from error
    if spec.prompt != prompt_digest():
        raise ModelUnavailable(
            f"{path}: the drafter was evaluated with prompt template {spec.prompt[:12]}…, this "
            f"code has {prompt_digest()[:12]}…: use the code that was logged with it"
        )
    there = {part: folder / name for part, name in PARTS.items() if (folder / name).exists()}
    if "rules" not in there:
        raise ModelUnavailable(
            f"{folder / RULES_FILE} is not there, and without rules nothing holds a draft back: "
            "register it again"
        )
    return spec, Parts(**there)
