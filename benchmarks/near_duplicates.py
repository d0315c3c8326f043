"""Near duplicates from Parquet: `python -m benchmarks.near_duplicates --side ours --rows 20000`.

Every side reads the same letters and names the pairs (or clusters) that are near duplicates: word
triples, Jaccard similarity of at least 0.8, 21 bands of 6 rows. The letters are made so that the
exact pairs are known; `recall_of_exact` is the share of them that a side puts together, and
`wrong` how many pairs it names that are less similar (ours verifies its pairs, the peers do not).
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

ROWS, WORDS_IN_A_LETTER, SIMILARITY, BANDS, ROWS_OF_A_BAND = 20_000, 90, 0.8, 21, 6
Pairs = set[tuple[int, int]]


def letters(count: int) -> tuple[list[str], Pairs]:
    """Texts of 30 to 150 words, a tenth of them in families of variants; and the exact pairs."""
    draw = random.Random(1)
    words = [
        "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9)))
        for _ in range(9000)
    ]
    texts: list[str] = []
    exact: Pairs = set()
    while len(texts) < count:
        base = draw.choices(words, k=draw.randint(30, 150))
        family = 1 if draw.random() < 0.95 else draw.randint(2, 5)
        members = []
        for _ in range(min(family, count - len(texts))):
            copy = list(base)
            for _ in range(draw.randint(0, len(base) // 25) if family > 1 else 0):
                copy[draw.randrange(len(copy))] = draw.choice(words)
            members.append(len(texts))
            texts.append(" ".join(copy))
        for left, right in combinations(members, 2):
            one, other = set(triples(texts[left])), set(triples(texts[right]))
            if len(one & other) >= SIMILARITY * len(one | other):
                exact.add((left, right))
    return texts, exact


def triples(text: str) -> list[str]:
    """The word triples of a text, as Python makes them."""
    words = text.split()
    return [" ".join(words[place : place + 3]) for place in range(len(words) - 2)]


def ours(path: Path) -> Pairs:
    import polars as pl

    from tasks.curate.near import near_pairs
    from tasks.curate.shingles import shingle

    found = near_pairs(shingle(pl.read_parquet(path)["text"]), SIMILARITY)
    return set(zip(found.left.tolist(), found.right.tolist(), strict=True))


def datasketch(path: Path) -> Pairs:
    import pyarrow.parquet as pq
    from datasketch import MinHash, MinHashLSH

    texts = pq.read_table(path)["text"].to_pylist()
    tokens = ([triple.encode() for triple in triples(text)] for text in texts)
    sketches = MinHash.bulk(tokens, num_perm=BANDS * ROWS_OF_A_BAND)
    index = MinHashLSH(num_perm=BANDS * ROWS_OF_A_BAND, params=(BANDS, ROWS_OF_A_BAND))
    found: Pairs = set()
    for row, sketch in enumerate(sketches):
        found.update((earlier, row) for earlier in index.query(sketch))
        index.insert(row, sketch, check_duplication=False)
    return found


def rensa_python(path: Path) -> Pairs:
    import pyarrow.parquet as pq
    from rensa import RMinHash, RMinHashLSH

    texts = pq.read_table(path)["text"].to_pylist()
    tokens = [triples(text) for text in texts]
    sketches = RMinHash.from_token_sets(tokens, BANDS * ROWS_OF_A_BAND, 1)
    index = RMinHashLSH(SIMILARITY, BANDS * ROWS_OF_A_BAND, BANDS)
    index.insert_many(sketches)
    found = index.query_all(sketches)
    return {(row, other) for row, near in enumerate(found) for other in near if row < other}


def datatrove(path: Path) -> Pairs:
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
    from datatrove.pipeline.readers import ParquetReader
    from datatrove.utils.hashing import HashConfig

    config = MinhashConfig(
        n_grams=3,
        num_buckets=BANDS,
        hashes_per_bucket=ROWS_OF_A_BAND,
        hash_config=HashConfig(precision=64),
    )
    folder = path.parent
    signatures, buckets, clusters = (str(folder / name) for name in ("sig", "buckets", "clusters"))
    read = ParquetReader(str(folder), glob_pattern=path.name)
    steps = [
        ([read, MinhashDedupSignature(output_folder=signatures, config=config)], 1),
        ([MinhashDedupBuckets(signatures, buckets, config=config)], BANDS),
        ([MinhashDedupCluster(buckets, clusters, config=config, save_cluster_id=True)], 1),
    ]
    for number, (pipeline, tasks) in enumerate(steps):
        logs = str(folder / f"logs{number}")
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=logs).run()
    return members_of(Path(clusters))


def members_of(folder: Path) -> Pairs:
    """Pairs within datatrove's clusters, from its files of (row, cluster)."""
    from struct import iter_unpack

    together: dict[int, list[int]] = {}
    for path in folder.glob("*.clusters"):
        for row, cluster in iter_unpack("<II", path.read_bytes()):
            together.setdefault(cluster, []).append(row)
    return {pair for rows in together.values() for pair in combinations(sorted(rows), 2)}


SIDES: dict[str, Callable[[Path], Pairs]] = {
    "ours": ours,
    "datasketch": datasketch,
    "datatrove": datatrove,
    "rensa_python": rensa_python,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=SIDES, required=True)
    parser.add_argument("--rows", type=int, default=ROWS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "letters.parquet"
        texts, exact = letters(arguments.rows)
        write(path, texts)
        del texts
        warm_up(arguments.side, Path(folder))
        started, cpu = time.perf_counter(), cpu_seconds()
        found = SIDES[arguments.side](path)
        seconds, cpu = time.perf_counter() - started, cpu_seconds() - cpu
    told = {
        "rows": arguments.rows,
        "pairs": len(found),
        "recall_of_exact": round(len(exact & found) / len(exact), 4),
        "wrong": len(found - exact),
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def write(path: Path, texts: list[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"id": [str(row) for row in range(len(texts))], "text": texts}), path)


def warm_up(side: str, folder: Path) -> None:
    """Import what a side needs, on a few letters; the work alone is timed."""
    small = folder / "warm"
    small.mkdir()
    write(small / "letters.parquet", letters(50)[0])
    SIDES[side](small / "letters.parquet")


def cpu_seconds() -> float:
    """Of this process and of those it waited for."""
    own, children = (
        resource.getrusage(resource.RUSAGE_SELF),
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
