"""Score every candidate on the same tickets.

Reads the drafts, their timings, the holdout with its policy, and the policies.
Writes reports/scorecard.{json,md,html}, reports/metrics/ and reports/plots/ (for `dvc metrics` and
`dvc plots`), and data/scores.parquet (each ticket's scores, for `decide` and MLflow's view).
"""
