"""Sentences that break a rule, to be planted into clean replies: `python -m benchmarks.compliance`."""
