"""Fine-tune: files in, adapter out; killed and run again, it goes on from the last checkpoint."""

from array import array
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.base_model import Base, load_base
from drafter.errors import BadInput
from drafter.progress import progress
from drafter.records import RETRIEVED
from drafter.tables import read_table
from tasks.paths import Paths
from tasks.sft.examples import make_examples
from tasks.sft.packing import to_rows
from tasks.sft.params import Params
from tasks.training.checkpoints import folder_for
from tasks.training.digest import digest_of
from tasks.training.examples import Example, first_by_hash
from tasks.training.lock import alone
from tasks.training.loop import go_on
from tasks.training.publish import publish
from tasks.training.report import COLUMNS
from tasks.training.settings import flat

if TYPE_CHECKING:
    import polars as pl


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
    some = first_by_hash(val, "ticket_id", params.seed, sft.validation_tickets)
    looked_at = _examples(some, base, params, "val")

    with alone(paths.checkpoints("sft")):
        folder = folder_for(paths.checkpoints("sft"), digest(learned, looked_at, base, params))
        final = _train(base, learned, looked_at, params, paths, folder)
        publish("sft", final, paths, COLUMNS, base=base.digest)


def _train(
    base: Base,
    learned: Sequence[Example],
    looked_at: Sequence[Example],
    params: Params,
    paths: Paths,
    folder: Path,
) -> Path:
    from tasks.sft.trainer import make_trainer, steps_in_all

    sft = params.sft
    train = to_rows(learned, sft.batching, sft.max_length)
    val = to_rows(looked_at, sft.batching, sft.max_length)

    def make() -> Any:
        return make_trainer(base, train, val, sft, params.seed, folder)

    settings = flat(sft) | {"base": base.digest}
    steps = steps_in_all(train, sft)
    return go_on("sft", make, steps, COLUMNS, settings, paths, folder, sft.threads)


def digest(train: Sequence[Example], val: Sequence[Example], base: Base, params: Params) -> str:
    """Over all that decides the adapter's bits."""
    contents = (
        array("q", [len(example.prompt), len(example), *example.input_ids]).tobytes()
        for example in chain(train, val)
    )
    settings = [params.model_dump(), str(base.hardware), base.digest, len(train)]
    return digest_of(contents, settings, Path(__file__).parent)


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
