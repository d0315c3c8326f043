"""Sentences that break a rule, to be planted into clean replies (benchmarks/compliance.py)."""
