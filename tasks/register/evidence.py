"""What a version must be able to show before anyone promotes it."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drafter.errors import PromotionRefused
from drafter.tables import read_json
from drafter.versions import (
    CANDIDATE_TAG,
    DVC_LOCK_TAG,
    EVIDENCE_TAG,
    GIT_COMMIT_TAG,
    LEAKAGE_TAG,
)
from tasks.paths import Paths
from tasks.trained_on import trained_on

# What MLflow runs to serve a version.
SCRIPT = "mlflow/draft_model.py"


@dataclass(frozen=True)
class Evidence:
    """Why a version deserves its alias, as MLflow tags and as files.

    `digest` stands for the model and all that is known of it: it covers the candidate's name,
    dvc.lock, which holds the hash of every input, parameter and output, and the script that serves
    it. Two registrations with one digest are one version.
    """

    candidate: str
    scorecard: dict[str, Any]
    decision: dict[str, Any]
    curation: dict[str, Any]
    judge: dict[str, Any] | None
    """reports/judge.json; None where no judge was asked."""
    canary: dict[str, Any] | None
    """reports/canary.json; None where it was not run, or on another training than this one."""
    dvc_lock: str
    script: str
    git_commit: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(
            f"{self.candidate}\n{self.dvc_lock}\n{self.script}".encode()
        ).hexdigest()

    def tags(self) -> dict[str, str]:
        """The tags of a version: short values that a person or a desk can check."""
        leakage = self.curation["leakage"]
        return {
            CANDIDATE_TAG: self.candidate,
            EVIDENCE_TAG: self.digest,
            GIT_COMMIT_TAG: self.git_commit,
            DVC_LOCK_TAG: self.dvc_lock,
            LEAKAGE_TAG: f"{leakage['max_similarity']:.4f} <= {leakage['limit']}",
        }


def gather(paths: Paths) -> Evidence:
    """Read the evidence of the last run. Raises PromotionRefused where a part is missing."""
    lock = paths.root / "dvc.lock"
    if not lock.is_file():
        raise PromotionRefused(
            f"{lock} is not there, so nothing says which data made this model: run `dvc repro`"
        )
    curation = read_json(paths.report("curation.json"))
    leakage = curation["leakage"]
    if leakage["max_similarity"] > leakage["limit"]:
        raise PromotionRefused(
            f"reports/curation.json: max_similarity {leakage['max_similarity']} > "
            f"{leakage['limit']}: the splits leak, no version is registered"
        )
    decision = read_json(paths.report("decision.json"))
    return Evidence(
        candidate=decision["recommended"],
        scorecard=read_json(paths.report("scorecard.json")),
        decision=decision,
        curation=curation,
        judge=_judge(paths.report("judge.json")),
        canary=_canary(paths),
        dvc_lock=hashlib.sha256(lock.read_bytes()).hexdigest(),
        script=hashlib.sha256((paths.root / SCRIPT).read_bytes()).hexdigest(),
        git_commit=git_commit(paths.root),
    )


def _judge(path: Path) -> dict[str, Any] | None:
    found = dict(read_json(path)) if path.is_file() else {}
    return found if found.get("judge") else None


def _canary(paths: Paths) -> dict[str, Any] | None:
    path = paths.report("canary.json")
    if not path.is_file():
        return None
    found = dict(read_json(path))
    return found if found["bound"] == trained_on(paths) else None


def git_commit(root: Path) -> str:
    """The commit that is checked out, with `-dirty` where tracked files differ from it.

    dvc.lock is left out of that: the run itself has just written it.
    """
    described = subprocess.run(  # noqa: S603
        ["git", "-C", str(root), "rev-parse", "HEAD"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if described.returncode:
        return "none"
    changed = subprocess.run(  # noqa: S603
        ["git", "-C", str(root), "diff", "--quiet", "HEAD", "--", ":!dvc.lock"],  # noqa: S607
        check=False,
    )
    return described.stdout.strip() + ("-dirty" if changed.returncode else "")
