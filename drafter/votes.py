"""Solved tickets as evidence: what replies to the most similar earlier tickets cite."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from drafter.cites import Cite, slug
from drafter.fusion import best_columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from drafter.fusion import Scores

NOBODY = -2.0  # below every cosine


class Solved:
    """Past tickets with their vectors; a query sees those older than itself and of other groups."""

    def __init__(
        self,
        vectors: "Scores",
        created_at: Sequence[int],
        groups: Sequence[str],
        cites: Sequence[Sequence[Cite]],
    ) -> None:
        """(n, d) unit vectors; times in microseconds; what each reply cites."""
        import numpy as np

        self.vectors = vectors
        self.created_at = np.asarray(created_at, dtype=np.int64)
        self.group_codes = {group: code for code, group in enumerate(dict.fromkeys(groups))}
        self.groups = np.asarray([self.group_codes[group] for group in groups], dtype=np.int64)
        self.cites = [list(cite) for cite in cites]

    def citing(self) -> "Solved":
        """Those whose reply cites a policy."""
        import numpy as np

        keep = [i for i, cites in enumerate(self.cites) if cites]
        names = list(self.group_codes)
        return Solved(
            self.vectors[np.asarray(keep, dtype=np.int64)],
            [int(self.created_at[i]) for i in keep],
            [names[self.groups[i]] for i in keep],
            [self.cites[i] for i in keep],
        )

    def nearest(
        self, vectors: "Scores", at: "NDArray[np.int64]", groups: Sequence[str | None], k: int
    ) -> tuple["NDArray[np.int64]", "Scores"]:
        """Rows and cosines, both (queries, k), most similar first; NOBODY where fewer are older."""
        import numpy as np

        if not len(self.vectors):
            none = np.zeros((len(vectors), 0))
            return none.astype(np.int64), none.astype(np.float32)
        similar = vectors @ self.vectors.T
        own = np.asarray([self.group_codes.get(group or "", -1) for group in groups])
        hidden = (self.created_at[None, :] >= at[:, None]) | (self.groups[None, :] == own[:, None])
        similar[hidden] = NOBODY
        rows = best_columns(similar, k, by_ratio=False)
        return rows, np.take_along_axis(similar, rows, axis=1)


class Ballot:
    """Which chunks each solved ticket votes for."""

    def __init__(self, solved: Solved, doc_ids: Sequence[str], clauses: Sequence[str]) -> None:
        """`doc_ids` and `clauses` of the chunks in force, one entry a chunk."""
        self.solved = solved
        by_document: dict[str, list[int]] = {}
        by_section: dict[tuple[str, str], list[int]] = {}
        for chunk, (doc_id, clause) in enumerate(zip(doc_ids, clauses, strict=True)):
            by_document.setdefault(doc_id, []).append(chunk)
            for section in sections(clause):
                by_section.setdefault((doc_id, section), []).append(chunk)
        documents, clause_votes = [], []
        for cites in solved.cites:
            share = 1 / max(len(cites), 1)
            docs = [by_document.get(cite.doc_id, []) for cite in cites]
            parts = [by_section.get((cite.doc_id, cite.section or ""), []) for cite in cites]
            documents.append([(chunk, share) for chunks in docs for chunk in chunks])
            clause_votes.append([(chunk, share) for chunks in parts for chunk in chunks])
        self.documents = _sparse(documents, len(doc_ids))
        self.clauses = _sparse(clause_votes, len(doc_ids))

    def count(
        self, rows: "NDArray[np.int64]", cosines: "Scores", temperature: float
    ) -> tuple["Scores", "Scores"]:
        """Votes for documents and for sections, both (queries, chunks), by neighbours' softmax."""
        import numpy as np
        from scipy.sparse import csr_matrix

        there = cosines > NOBODY
        if not there.any():
            empty = np.zeros((len(rows), self.documents.shape[1]), dtype=np.float32)
            return empty, empty.copy()
        powers = np.where(there, np.exp((cosines - cosines[:, :1]) / temperature), 0)
        powers = powers / np.maximum(powers.sum(axis=1, keepdims=True), 1e-12)
        starts = np.arange(len(rows) + 1) * rows.shape[1]
        shape = (len(rows), len(self.solved.cites))
        voters = csr_matrix((powers.ravel().astype(np.float32), rows.ravel(), starts), shape=shape)
        return (voters @ self.documents).toarray(), (voters @ self.clauses).toarray()


def sections(clause: str) -> list[str]:
    """The slugs of the headings above a clause: `Bank transfer > EU > 2` -> bank-transfer, eu."""
    return [slug(heading) for heading in clause.split(" > ")[:-1]]


def _sparse(rows: list[list[tuple[int, float]]], width: int) -> Any:
    import numpy as np
    from scipy.sparse import csr_matrix

    starts = np.cumsum([0, *map(len, rows)])
    flat = [pair for row in rows for pair in row]
    columns = np.asarray([column for column, _ in flat], dtype=np.int64)
    values = np.asarray([value for _, value in flat], dtype=np.float32)
    return csr_matrix((values, columns, starts), shape=(len(rows), width))
