"""What a version of the registered model is called and carries, for who makes it and who serves it.

tags       replymill.candidate, replymill.evidence, replymill.drafter, …
aliases    challenger (set by register), champion (moved by a person, or by `release`)
artifacts  artifacts/drafter: what `drafter.spec.pack` wrote
"""

CHALLENGER = "challenger"
CHAMPION = "champion"
# Artifacts of the version's run: why it deserves its alias.
EVIDENCE = "evidence"
# The folder of the packed drafter in the logged model.
DRAFTER_ARTIFACT = "artifacts/drafter"
CANDIDATE_TAG = "replymill.candidate"
EVIDENCE_TAG = "replymill.evidence"
