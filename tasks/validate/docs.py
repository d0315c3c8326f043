"""Data Docs: Great Expectations' own tables in a page that needs nothing from the network.

Its stock page loads styles and scripts from six hosts and prints the time and random ids of the
run; ours is the same bytes for the same result.
"""

from typing import Any

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; background: #fff; }
a { color: #0550ae; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
td, th { border-bottom: 1px solid #ddd; padding: .4rem .6rem; text-align: left;
         vertical-align: top; }
.fa-check-circle::before { content: "\\2713"; color: #1a7f37; }
.fa-times::before { content: "\\2717"; color: #cf222e; }
.fa-exclamation-triangle::before { content: "!"; color: #9a6700; }
.met { color: #1a7f37; } .missed { color: #cf222e; }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #111; } a { color: #79b8ff; }
  td, th { border-color: #333; } }
</style>
</head>
<body>
<h1>{{ title }}</h1>
{% if suites is defined %}
<p>Built by Great Expectations {{ version }} from counts; no page holds a row's text.</p>
<table>
<tr><th>Suite</th><th>Expectations</th><th>Met</th><th>Missed</th></tr>
{% for suite in suites %}
<tr><td><a href="{{ suite.name }}.html">{{ suite.name }}</a></td><td>{{ suite.all }}</td>
<td class="met">{{ suite.met }}</td><td class="missed">{{ suite.missed }}</td></tr>
{% endfor %}
</table>
{% else %}
<p><a href="index.html">All suites</a></p>
{{ body }}
{% endif %}
</body>
</html>
"""


def render(results: dict[str, Any]) -> dict[str, str]:
    """File name to HTML, from Great Expectations' result for each suite."""
    from great_expectations import __version__
    from jinja2 import Template

    # Nothing but our own descriptions and numbers goes in.
    page = Template(PAGE, autoescape=False, trim_blocks=True)
    suites = [
        {
            "name": name,
            "all": result.statistics["evaluated_expectations"],
            "met": result.statistics["successful_expectations"],
            "missed": result.statistics["unsuccessful_expectations"],
        }
        for name, result in results.items()
    ]
    pages = {"index.html": page.render(title="Validation", suites=suites, version=__version__)}
    for name, result in results.items():
        pages[f"{name}.html"] = page.render(title=f"Validation: {name}", body=_table(result))
    return pages


def _table(result: Any) -> str:
    """Great Expectations' rendering of each expectation, in one table.

    It gives a section to each column, and each costs it the parsing of all its templates.
    """
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaSectionView

    # The first section tells of the run, not of the data.
    first, *others = [
        section.to_json_dict()
        for section in ValidationResultsPageRenderer().render(result).sections
    ][1:]
    table = first["content_blocks"][1]
    for section in others:
        table["table"] += section["content_blocks"][1]["table"]
    first["content_blocks"] = [table]
    html = DefaultJinjaSectionView().render({"section": first, "section_loop": {"index": 1}})
    return "\n".join(line.rstrip() for line in html.splitlines() if line.strip())
