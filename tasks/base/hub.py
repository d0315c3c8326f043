"""A base from the Hugging Face hub: looked at before it is fetched, and only its plain files."""

import os
import sys
from pathlib import Path
from typing import Any

from drafter.errors import ModelUnavailable, UnsafeModel
from drafter.manifest import PICKLES, is_config, refuse_remote_code
from tasks.base.folder import is_wanted
from tasks.base.source import COMMIT, Hub

# How long the hub may stay silent before it counts as away.
SECONDS = 10


def fetch_hub(source: Hub, folder: Path) -> str:
    """Fetch the plain files of `source` into `folder`; gives the commit that the revision names.

    Files that are there from an attempt that was cut off are not fetched again.

    Raises UnsafeModel where the repository has no safetensors or asks for its own code,
    ModelUnavailable where it can't be reached, is not there, or is not free to read.
    """
    # read when the library is first imported
    os.environ.setdefault("HF_HUB_ETAG_TIMEOUT", str(SECONDS))
    os.environ.setdefault("HF_HUB_DOWNLOAD_TIMEOUT", str(SECONDS))
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, HTTPError  # type: ignore[attr-defined]

    try:
        info = HfApi().model_info(source.repo, revision=source.revision, timeout=SECONDS)
        names = sorted(sibling.rfilename for sibling in info.siblings or [])
        commit = str(info.sha)
        wanted = choose_files(names, source)
        # the small ones first: a config that asks for code ends it before gigabytes have come
        for name in sorted(wanted, key=lambda name: (not is_config(name), name)):
            path = hf_hub_download(source.repo, name, revision=commit, local_dir=folder)
            if is_config(name):
                refuse_remote_code(Path(path).read_text(encoding="utf-8"), name, str(source))
    except (HfHubHTTPError, HTTPError, OSError) as error:
        raise ModelUnavailable(explain(source, error)) from error
    if not COMMIT.fullmatch(source.revision):
        print(
            f"base: {source.revision!r} is a name that can move; to pin what was fetched, set "
            f"base: {source.repo}@{commit} in params.yaml",
            file=sys.stderr,
        )
    return commit


def choose_files(names: list[str], source: Hub) -> list[str]:
    """Which of a repository's files to fetch. Raises UnsafeModel where there are no safetensors."""
    wanted = [name for name in names if is_wanted(name)]
    if not any(name.endswith(".safetensors") for name in wanted):
        pickles = [name for name in names if Path(name).suffix.lower() in PICKLES]
        if pickles:
            raise UnsafeModel(
                f"{source} holds its weights in {pickles[0]}, which can hold a pickle, and has no "
                "safetensors: choose a release with safetensors"
            )
        raise ModelUnavailable(f"{source} holds no safetensors: choose another base")
    return wanted


def explain(source: Hub, error: Any) -> str:
    """One line for whatever the hub's client raises."""
    from huggingface_hub.errors import (
        GatedRepoError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(error, GatedRepoError):
        return f"{source.repo} is gated: accept its terms on the hub, then set HF_TOKEN"
    if isinstance(error, RepositoryNotFoundError):
        return (
            f"the hub has no {source.repo} that this account may read: check the name in "
            "params.yaml, or set HF_TOKEN"
        )
    if isinstance(error, RevisionNotFoundError):
        return f"{source.repo} has no revision {source.revision}: check it in params.yaml"
    reason = type(error).__name__
    if isinstance(error, OfflineModeIsEnabled):
        reason = "HF_HUB_OFFLINE is set"
    return (
        f"{source} can't be fetched, the hub does not answer ({reason}): check the network, "
        "or set base to a folder that holds the model"
    )
