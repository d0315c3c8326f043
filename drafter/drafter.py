"""The drafter: a ticket in, a draft out. What is evaluated is what is registered and served.

retrieve (if it does) -> one prompt template -> generate -> guard
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.clean import query_text
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
class Drafter:
    """A spec, the generator it names, and the index where it retrieves."""

    spec: Spec
    generator: Generator
    index: "Index | None" = None

    @classmethod
    def open(cls, spec: Spec, parts: Parts, device: Device = "auto") -> "Drafter":
        """Load the parts. Raises ModelUnavailable or UnsafeModel where one can't be trusted.

        And KeyMissing where a hosted model's key is not in the environment.
        """
        index = None
        if parts.index:
            from drafter.index_files import open_index

            index = open_index(parts.index)
        if spec.generator == "nearest":
            from drafter.nearest import NearestGenerator

            assert index is not None, "nearest has an index: see Parts.of"
            return cls(spec, NearestGenerator(index))

        if spec.endpoint is not None:
            from drafter.hosted.endpoint import Endpoint
            from drafter.hosted.generator import HostedGenerator

            return cls(spec, HostedGenerator.open(Endpoint(**spec.endpoint)), index)

        from drafter.base_model import load_adapter, load_base
        from drafter.local import LocalGenerator

        assert parts.base is not None, "local has a base: see Parts.of"
        base = load_base(parts.base, device)
        if parts.adapter:
            load_adapter(base, parts.adapter, ADAPTER)
        adapter = ADAPTER if parts.adapter else None
        generator = LocalGenerator(base, adapter, spec.max_new_tokens, spec.batch_size)
        return cls(spec, generator, index)

    @classmethod
    def load(cls, folder: Path, device: Device = "auto") -> "Drafter":
        """Open a folder that `drafter.spec.pack` wrote."""
        return cls.open(*unpack(folder), device=device)

    def draft(self, tickets: "pl.DataFrame") -> "pl.DataFrame":
        """One DRAFT row for each CURATED or RETRIEVED row, in their order.

        A drafter that retrieves takes the chunks that RETRIEVED rows bring, and looks them up for
        CURATED rows; the drafts are the same. One that doesn't retrieve leaves them unread.
        """
        import polars as pl

        from drafter.records import DRAFT

        rows = tickets.to_dicts()
        chunks = self._chunks(rows, "chunks" in tickets.columns)
        generations = self.generator.generate(
            [
                Prompt(build_prompt(row, found), query_text(row), row["created_at"])
                for row, found in zip(rows, chunks, strict=True)
            ]
        )
        drafts = zip(rows, chunks, generations, strict=True)
        return pl.DataFrame([self._row(*draft) for draft in drafts], schema=DRAFT)

    def chat(self, ticket: dict[str, Any]) -> list[Message]:
        """The chat for one ticket with the chunks that it brings, if this drafter takes any."""
        brought = ticket.get("chunks") or []
        return build_prompt(ticket, brought[: self.spec.chunks] if self.spec.retrieves else [])

    def _chunks(self, rows: list[dict[str, Any]], brought: bool) -> list[list[dict[str, Any]]]:
        if not self.spec.retrieves:
            return [[] for _ in rows]
        if brought:
            return [row["chunks"][: self.spec.chunks] for row in rows]
        if self.index is None:
            raise BadInput(
                f"candidate {self.spec.candidate} retrieves, but the tickets bring no chunks and "
                "no index was opened: hand in data/retrieved, or open it with its index"
            )
        at = [row["created_at"] for row in rows]
        return self.index.search([query_text(row) for row in rows], at, self.spec.chunks)

    def _row(
        self, ticket: dict[str, Any], chunks: Sequence[dict[str, Any]], generation: Generation
    ) -> dict[str, Any]:
        return {
            "ticket_id": ticket["ticket_id"],
            "candidate": self.spec.candidate,
            "text": generation.text,
            "citations": cited_chunks(generation.text, chunks) if generation.text else [],
            "tokens_in": generation.tokens_in,
            "tokens_out": generation.tokens_out,
            "cost_usd": generation.cost_usd,
            "abstained": not generation.text and generation.failed is None,
            "reason": f"failed: {generation.failed}" if generation.failed else None,
            "confidence": generation.confidence,
        }
