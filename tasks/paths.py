"""Where every stage reads and writes, in one place. All paths hang below one root."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """The files of one checkout. `root` is the folder that holds params.yaml."""

    root: Path

    # data
    def snapshot(self, folder: str) -> Path:
        """What the desk's agents made of its drafts, in the folder `ingest.feedback`."""
        return self.root / folder / "desk.csv"

    @property
    def tickets(self) -> Path:
        return self.root / "data/ingested/tickets.parquet"

    @property
    def policies(self) -> Path:
        return self.root / "data/ingested/policies.parquet"

    @property
    def ingest_quarantine(self) -> Path:
        return self.root / "data/ingested/quarantine.parquet"

    @property
    def ingest_counts(self) -> Path:
        return self.root / "data/ingested/counts.json"

    @property
    def validated_tickets(self) -> Path:
        return self.root / "data/validated/tickets.parquet"

    @property
    def validated_policies(self) -> Path:
        return self.root / "data/validated/policies.parquet"

    @property
    def quarantine(self) -> Path:
        return self.root / "data/quarantine.parquet"

    def curated(self, split: str) -> Path:
        return self.root / f"data/curated/{split}.parquet"

    @property
    def pseudonym_rules(self) -> Path:
        """By what rules personal data were hidden; serving follows the same."""
        return self.root / "data/curated/pseudonyms.json"

    @property
    def regressions(self) -> Path:
        """The pinned tickets, which a team writes and git keeps."""
        return self.root / "data/regressions.yaml"

    @property
    def dropped(self) -> Path:
        return self.root / "data/dropped.parquet"

    def retrieved(self, split: str) -> Path:
        return self.root / f"data/retrieved/{split}.parquet"

    def preferences(self, split: str) -> Path:
        return self.root / f"data/preferences/{split}.parquet"

    def drafts(self, candidate: str) -> Path:
        return self.root / f"data/drafts/{candidate}.parquet"

    def drafter(self, candidate: str) -> Path:
        """What the drafter is, apart from its weights (drafter.spec.Spec)."""
        return self.root / f"data/drafts/{candidate}.json"

    def answers(self, candidate: str) -> Path:
        """Every answer that a hosted candidate was ever paid for."""
        return self.root / f"data/answers/{candidate}"

    @property
    def scores(self) -> Path:
        return self.root / "data/scores.parquet"

    @property
    def judge_answers(self) -> Path:
        """What a judge has answered, by what it was asked; it outlives every run."""
        return self.root / "data/judge/answers.jsonl"

    @property
    def judgements(self) -> Path:
        return self.root / "data/judgements.parquet"

    # models
    @property
    def index(self) -> Path:
        return self.root / "models/index"

    @property
    def base(self) -> Path:
        return self.root / "models/base"

    @property
    def sft(self) -> Path:
        return self.root / "models/sft"

    @property
    def dpo(self) -> Path:
        return self.root / "models/dpo"

    @property
    def champion(self) -> Path:
        """The adapter of the version that serves, as `tasks.incumbent` brought it back."""
        return self.root / "models/champion"

    # reports
    def report(self, name: str) -> Path:
        return self.root / "reports" / name

    def timings(self, candidate: str) -> Path:
        return self.root / f"reports/timings/{candidate}.json"

    def asked(self, candidate: str) -> Path:
        """What a hosted candidate was asked, what failed and what it cost."""
        return self.root / f"reports/asked/{candidate}.json"

    # what is kept between runs and tracked by nothing: locks, checkpoints, servers' stores
    @property
    def var(self) -> Path:
        return self.root / "var"

    def batch_note(self, candidate: str) -> Path:
        """The batch of a hosted candidate that is under way."""
        return self.var / f"answers/{candidate}.batch.json"

    def duration(self, stage: str) -> Path:
        """How long a stage of dvc.yaml took when it last ran."""
        return self.var / f"durations/{stage}.json"

    def monitor(self, name: str) -> Path:
        """What the monitor must know of its earlier looks."""
        return self.var / "monitor" / name

    def checkpoints(self, stage: str) -> Path:
        return self.var / "checkpoints" / stage


SPLITS = ("train", "val", "holdout")
