"""Read validated policies and curated tickets, build the index, write it beside the old one."""

from drafter.embed import PACKAGED, load_embedder, model_folder
from drafter.index_files import write_index
from drafter.records import CURATED, POLICY
from drafter.tables import read_table
from tasks.index.build import build, summary_line
from tasks.index.params import Params
from tasks.paths import Paths


def run(params: Params, paths: Paths) -> None:
    """Write models/index."""
    values = params.index
    index, measured = build(
        read_table(paths.validated_policies, POLICY),
        read_table(paths.curated("train"), CURATED),
        read_table(paths.curated("val"), CURATED),
        load_embedder(values.embedder, values.sha256, values.max_tokens),
        values,
    )
    own = None if values.embedder == PACKAGED else model_folder(values.embedder)
    write_index(paths.index, index, measured, own)
    print(f"index: {summary_line(index, measured)}")
