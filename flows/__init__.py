"""Prefect flows: order, retries, schedules, triggers. No logic of their own."""
