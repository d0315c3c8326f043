"""Alembic's migrations of the feedback store; `desk.store.engine` runs them when it opens one."""
