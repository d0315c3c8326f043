"""Tidied batches in a folder, and the little of them that stays in memory."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

from drafter.progress import progress
from drafter.tables import read_table, write_table
from tasks.curate.params import CurateParams
from tasks.curate.shingles import Shingles
from tasks.curate.tidy import FACTS, TIDY, tidy


@dataclass(frozen=True)
class Batches:
    """The tidied tickets of a run: `facts` has a row for each, the texts lie in `folder`."""

    folder: Path
    facts: pl.DataFrame
    sizes: list[int]
    placeholders: dict[str, int]

    @classmethod
    def tidied(
        cls, tickets: Iterable[pl.DataFrame], total: int, folder: Path, params: CurateParams
    ) -> "Batches":
        """Tidy `tickets`, `total` rows in all, batch by batch and several at a time."""
        facts, sizes, placeholders = [pl.DataFrame(schema=FACTS)], [], Counter[str]()
        with progress("cleaning", total, "tickets") as advance:
            for part, counts in _side_by_side(tickets, folder, params):
                facts.append(part)
                sizes.append(len(part))
                placeholders.update(counts)
                advance(len(part))
        whole = pl.concat(facts, rechunk=True).with_row_index("row")
        return cls(folder, whole, sizes, dict(placeholders))

    def tables(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """Each batch's first row number and its TIDY table."""
        first = 0
        for number, size in enumerate(self.sizes):
            yield first, read_table(self.folder / f"{number}.parquet", TIDY)
            first += size

    def questions(self) -> Shingles:
        """The shingles of every ticket's question."""
        return _load([self.folder / f"{number}.questions.npz" for number in self._numbers()])

    def replies(self) -> Shingles:
        """The shingles of every ticket's reply."""
        return _load([self.folder / f"{number}.replies.npz" for number in self._numbers()])

    def _numbers(self) -> range:
        return range(len(self.sizes))


Slim = tuple[pl.DataFrame, dict[str, int]]


def _side_by_side(
    tickets: Iterable[pl.DataFrame], folder: Path, params: CurateParams
) -> Iterator[Slim]:
    """Tidy batches and give them back in their order; processes start with the second batch."""
    work = ((folder, number, batch, params) for number, batch in enumerate(tickets))
    first = list(islice(work, 2))
    if len(first) < 2 or params.processes == 1:
        yield from (tidy_to_folder(*item) for item in chain(first, work))
        return
    # spawn: a fork of a process that has Polars' threads can hang
    with ProcessPoolExecutor(params.processes, get_context("spawn")) as pool:
        waiting: deque[Future[Slim]] = deque()
        for item in chain(first, work):
            waiting.append(pool.submit(tidy_to_folder, *item))
            if len(waiting) > params.processes + 1:  # no more batches in memory than are needed
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def tidy_to_folder(folder: Path, number: int, batch: pl.DataFrame, params: CurateParams) -> Slim:
    """Tidy one batch, leave its texts in `folder`, and give the rest back."""
    tidied = tidy(batch, params)
    write_table(folder / f"{number}.parquet", tidied.table, TIDY)
    _save(folder / f"{number}.questions.npz", tidied.questions)
    _save(folder / f"{number}.replies.npz", tidied.replies)
    return tidied.facts, tidied.placeholders


def _save(path: Path, texts: Shingles) -> None:
    np.savez(path, hashes=texts.hashes, offsets=texts.offsets)


def _load(paths: list[Path]) -> Shingles:
    """The shingles of several batches as one, held in memory once."""
    offsets = [np.zeros(1, np.int64)]
    for path in paths:
        with np.load(path) as arrays:
            offsets.append(offsets[-1][-1] + arrays["offsets"][1:])
    hashes = np.empty(offsets[-1][-1] if paths else 0, np.uint64)
    for number, path in enumerate(paths):
        with np.load(path) as arrays:
            hashes[offsets[number][-1] : offsets[number + 1][-1]] = arrays["hashes"]
    return Shingles(hashes, np.concatenate(offsets))
