"""Clean, pseudonymise, deduplicate and split the tickets so that nothing leaks.

Reads data/validated/tickets.parquet; writes data/curated/{train,val,holdout}.parquet,
data/dropped.parquet with a reason for each dropped row, and reports/curation.json with the leakage
certificate. Stops where two splits share a customer, a thread, or too similar a question.
"""
