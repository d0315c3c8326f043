"""What `make forget` prints: places and counts, never a text."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.forget.journal import Journal
from tasks.forget.search import Hit
from tasks.forget.survey import Survey, Where
from tasks.forget.versions import Found, find_versions

if TYPE_CHECKING:
    from tasks.forget.proof import Proof

# The first that fits tells what a file is.
KINDS = (
    (".dvc/", "DVC's cache and records"),
    ("data/", "tables of the mill"),
    ("models/", "models and index"),
    ("reports/", "reports"),
    ("var/desk/models/", "drafters that the desk keeps"),
    ("var/desk/challenger/", "drafters that the desk keeps"),
    ("var/desk/", "the desk's store"),
    ("var/mlflow/mlflow.db", "MLflow's database"),
    ("var/mlflow/", "MLflow's artifacts"),
    ("var/", "what servers and runs keep"),
)
SHOWN = 6


def show(found: Survey, where: Where) -> None:
    """Print the list and what a rebuild takes."""
    for line in lines(found, where):
        print(line)


def lines(found: Survey, where: Where) -> Iterator[str]:
    root, person = where.paths.root, found.person
    yield (
        f"{plural(len(person.tickets), 'ticket')} in exports and mill, "
        f"{len(person.stored)} in the desk's store; looked for by {person.needles.count} values "
        f"and runs of words that nobody else has ({person.shared} that others have too left out)"
    )
    if found.nothing:
        yield f"nothing holds them, in {told(found)}"
        return
    yield ""
    for path, count in found.rows.items():
        yield line("exports", shown(path, root), plural(count, "row"))
    for path, count in found.quotes.items():
        yield line("exports", shown(path, root), f"quoted in {plural(count, 'row')} of others")
    groups: dict[str, list[Hit]] = defaultdict(list)
    for hit in found.searched.hits.values():
        if hit.path not in found.rows:
            groups[kind(hit.path, root)].append(hit)
    for name, hits in sorted(groups.items()):
        for hit in hits[:SHOWN]:
            yield line(name, shown(hit.path, root), counted(hit))
        if len(hits) > SHOWN:
            yield line(name, f"… and {len(hits) - SHOWN} more files", "")
    if person.stored:
        what = f"{plural(len(person.stored), 'ticket')}, {plural(len(person.drafts), 'draft')}"
        yield line("the desk's store", what, plural(len(person.outcomes), "outcome"))
    traces = sorted(trace for some in found.traces.values() for trace in some)
    for trace in traces[:SHOWN]:
        yield line("MLflow's traces", trace, "")
    if len(traces) > SHOWN:
        yield line("MLflow's traces", f"… and {len(traces) - SHOWN} more", "")
    for model in found.models:
        yield line("learned from them", shown(model, root), "an adapter")
    for one in found.versions:
        if one.touched or one.left_behind:
            yield line("registered version", version_line(one), ", ".join(one.aliases))
    yield ""
    yield from rebuild_lines(found)
    yield ""
    yield f"looked at {told(found)}"


def version_line(one: Found) -> str:
    said = []
    if one.left_behind:
        said.append("marked before, and its adapter is still there")
    elif one.adapter and one.learned is not False:
        said.append(
            "its adapter learned from them" if one.learned else "may have learned from them"
        )
    if one.holds:
        said.append("its index holds them")
    return f"{one.number}: {', '.join(said)}"


def rebuild_lines(found: Survey) -> Iterator[str]:
    if not found.to_run:
        yield "no stage of dvc.yaml reads what changes"
        return
    unknown = sum(one.seconds is None for one in found.to_run)
    known = [one.seconds for one in found.to_run if one.seconds is not None]
    yield (
        f"a rebuild runs at most {plural(len(found.to_run), 'stage')}, "
        f"{sum(known) / 60:.1f} minutes one after the other as they last took"
        + (f" ({unknown} of unknown time)" if unknown else "")
    )
    for one in found.to_run:
        seconds = "" if one.seconds is None else f"{one.seconds:,.1f} s"
        yield f"  {one.stage:<16} {seconds:>10}  {one.why}"


def line(what: str, where: str, count: str) -> str:
    return f"  {what:<28} {where:<56} {count}".rstrip()


def kind(path: Path, root: Path) -> str:
    name = shown(path, root)
    return next((what for start, what in KINDS if name.startswith(start)), "elsewhere")


def counted(hit: Hit) -> str:
    rows = sum(hit.rows.values())
    return plural(rows, "row") if rows else plural(len(hit.needles), "find")


def shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def told(found: Survey) -> str:
    return f"{found.searched.files:,} files of {found.searched.bytes / 1e6:,.1f} MB"


def plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def proven(proof: "Proof") -> Iterator[str]:
    """What was searched, and that nothing was found."""
    yield (
        f"searched {proof.files:,} files of {proof.bytes / 1e6:,.1f} MB"
        + (f" and {plural(proof.rows, 'row')} of the desk's store" if proof.rows else "")
        + f" for {proof.needles} values and runs of words: 0 found"
    )
    if proof.anew:
        yield (
            f"{plural(proof.anew, 'run')} of words of replies left out: rebuilt models, which "
            "never saw this customer, write them by themselves"
        )


def next_steps(journal: Journal, where: Where) -> Iterator[str]:
    """What is left for a person to do, and what this command can't reach."""
    yield ""
    found = find_versions(where.tracking_uri, where.model, where.paths, journal.person)
    for one in found:
        if one.number in journal.versions and one.serves and one.adapter:
            yield (
                f"version {one.number} serves, and its weights learned from them: `make run` "
                "registers a version of the rebuilt mill; promote that (`make release`), then tell "
                "this again, and its adapter goes"
            )
    yield (
        "not reached: git's history, backups, DVC's remotes, the helpdesk, what was sent to hosted "
        "models, and blocks that a disk has not written over"
    )
