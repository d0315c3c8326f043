"""Write what agents made of the desk's drafts where the mill reads it.

    make feedback                        or: python -m tasks.feedback [--until 2026-03-01T00:00:00Z]

Reads the desk's store (REPLYMILL_FEEDBACK_URL, or var/desk/feedback.db) and changes nothing in it.
Writes the snapshot desk.csv into the folder `ingest.feedback` of params.yaml, tracks it with DVC,
and writes reports/feedback.json: what was accepted, edited and discarded, what became a row and why
the rest did not, how lenient each agent is, and what each version's acceptance is without that.
Where nothing has changed in the store, nothing is written.
"""
