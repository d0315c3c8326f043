"""From the last complete checkpoint to the last step, reported and tracked on the way."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from drafter.progress import progress
from tasks.paths import Paths
from tasks.tracking import LiveRun
from tasks.training.checkpoints import checkpoint_at, facts_of, last_complete, step_of
from tasks.training.report import training_rows, write_rows


def go_on(
    stage: str,
    make: Callable[[], Any],
    steps: int,
    columns: Sequence[str],
    settings: Mapping[str, Any],
    paths: Paths,
    folder: Path,
    threads: int,
) -> Path:
    """Train from the last complete checkpoint in `folder` on; gives the one of the last step.

    `make` builds the trainer, and is not called where nothing is left to do. The report has
    `columns`; MLflow's run has `settings`.
    """
    last = last_complete(folder)
    done = 0 if last is None else step_of(last)
    if last is not None and done == steps:
        return last
    facts = {} if last is None else facts_of(last)

    import torch

    from tasks.training.watch import Watcher

    # another number would round sums in another order
    torch.set_num_threads(threads)
    trainer = make()
    live = LiveRun(paths, stage, settings, facts.get("mlflow_run"))
    live.start()
    report = paths.report(f"training/{stage}.jsonl")

    def on_log(history: list[dict[str, Any]], seconds: float) -> None:
        write_rows(training_rows(history, columns), report)
        [newest] = training_rows(history[-1:], columns)
        metrics = {name: float(value) for name, value in newest.items() if value is not None}
        step = int(metrics.pop("step"))
        live.log(metrics | {"tokens_per_second": metrics["tokens"] / seconds}, step)

    with progress(stage, steps, "steps") as advance:
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
