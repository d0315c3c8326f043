"""Let a language model compare each candidate's drafts with the champion's; off by default.

Reads the drafts and the holdout with its policy clauses.
Writes reports/judge.json, data/judgements.parquet (each verdict), and data/judge/answers.jsonl
(what was answered, by what was asked: a second run pays nothing). Without `judge:` in params.yaml
nothing is asked, and the report says so. `presets/judge.yaml` switches a judge on.
"""
