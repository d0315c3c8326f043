"""The section `index` of params.yaml: how policies are cut, embedded, and their evidence fused."""

from pydantic import Field

from drafter.section import Section


class ChunkParams(Section):
    """Lengths in words."""

    merge_above: int = Field(ge=0)
    """Documents up to this length keep each clause a chunk of its own."""
    least: int = Field(ge=1)
    """In longer ones a chunk is joined with the next until it has this many."""
    most: int = Field(ge=20)
    """A longer clause is cut between lines or sentences."""


class VoteParams(Section):
    """How past tickets vote for what their replies cite."""

    neighbours: int = Field(ge=1)
    """The most similar past tickets that vote."""
    temperature: float = Field(gt=0)
    """Lower: the most similar ones decide alone."""


class FusionParams(Section):
    """How rankings become one. The weights themselves are learned on val."""

    vector_temperature: float = Field(gt=0)
    """Of the softmax over cosines."""
    lexical_temperature: float = Field(gt=0)
    """Of the softmax over BM25 divided by the query's best."""
    steps: dict[str, list[float]]
    """The weights to try, by component: vector, lexical, votes, clause_votes."""
    fallback: dict[str, float]
    """The weights where no ticket of val cites a policy."""


class IndexParams(Section):
    """How the index is made."""

    embedder: str
    """minilm, a sentence-transformers folder, or owner/name@revision."""
    sha256: str | None
    """Of the embedder's model.safetensors; null trusts the revision alone."""
    max_tokens: int = Field(ge=16)
    """Longer texts are cut here before they are embedded."""
    exact_below: int = Field(ge=1)
    """Clauses in force from which on LanceDB finds candidates; below, every clause is scored."""
    per_document: int = Field(ge=1)
    """At most so many clauses of one document are found for a ticket."""
    chunks: ChunkParams
    """How policies are cut."""
    votes: VoteParams
    """How past tickets vote."""
    fusion: FusionParams
    """How rankings become one."""


class Params(Section):
    """What stage `index` reads of params.yaml."""

    index: IndexParams
    """The section of this stage."""
