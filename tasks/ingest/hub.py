"""Opening a dataset of the `datasets` library: a folder that it saved, or an id on the hub."""

from pathlib import Path
from typing import TYPE_CHECKING

from drafter.errors import BadInput
from tasks.ingest.params import HuggingFace

if TYPE_CHECKING:
    import datasets


def open_dataset(source: HuggingFace, root: Path) -> "datasets.Dataset":
    """The split that `source` names. Raises BadInput where it is not there or can't be reached."""
    import datasets

    datasets.disable_progress_bars()
    folder = root / Path(source.dataset).expanduser()
    try:
        if folder.is_dir():
            saved = datasets.load_from_disk(str(folder))
        else:
            _refuse_without_network(source.dataset)
            saved = datasets.load_dataset(source.dataset, source.name, revision=source.revision)
    except (OSError, ValueError, RuntimeError) as error:
        raise BadInput(
            f"dataset {source.dataset} can't be opened ({_first_line(error)}): check its id or "
            "folder under ingest.tickets in params.yaml"
        ) from None
    if isinstance(saved, datasets.Dataset):
        return saved
    if source.split not in saved:
        raise BadInput(
            f"dataset {source.dataset} has no split {source.split!r}, it has {', '.join(saved)}"
        )
    return saved[source.split]


def _refuse_without_network(name: str) -> None:
    """One quick look whether the hub answers: the library itself would try for minutes."""
    import os
    from urllib.parse import urlsplit

    import httpx

    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    try:
        httpx.head(endpoint, timeout=5.0)
    except httpx.HTTPError:
        raise BadInput(
            f"dataset {name} is on the hub and {urlsplit(endpoint).hostname} does not answer: "
            "connect, or download it, `save_to_disk`, and name that folder in params.yaml"
        ) from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
