"""What a finished run shows in Prefect's UI."""

import os

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)

from tasks.environment import Addresses
from tasks.outcome import decision_table, version_page
from tasks.paths import Paths


def publish(paths: Paths, version: str) -> None:
    """Publish the decision, as a table and whole, and links to the Data Docs and the version."""
    addresses = Addresses.from_environment()
    table = decision_table(paths.report("decision.json"))
    create_table_artifact(
        key="decision",
        table=[
            dict(zip(table.headings, (cell.replace("\n", " ") for cell in row), strict=True))
            for row in table.rows
        ],
        description=f"{table.sentence} **{table.recommended}** is registered as `{version}`, after "
        f"{table.tickets:,} tickets. All scores: {addresses.reports}/scorecard.html",
    )
    create_markdown_artifact(
        key="decision-report",
        markdown=f"[The page, with plots and tickets]({addresses.reports}/decision.html)\n\n"
        + paths.report("decision.md").read_text(encoding="utf-8"),
        description=table.sentence,
    )
    create_link_artifact(
        key="version",
        link=version_page(os.environ.get("MLFLOW_TRACKING_URI") or addresses.mlflow_ui, version),
        link_text=version,
        description="The registered version, with its evidence, in MLflow.",
    )
    create_link_artifact(
        key="data-docs",
        link=f"{addresses.reports}/validation/index.html",
        link_text="Data Docs",
        description="What was expected of the data, and what was found.",
    )
