"""Move the alias `champion` to the challenger, if the gates of params.yaml let it pass.

Reads the evidence that the version carries in MLflow, lets it draft the pinned regressions, and
writes what came of it to the version. `--check` moves nothing. Told twice, it acts once.
"""
