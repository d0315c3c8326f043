"""reports/scorecard.html: one page that needs nothing else: what each metric says of whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from drafter.guard import stated
from tasks.evaluate.cases import Case
from tasks.evaluate.markdown import trusted
from tasks.evaluate.plots import latency_plot, plots
from tasks.labels import LABELS, figure, heading, interval, shown_metrics
from tasks.marks import marked
from tasks.template import template


def page(
    card: Mapping[str, Any],
    quality: Sequence[str],
    cases: Sequence[Case],
    drafts: Mapping[str, list[str]],
    examples: int,
) -> str:
    """The page; `drafts` holds each candidate's texts in the order of `cases`."""
    metrics = shown_metrics(card["candidates"])
    quality = [metric for metric in metrics if metric in quality]
    shown = choose_examples(cases, drafts, examples)
    return template("tasks.evaluate", "scorecard.html.jinja").render(
        card=card,
        metrics=metrics,
        quality=quality,
        about={metric: LABELS[metric].about for metric in metrics},
        trusted=[line.removeprefix("- ") for line in trusted(card.get("trust", {}))],
        heading=heading,
        figure=figure,
        interval=interval,
        plots=plots(card, quality),
        latency=latency_plot(card, quality[0]),
        examples=[
            {
                "case": cases[number],
                "drafts": {
                    n: marked(texts[number], cases[number].evidence) for n, texts in drafts.items()
                },
            }
            for number in shown
        ],
    )


def choose_examples(
    cases: Sequence[Case], drafts: Mapping[str, list[str]], examples: int
) -> list[int]:
    """Places of the tickets that tell candidates apart: most different sets of facts first.

    Tickets after a policy change come before others; ties are settled by ticket_id.
    """

    def key(number: int) -> tuple[bool, int, str]:
        said = {stated(texts[number]) for texts in drafts.values()}
        return (not cases[number].after_change, -len(said), cases[number].ticket_id)

    return sorted(range(len(cases)), key=key)[:examples]
