"""Preference optimisation: pairs and the SFT adapter in, another adapter out.

Killed and run again, it goes on from the last checkpoint.
"""

import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.base_model import ADAPTER_REMEDY, Base, load_adapter, load_base
from drafter.errors import BadInput
from drafter.manifest import manifest_digest, verify_manifest
from drafter.progress import progress
from drafter.records import PREFERENCE_PAIR
from drafter.tables import read_table
from tasks.dpo.batches import to_dataset
from tasks.dpo.pairs import Pair, make_pairs, says_something
from tasks.dpo.params import Params
from tasks.dpo.without_pairs import keep_sft
from tasks.paths import Paths
from tasks.training.checkpoints import folder_for
from tasks.training.digest import digest_of
from tasks.training.examples import first_by_hash
from tasks.training.lock import alone
from tasks.training.loop import go_on
from tasks.training.publish import publish
from tasks.training.settings import flat

if TYPE_CHECKING:
    import polars as pl

COLUMNS = (
    "step",
    "loss",
    "eval_loss",
    "reward_margin",
    "eval_reward_margin",
    "reward_accuracy",
    "eval_reward_accuracy",
    "chosen_reward",
    "eval_chosen_reward",
    "learning_rate",
    "tokens",
)


def run(params: Params, paths: Paths) -> None:
    """Write models/dpo (adapter and manifest), reports/training/dpo.jsonl and .csv, and timings.

    Without a single pair the adapter is SFT's. Raises BadInput where no pair can be learned from or
    a weight makes no sense, UnsafeModel or ModelUnavailable where the base or SFT's adapter can't
    be loaded.
    """
    train = _table(paths, "train")
    val = _table(paths, "val")
    if train.is_empty():
        print(
            f"dpo: {paths.preferences('train')} holds no pairs (reports/preferences.json says what "
            "was left out): models/dpo is SFT's adapter as it is",
            file=sys.stderr,
        )
        keep_sft(paths, COLUMNS)
        return
    dpo = params.dpo
    base = load_base(paths.base, dpo.device, dpo.precision, dpo.four_bit, dpo.attention)
    sft = manifest_digest(verify_manifest(paths.sft, ADAPTER_REMEDY))
    learned = _pairs(train, base, dpo.max_length, "train")
    some = first_by_hash(val, "pair_id", params.seed, dpo.validation_pairs)
    looked_at = _pairs(some, base, dpo.max_length, "val")
    if not learned:
        raise BadInput(
            f"{paths.preferences('train')}: none of {len(train)} pairs has a weight above 0 and "
            f"two replies that differ within dpo.max_length ({dpo.max_length} tokens): raise it in "
            "params.yaml"
        )

    with alone(paths.checkpoints("dpo")):
        folder = folder_for(paths.checkpoints("dpo"), digest(learned, looked_at, base, sft, params))
        final = _train(base, learned, looked_at, params, paths, folder)
        publish("dpo", final, paths, COLUMNS, base=base.digest, sft=sft)


def _train(
    base: Base,
    learned: Sequence[Pair],
    looked_at: Sequence[Pair],
    params: Params,
    paths: Paths,
    folder: Path,
) -> Path:
    from tasks.dpo.trainer import ADAPTER, make_trainer, steps_in_all

    dpo = params.dpo

    def make() -> Any:
        load_adapter(base, paths.sft, ADAPTER)
        train, val = to_dataset(learned), to_dataset(looked_at)
        return make_trainer(base, train, val, dpo, params.seed, folder)

    settings = flat(dpo) | {"base": base.digest}
    steps = steps_in_all(len(learned), dpo)
    return go_on("dpo", make, steps, COLUMNS, settings, paths, folder, dpo.threads)


def digest(train: Sequence[Pair], val: Sequence[Pair], base: Base, sft: str, params: Params) -> str:
    """Over all that decides the adapter's bits."""
    contents = (pair.content() for pair in chain(train, val))
    settings = [params.model_dump(), str(base.hardware), base.digest, sft, len(train)]
    return digest_of(contents, settings, Path(__file__).parent)


def _table(paths: Paths, split: str) -> "pl.DataFrame":
    """The pairs of a split. Raises BadInput where a weight is missing, below 0 or not finite."""
    import polars as pl

    table = read_table(paths.preferences(split), PREFERENCE_PAIR)
    weight = pl.col("weight")
    bad = table.filter(~(weight.is_finite() & (weight >= 0)).fill_null(False))
    if len(bad):
        raise BadInput(
            f"{paths.preferences(split)}: pair {bad['pair_id'][0]} has weight {bad['weight'][0]}, "
            f"which is no number from 0 on ({len(bad)} of {len(table)} pairs): run "
            "`dvc repro --force preferences`"
        )
    return table


def _pairs(table: "pl.DataFrame", base: Base, max_length: int, split: str) -> list[Pair]:
    pairs = []
    with progress(f"tokenising {split}", len(table), "pairs") as advance:
        for pair in make_pairs(table.iter_rows(named=True), base.tokenizer, max_length):
            pairs.append(pair)
            advance(1)
    useful = [pair for pair in pairs if says_something(pair)]
    if len(useful) < len(pairs):
        print(
            f"dpo: {len(pairs) - len(useful)} of {len(pairs)} {split} pairs left out: weight 0, or "
            f"replies that do not differ within {max_length} tokens",
            file=sys.stderr,
        )
    return useful
