"""What a simulated loop came to: acceptance from turn to turn, with paired intervals.

Reads reports/loop/{turns.json,verdicts.csv}, which `python -m desk.simulate` left, and writes
reports/loop.{json,md,html}.
"""
