"""What a version of the registered model is called and carries, for who makes it and who serves it.

tags       replymill.candidate, replymill.evidence, replymill.drafter, …
aliases    challenger (set by register), champion (moved by a person, or by `release`)
artifacts  artifacts/drafter: what `drafter.spec.pack` wrote
"""

import hashlib
from pathlib import Path

from drafter.manifest import file_sha256

CHALLENGER = "challenger"
CHAMPION = "champion"
# Artifacts of the version's run: why it deserves its alias.
EVIDENCE = "evidence"
# The folder of the packed drafter in the logged model.
DRAFTER_ARTIFACT = "artifacts/drafter"
CANDIDATE_TAG = "replymill.candidate"
EVIDENCE_TAG = "replymill.evidence"
# `folder_digest` of the packed drafter: what was registered is what is served.
DRAFTER_TAG = "replymill.drafter"
GIT_COMMIT_TAG = "replymill.git_commit"
DVC_LOCK_TAG = "replymill.dvc_lock"
LEAKAGE_TAG = "replymill.leakage"
# That it held or learned from tickets of a customer who was forgotten since: when, and how many.
FORGOTTEN_TAG = "replymill.forgotten"
# That it served then, and so goes on until another version does.
FORGOTTEN_SERVES_TAG = "replymill.forgotten_serves"
# That it only held some, which were taken out.
CLEANED_TAG = "replymill.cleaned"
# What a version without is not served.
REQUIRED_TAGS = (
    CANDIDATE_TAG, EVIDENCE_TAG, DRAFTER_TAG, GIT_COMMIT_TAG, DVC_LOCK_TAG, LEAKAGE_TAG,
)  # fmt: skip
REQUIRED_EVIDENCE = ("decision.json", "scorecard.json", "model_card.md")


def folder_digest(folder: Path) -> str:
    """One sha256 over the names and hashes of every file below `folder`, manifests and all."""
    lines = [
        f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
