"""Pinned regressions: tickets with a contract that every later version must pass.

    python -m tasks.regressions add T-118 --must-say "30 days" --must-cite refunds --why "…"
    python -m tasks.regressions check          the version that is the challenger now

They stand in data/regressions.yaml. `promote` refuses a version that breaks one.
"""
