"""Draft a reply to each holdout ticket, with one candidate.

Reads the candidate's tickets and model, as params.yaml candidates names them.
Writes data/drafts/CANDIDATE.parquet, CANDIDATE.json (what the drafter is, for register) and
reports/timings/CANDIDATE.json. Killed and run again, it goes on after the last whole batch.
"""
