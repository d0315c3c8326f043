"""What the value of `base:` in params.yaml means."""

import re
from dataclasses import dataclass
from pathlib import Path

from drafter.errors import ParamsError

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
COMMIT = re.compile(r"[0-9a-f]{40}")
PLACEHOLDER = re.compile(r"<.*>")


@dataclass(frozen=True)
class Builtin:
    """Train the small model from nothing."""


@dataclass(frozen=True)
class Hub:
    """A repository of the Hugging Face hub at a revision: a commit, or a tag or branch of it."""

    repo: str
    revision: str

    def __str__(self) -> str:
        return f"{self.repo}@{self.revision}"


@dataclass(frozen=True)
class Folder:
    """A folder on this machine, and the name by which params.yaml calls it."""

    path: Path


def parse_source(value: str, root: Path) -> Builtin | Hub | Folder:
    """Read `base:`. A folder that exists wins over a hub id of the same name.

    Raises ParamsError where it is neither, or is a hub id without its revision.
    """
    if value == "builtin":
        return Builtin()
    folder = root / Path(value).expanduser()
    if folder.is_dir():
        return Folder(folder)
    repo, at, revision = value.partition("@")
    if PLACEHOLDER.search(revision):
        raise ParamsError(
            f"params.yaml base: {value} still has a placeholder: open "
            f"https://huggingface.co/{repo}/commits/main, and put the 40 characters of the commit "
            f"that you trust after the @"
        )
    if not HUB_ID.fullmatch(repo):
        raise ParamsError(
            f"params.yaml base: {value!r} is no folder, and no hub id: use builtin, "
            "org/name@revision, or the path of a folder that exists"
        )
    if not at or not revision:
        raise ParamsError(
            f"params.yaml base: {value} is no folder, and as a hub id it has no revision: pin it, "
            f"{repo}@<commit> (the hub shows it at https://huggingface.co/{repo}/commits/main)"
        )
    return Hub(repo, revision)
