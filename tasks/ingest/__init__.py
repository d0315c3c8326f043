"""Turn the exports that params.yaml names into our records.

Reads every source under `ingest.tickets` and `ingest.policies`, maps their columns onto ours, and
writes data/ingested/: tickets.parquet, policies.parquet, quarantine.parquet (each row that could
not become a record, with its reason) and counts.json (rows in = kept + quarantined, by source).
"""
