"""Conclude from the scores which candidate should draft.

Reads data/scores.parquet, the holdout's tickets and the timings.
Writes reports/decision.json: the recommendation, a verdict for each challenger, and what they rest
on, with tests that hold for all claims at once. `evaluate` measures; nothing is measured here.

The error rate that params.yaml states is that of one look. Whoever looks again after more tickets,
until something is found, will find it too often: `need` names how many tickets the next look takes.
"""
