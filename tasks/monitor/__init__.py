"""Watch the version that serves: what agents make of its drafts, and what customers now ask.

    make monitor        writes reports/monitor.html and reports/monitor.json

It reads the feedback store and the training tickets of the version with the alias `champion`, and
compares a challenger that drafts beside it. The flow `monitor` does the same every day, and tells
Prefect of each alarm once.
"""
