"""Bring what serves now back as a candidate, so that challengers are compared with it.

Copies the adapter of the version with the alias `champion` to models/champion, where the candidate
`champion` of presets/incumbent.yaml finds it. It drafts with the clauses and the guard of today, as
its challengers do; the version itself keeps those that it was registered with.
"""
