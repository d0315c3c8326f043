"""Stage decide: files in, files out."""

from drafter.tables import read_json, read_table, write_json
from tasks.decide.decision import decision
from tasks.decide.measured import measure
from tasks.decide.params import Params
from tasks.decide.slices import labelled
from tasks.paths import Paths


def run(params: Params, paths: Paths) -> None:
    """Conclude from the last evaluation and write reports/decision.json."""
    import polars as pl

    from drafter.records import CURATED

    scores = pl.read_parquet(paths.scores)
    timings = {name: read_json(paths.timings(name)) for name in params.candidates}
    measured = measure(scores, timings, params.decide.dimensions)
    labels = labelled(read_table(paths.curated("holdout"), CURATED))
    found = decision(measured, timings, labels, params.decide, params.seed)
    write_json(paths.report("decision.json"), found)
