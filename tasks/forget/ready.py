"""What must hold before anything is changed: each refusal says so, and names the remedy."""

from pathlib import Path

from drafter.errors import BadInput
from tasks.forget.pages import prefect_database
from tasks.forget.rebuild import ToRun
from tasks.forget.sources import Table, refuse_fixed
from tasks.forget.store import refuse_busy, sqlite_file
from tasks.forget.survey import Survey, Where
from tasks.forget.traces import database
from tasks.keys import check_keys


def check(found: Survey, tables: list[Table], where: Where) -> None:
    """Raise BadInput, or KeyMissing, where forgetting could not go through to its end."""
    refuse_fixed(tables, found.rows)
    _refuse_frozen(found.to_run)
    check_keys(where.paths.root)
    refuse_busy(where.feedback_url)
    held = [sqlite_file(where.feedback_url), database(where.tracking_uri)]
    held.append(prefect_database(where.paths))
    refuse_open([path for path in held if path is not None and path.is_file()])


def _refuse_frozen(stages: list[ToRun]) -> None:
    if frozen := [one.stage for one in stages if one.frozen]:
        raise BadInput(
            f"dvc.yaml freezes {', '.join(frozen)}, so that what learned from them would stay: "
            f"`dvc unfreeze {' '.join(frozen)}`, and tell this again; nothing was changed"
        )


def refuse_open(files: list[Path]) -> None:
    """Raise BadInput where another process has one of these databases open.

    A desk holds tickets in memory, and what it writes meanwhile nobody would look for; and SQLite
    can't write a file anew that others read.
    """
    import psutil

    names = {str(path.resolve()): path for path in files}
    for process in psutil.process_iter(["pid", "name"]):
        if process.pid == psutil.Process().pid:
            continue
        try:
            opened = {file.path for file in process.open_files()}
        except (psutil.Error, OSError):
            continue  # another user's, or gone by now
        for name in opened & set(names):
            raise BadInput(
                f"{names[name]} is open in process {process.pid} ({process.info['name']}): end "
                "the desk and its servers (`make down`), forget, and start them again; nothing was "
                "changed"
            )
