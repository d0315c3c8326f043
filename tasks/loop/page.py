"""The report for a terminal and as one page that needs nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.svg import INK, new_figure, svg_text
from tasks.template import template

HEAD = ("turn", "version", "acceptance", "against the first", "accepted", "edited", "discarded",
        "pairs", "minutes")  # fmt: skip


def sentence(loop: Mapping[str, Any]) -> str:
    """What came of it, in a line."""
    found = loop["acceptance"]
    versions, differences = found["versions"], found["differences"]
    first = next(iter(versions))
    if not differences:
        return (
            f"Nothing was promoted: version {first} serves after {len(loop['turns']) - 1} turns, "
            f"accepted in {share(versions[first])} of cases."
        )
    last = list(differences)[-1]
    return (
        f"Acceptance went from {share(versions[first])} (version {first}) to "
        f"{share(versions[last])} (version {last}): {points(differences[last])} points on "
        f"{versions[last]['n']} letters that no version was trained on."
    )


def rows(loop: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row of text for each turn, under HEAD."""
    found = loop["acceptance"]
    listed = []
    for turn in loop["turns"]:
        version, did = turn["version"], turn["actions"]
        gain = found["differences"].get(version)
        stays = f"{version} stays" if turn["refused"] else str(version)
        listed.append(
            (
                str(turn["turn"]),
                stays,
                share(found["versions"][version]),
                points(gain) if gain else "-",
                *(str(did.get(action, 0)) for action in ("accepted", "edited", "discarded")),
                str(turn["pairs"]),
                f"{minutes(turn['seconds']):.1f}",
            )
        )
    return listed


def minutes(seconds: Mapping[str, float]) -> float:
    """Of a turn; stages stand beside `dvc repro`, which holds them."""
    apart = ("letters", "at the desk", "feedback", "incumbent", "dvc repro", "register", "gate",
             "measure")  # fmt: skip
    return sum(seconds.get(step, 0.0) for step in apart) / 60


def markdown(loop: Mapping[str, Any]) -> str:
    """The sentence, the table, and why versions were refused."""
    lines = [f"# The loop: agents of kind {loop['agents']}", "", f"**{sentence(loop)}**", ""]
    lines += [_row(HEAD), _row(["---"] * len(HEAD)), *map(_row, rows(loop))]
    refused = [turn for turn in loop["turns"] if turn["refused"]]
    lines += ["", *(f"- turn {turn['turn']}: {turn['refused']}" for turn in refused)]
    lines += ["", f"{loop['minutes']} minutes in all."]
    return "\n".join(lines) + "\n"


def page(loop: Mapping[str, Any]) -> str:
    """reports/loop.html."""
    return template("tasks.loop", "loop.html.jinja").render(
        found=loop, sentence=sentence(loop), head=HEAD, rows=rows(loop), plot=plot(loop),
        kinds=loop["acceptance"]["kinds"],
    )  # fmt: skip


def plot(loop: Mapping[str, Any]) -> str:
    """Acceptance by turn, with its interval."""
    found = loop["acceptance"]["versions"]
    cells = [found[turn["version"]] for turn in loop["turns"]]
    figure, axes = new_figure(6.0, 3.0)
    turns = list(range(len(cells)))
    means = [100 * cell["mean"] for cell in cells]
    reach = [[100 * (cell["mean"] - cell["low"]) for cell in cells],
             [100 * (cell["high"] - cell["mean"]) for cell in cells]]  # fmt: skip
    axes.errorbar(turns, means, reach, color="#1f66bd", marker="o", capsize=3, linewidth=1.8)
    for at, turn in enumerate(loop["turns"]):
        axes.annotate(f"version {turn['version']}", (at, means[at]), (8, -12), color=INK,
                      textcoords="offset points", fontsize=8)  # fmt: skip
    axes.set_xticks(turns)
    axes.set_xlim(-0.2, len(turns) - 0.5)
    axes.set_ylim(0, 100)
    axes.set_xlabel("after turn", color=INK, fontsize=9)
    axes.set_ylabel("drafts accepted as they are (%)", color=INK, fontsize=9)
    axes.grid(color=INK, alpha=0.12, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    told = "; ".join(f"turn {at} {mean:.0f} %" for at, mean in enumerate(means))
    return svg_text(figure, f"Acceptance by turn: {told}")


def share(cell: Mapping[str, Any]) -> str:
    return f"{cell['mean']:.1%} [{100 * cell['low']:.1f}, {100 * cell['high']:.1f}]"


def points(cell: Mapping[str, Any]) -> str:
    mean, low, high = (100 * cell[name] for name in ("mean", "low", "high"))
    return f"{mean:+.1f} [{low:.1f}, {high:.1f}]"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
