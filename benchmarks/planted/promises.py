"""Promises by their theme, as agents write them; {thing} is a product of the sample company.

Patterns may be written to what stands in SEEN. Of HELD_OUT nobody looks at what is missed, only at
how much; a set that was looked into becomes one of SEEN, and another is written for it before.
"""

from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "phrasings"
SEEN = ("first.yaml", "second.yaml", "third.yaml", "fourth.yaml", "sixth.yaml")
HELD_OUT = ("fifth.yaml",)

Bank = dict[str, tuple[str, ...]]


def phrasings(names: tuple[str, ...]) -> Bank:
    """All of these files, by theme."""
    found: Bank = {}
    for name in names:
        read = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
        for theme, lines in read.items():
            found[theme] = (*found.get(theme, ()), *lines)
    return found
