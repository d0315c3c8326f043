"""What `evaluate` reads from params.yaml."""

from pydantic import Field

from drafter.section import Section
from tasks.candidates import Candidate, Hosted, all_names


class ToneParams(Section):
    """The classifier behind the metric `tone`, fitted in each evaluation."""

    fit_tickets: int = Field(ge=1)
    """The newest tickets of train, from which it learns."""

    judge_tickets: int = Field(ge=1)
    """The newest of val, on which its AUC is told."""

    regularisation: float = Field(gt=0)
    """C of the logistic regression: less makes the weights smaller."""

    least: int = Field(ge=2)
    """Replies, and texts that are none, which train and val must each give."""

    min_auc: float = Field(ge=0, le=1)
    """Where the lower end of the AUC's interval is below this, tone is not shown."""


class EvaluateParams(Section):
    """How candidates are scored."""

    resamples: int = Field(ge=100)
    """Bootstrap resamples of the groups of tickets."""

    confidence: float = Field(gt=0, lt=1)
    """Of the intervals: 0.95."""

    embedder: str
    """For similarity: `minilm`, a folder, or `hub-id@revision`."""

    embedder_sha256: str | None
    """Hash of its weights; null: not checked."""

    tone: ToneParams
    """The classifier behind the metric `tone`."""

    examples: int = Field(ge=0)
    """Tickets shown with every candidate's draft in scorecard.html."""


class Params(Section):
    """The top-level keys that `evaluate` reads."""

    evaluate: EvaluateParams
    candidates: dict[str, Candidate]
    hosted: dict[str, Hosted]
    rules: str
    """The file of rules that `compliance` measures; the guard's."""
    seed: int

    @property
    def names(self) -> list[str]:
        """Everyone who competes. Raises ParamsError where two have one name."""
        return all_names(self.candidates, self.hosted)
