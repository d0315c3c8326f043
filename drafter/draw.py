"""Draws that hang on names alone, not on a generator, an order or on who else is there."""

import hashlib


def share_of(name: str) -> float:
    """A number in [0, 1) that `name` alone decides; a seed or a purpose may be part of it."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
