"""Ask a hosted model for a reply to each holdout ticket.

Reads the tickets and the endpoint, as params.yaml hosted names them; the key from the environment.
Writes data/drafts/CANDIDATE.parquet, CANDIDATE.json (what the drafter is, for register),
data/answers/CANDIDATE (every answer ever paid for; none is asked for twice),
reports/asked/CANDIDATE.json (what was spent, what failed) and reports/timings/CANDIDATE.json.
"""
