"""Figures of matplotlib as inline SVG, in the page's own colour of text, for light and dark."""

import html
import io
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Stands for the page's text colour until the SVG is written; no mark has this colour.
INK = "#010203"
# Stands for what is behind a figure: the inside of a hollow mark.
PAPER = "#fdfefc"


def new_figure(width: float, height: float) -> tuple["Figure", Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots()
    axes.patch.set_alpha(0)
    axes.tick_params(colors=INK, length=0, labelsize=9)
    for spine in axes.spines.values():
        spine.set_color(INK)
        spine.set_alpha(0.3)
    return figure, axes


def svg_text(figure: "Figure", title: str) -> str:
    """The figure as an SVG element; equal figures give equal text."""
    import matplotlib as mpl

    text = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": title}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()[text.getvalue().index("<svg") :]
    svg = svg.replace(INK, "currentColor").replace(PAPER, "var(--card, #fff)")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # the page's style sheet gives the size and the font
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]+", r"font-size: \1px", svg)
    # names of groups repeat from figure to figure, and nothing points to them
    svg = re.sub(r'<g id="[^"]+"', "<g", svg)
    named = html.escape(title)
    head, _, rest = svg.replace("<svg", f'<svg role="img" aria-label="{named}"', 1).partition(">")
    return f"{head}><title>{named}</title>{rest}"
