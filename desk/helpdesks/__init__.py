"""Drafts where agents already work: a webhook comes in, the draft goes back as an internal note.

A draft is never sent to a customer from here: each helpdesk has one call that writes to a
conversation, and in it the words that make it internal are constants.
"""
