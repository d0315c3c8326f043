"""Fine-tune: files in, adapter out; killed and run again, it goes on from the last checkpoint."""

import hashlib
import importlib.metadata
import json
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.base_model import Base, load_base
from drafter.errors import BadInput
from drafter.progress import progress
from drafter.records import RETRIEVED
from drafter.tables import read_table
from tasks.paths import Paths
from tasks.sft.checkpoints import checkpoint_at, facts_of, folder_for, last_complete, step_of
from tasks.sft.examples import Example, make_examples, share_of
from tasks.sft.packing import to_rows
from tasks.sft.params import Params, SftParams
from tasks.sft.publish import publish
from tasks.sft.report import training_rows, write_rows
from tasks.tracking import LiveRun

if TYPE_CHECKING:
    import polars as pl
    from datasets import Dataset

LIBRARIES = ("torch", "transformers", "peft", "trl", "accelerate")


def run(params: Params, paths: Paths) -> None:
    """Write models/sft (adapter and manifest), reports/training/sft.jsonl and .csv, and timings.

    Raises BadInput where there is nothing to learn from, UnsafeModel or ModelUnavailable where the
    base can't be loaded.
    """
    train = read_table(paths.retrieved("train"), RETRIEVED)
    val = read_table(paths.retrieved("val"), RETRIEVED)
    if train.is_empty():
        raise BadInput(
            f"{paths.retrieved('train')} holds no tickets: see reports/curation.json for where "
            "they were dropped"
        )
    sft = params.sft
    base = load_base(paths.base, sft.device, sft.precision, sft.four_bit, sft.attention)
    learned = _examples(train, base, params, "train")
    looked_at = _examples(_some(val, params), base, params, "val")

    with _alone(paths.checkpoints("sft")):
        digest = digest_of(learned, looked_at, base, params)
        folder = folder_for(paths.checkpoints("sft"), digest)
        train_rows = to_rows(learned, sft.batching, sft.max_length)
        val_rows = to_rows(looked_at, sft.batching, sft.max_length)
        final = _train(base, train_rows, val_rows, params, paths, folder)
        publish(final, paths, base.digest)


def _train(
    base: Base, train: "Dataset", val: "Dataset", params: Params, paths: Paths, folder: Path
) -> Path:
    """Train from the last complete checkpoint on; gives the one of the last step."""
    from tasks.sft.trainer import Watcher, make_trainer, steps_in_all, use_threads

    sft = params.sft
    steps = steps_in_all(train, sft)
    last = last_complete(folder)
    done = 0 if last is None else step_of(last)
    if last is not None and done == steps:
        return last
    facts = {} if last is None else facts_of(last)

    use_threads(sft.threads)
    trainer = make_trainer(base, train, val, sft, params.seed, folder)
    live = LiveRun(paths, "sft", flat(sft) | {"base": base.digest}, facts.get("mlflow_run"))
    live.start()
    report = paths.report("training/sft.jsonl")

    def on_log(history: list[dict[str, Any]], seconds: float) -> None:
        write_rows(training_rows(history), report)
        [newest] = training_rows(history[-1:])
        metrics = {name: float(value) for name, value in newest.items() if value is not None}
        step = int(metrics.pop("step"))
        live.log(metrics | {"tokens_per_second": metrics["tokens"] / seconds}, step)

    with progress("sft", steps, "steps") as advance:
        advance(done)
        watcher = Watcher(
            advance, on_log, lambda: {"mlflow_run": live.run_id}, facts.get("seconds", 0.0)
        )
        trainer.add_callback(watcher)
        try:
            trainer.train(resume_from_checkpoint=None if last is None else str(last))
        except BaseException:
            live.finish("FAILED")
            raise
    live.finish()
    return checkpoint_at(folder, steps)


def digest_of(train: Sequence[Example], val: Sequence[Example], base: Base, params: Params) -> str:
    """Over all that decides the adapter's bits: examples, base, settings, libraries, this code."""
    digest = hashlib.sha256()
    for example in chain(train, val):
        digest.update(array("q", [len(example.prompt), len(example), *example.input_ids]))
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    settings = [params.model_dump(), str(base.hardware), base.digest, len(train), versions]
    digest.update(json.dumps(settings, sort_keys=True).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def flat(params: SftParams) -> dict[str, Any]:
    """The settings as MLflow takes them: {"lora.rank": 16, ...}."""
    values: dict[str, Any] = {}
    for name, value in params.model_dump().items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        values |= {f"{name}.{key}" if key else name: item for key, item in inner}
    return values


def _examples(tickets: "pl.DataFrame", base: Base, params: Params, split: str) -> list[Example]:
    sft = params.sft
    examples = []
    with progress(f"tokenising {split}", len(tickets), "tickets") as advance:
        for example in make_examples(
            tickets.iter_rows(named=True),
            base.tokenizer,
            seed=params.seed,
            without_policy=sft.without_policy,
            chunks=sft.chunks,
            max_length=sft.max_length,
        ):
            examples.append(example)
            advance(1)
    return examples


def _some(val: "pl.DataFrame", params: Params) -> "pl.DataFrame":
    """The first `validation_tickets` of val by a hash of their id, in val's order."""
    import polars as pl

    shares = [share_of(ticket_id, params.seed) for ticket_id in val["ticket_id"]]
    ranks = pl.Series(shares, dtype=pl.Float64).rank("ordinal")
    return val.filter(ranks <= params.sft.validation_tickets)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the one lock of these checkpoints; a run that was killed has let go of it."""
    import filelock

    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        print(f"sft: another run trains with {folder}; waiting for it", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
