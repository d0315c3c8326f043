"""The drafter: a ticket in, a draft out. What is evaluated is what is registered and served.

retrieve (if it does) -> one prompt template -> generate -> guard

The guard holds each text against the clauses in force and the ticket. It looks the clauses up for
every candidate: what fine-tuning has learned by heart is what needs it most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.clean import query_text
from drafter.compliance import Rules, Violation, load_rules, violations
from drafter.cut import Cut, cut_of
from drafter.errors import BadInput
from drafter.generate import Generation, Generator, Prompt
from drafter.guard import cited_chunks
from drafter.hardware import Device
from drafter.prompt import Message, build_prompt
from drafter.spec import Parts, Spec, unpack

if TYPE_CHECKING:
    import polars as pl

    from drafter.retrieval import Index

ADAPTER = "candidate"


@dataclass(frozen=True)
class Written:
    """What was written for one ticket: a DRAFT row, and what speaks for it and against it."""

    row: dict[str, Any]
    chunks: Sequence[dict[str, Any]]
    """The clauses in force that it was written from and held against, best first."""
    violations: Sequence[Violation]
    cut: Cut | None
    """What of ticket and clauses the model was not shown, as it has too few positions."""


@dataclass(frozen=True)
class Drafter:
    """A spec, the generator it names, the index, and the rules of the guard; without rules, none.

    Without an index the guard knows no policy but what tickets bring along.
    """

    spec: Spec
    generator: Generator
    index: "Index | None" = None
    rules: Rules | None = None

    @classmethod
    def open(cls, spec: Spec, parts: Parts, device: Device = "auto") -> "Drafter":
        """Load the parts. Raises ModelUnavailable or UnsafeModel where one can't be trusted.

        KeyMissing where a hosted model's key is not in the environment, and ParamsError where the
        rules can't be read.
        """
        rules = load_rules(parts.rules) if parts.rules else None
        index = None
        if parts.index:
            from drafter.index_files import open_index

            index = open_index(parts.index)
        if spec.generator == "nearest":
            from drafter.nearest import NearestGenerator

            assert index is not None, "nearest has an index: see Parts.of"
            return cls(spec, NearestGenerator(index), index, rules)

        if spec.endpoint is not None:
            from drafter.hosted.endpoint import Endpoint
            from drafter.hosted.generator import HostedGenerator

            return cls(spec, HostedGenerator.open(Endpoint(**spec.endpoint)), index, rules)

        from drafter.base_model import load_adapter, load_base
        from drafter.local import LocalGenerator

        assert parts.base is not None, "local has a base: see Parts.of"
        base = load_base(parts.base, device)
        if parts.adapter:
            load_adapter(base, parts.adapter, ADAPTER)
        adapter = ADAPTER if parts.adapter else None
        generator = LocalGenerator(base, adapter, spec.max_new_tokens, spec.batch_size)
        return cls(spec, generator, index, rules)

    @classmethod
    def load(cls, folder: Path, device: Device = "auto") -> "Drafter":
        """Open a folder that `drafter.spec.pack` wrote."""
        return cls.open(*unpack(folder), device=device)

    def draft(self, tickets: "pl.DataFrame") -> "pl.DataFrame":
        """One DRAFT row for each CURATED or RETRIEVED row, in their order."""
        import polars as pl

        from drafter.records import DRAFT

        return pl.DataFrame([written.row for written in self.write(tickets)], schema=DRAFT)

    def write(self, tickets: "pl.DataFrame") -> list[Written]:
        """A draft for each CURATED or RETRIEVED row, in their order, with its clauses.

        Chunks are those that RETRIEVED rows bring, and are looked up for CURATED rows; the drafts
        are the same. Who doesn't retrieve leaves them to the guard.
        """
        rows = tickets.to_dicts()
        found = self._chunks(rows, "chunks" in tickets.columns)
        generations = self.generator.generate(
            [
                Prompt(build_prompt(row, self._shown(chunks)), query_text(row), row["created_at"])
                for row, chunks in zip(rows, found, strict=True)
            ]
        )
        drafts = zip(rows, found, generations, strict=True)
        return [self._written(*draft) for draft in drafts]

    def chat(self, ticket: dict[str, Any]) -> list[Message]:
        """The chat for one ticket with the chunks that it brings, if this drafter takes any."""
        return build_prompt(ticket, self._shown(ticket.get("chunks") or []))

    def _chunks(self, rows: list[dict[str, Any]], brought: bool) -> list[list[dict[str, Any]]]:
        """The clauses in force for each ticket, best first; the prompt takes the first of them."""
        wanted = max(self.spec.chunks, self.rules.clauses if self.rules else 0)
        if brought:
            return [row["chunks"][:wanted] for row in rows]
        if self.index is None and self.spec.retrieves:
            raise BadInput(
                f"candidate {self.spec.candidate} retrieves, but the tickets bring no chunks and "
                "no index was opened: hand in data/retrieved, or open it with its index"
            )
        if self.index is None or not (self.spec.retrieves or self.rules):
            return [[] for _ in rows]
        at = [row["created_at"] for row in rows]
        return self.index.search([query_text(row) for row in rows], at, wanted)

    def _shown(self, found: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """What of the clauses found stands in the prompt."""
        return found[: self.spec.chunks] if self.spec.retrieves else []

    def _violations(
        self, text: str, ticket: dict[str, Any], found: Sequence[dict[str, Any]]
    ) -> list[Violation]:
        if self.rules is None:
            return []
        evidence = [chunk[part] for chunk in found for part in ("text", "url") if chunk[part]]
        return violations(text, ticket, evidence, self.rules)

    def _held_back(
        self,
        text: str,
        found: Sequence[dict[str, Any]],
        broken: Sequence[Violation],
        read: float,
    ) -> str | None:
        """Why the agent isn't shown this text; None where nothing speaks against it."""
        if not text:
            return "empty"
        if self.spec.retrieves and not found:
            return "no_policy"
        rules = dict.fromkeys(violation.rule for violation in broken)
        if rules:
            return f"guard: {', '.join(rules)}"
        least = self.rules.least_read if self.rules else None
        return "cut" if least is not None and read < least else None

    def _written(
        self, ticket: dict[str, Any], found: Sequence[dict[str, Any]], generation: Generation
    ) -> Written:
        from drafter.records import FAILED

        text, failed = generation.text, generation.failed
        broken = [] if failed else self._violations(text, ticket, found)
        chat = build_prompt(ticket, self._shown(found))
        cut = cut_of(ticket, chat, generation.read)
        read = cut.share_read(len(ticket["messages"]) - 1) if cut else 1.0
        held_back = None if failed else self._held_back(text, found, broken, read)
        row = {
            "ticket_id": ticket["ticket_id"],
            "candidate": self.spec.candidate,
            "text": text,
            "citations": cited_chunks(text, self._shown(found)) if text else [],
            "tokens_in": generation.tokens_in,
            "tokens_out": generation.tokens_out,
            "cost_usd": generation.cost_usd,
            "abstained": held_back is not None,
            "reason": f"{FAILED}{failed}" if failed else held_back,
            "confidence": generation.confidence,
        }
        return Written(row, found, broken, cut)
