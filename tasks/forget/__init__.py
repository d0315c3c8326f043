"""Forget a customer: list all that holds or learned from them, remove it, prove it by search.

Without --apply nothing is changed: each place is listed with its counts, and what a rebuild takes.
With --apply their rows leave the exports, the desk's store and MLflow, the mill is rebuilt by DVC
where that changes something, DVC's cache and MLflow's artifacts lose what held them, versions that
learned from them are marked, and everything is searched once more. Told again after an
interruption, it goes on and finishes. docs/forget.md says what it can't reach.
"""
