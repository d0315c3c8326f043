"""The model card of a version: what it is, how it was measured, what its limits are."""

from typing import Any

from tasks.labels import figure, heading, interval, shown_metrics
from tasks.register.evidence import Evidence


def model_card(evidence: Evidence, spec: dict[str, Any], base: dict[str, Any]) -> str:
    """Markdown. `spec` is the drafter's, `base` the manifest of the base model."""
    curation, leakage = evidence.curation, evidence.curation["leakage"]
    policy = ", with policy clauses in the prompt" if spec["retrieves"] else ""
    splits = ", ".join(f"{name} {count:,}" for name, count in curation["splits"].items())
    return f"""# {evidence.candidate}

Drafts replies for support agents, who read, edit and send them. It was made by Replymill.

| | |
|---|---|
| candidate | `{evidence.candidate}` |
| generator | {spec["generator"]}{policy} |
| base | {base.get("source", "none")}{_at(base.get("revision"))} |
| tickets | {curation["rows_in"]:,} in, {curation["kept"]:,} kept ({splits}) |
| leakage | largest similarity of holdout to training {leakage["max_similarity"]:.3f}, limit \
{leakage["limit"]}; shared customers {leakage["shared_customers"]}, shared threads \
{leakage["shared_threads"]} |
| git commit | `{evidence.git_commit}` |
| dvc.lock | sha256 `{evidence.dvc_lock}` |

## Why this one

{evidence.decision["sentence"]}

## On the holdout

The newest tickets, none of whose customers, threads or near-duplicates it was trained on.

{_table(evidence.candidate, evidence.scorecard["candidates"])}

scorecard.html beside this card shows every candidate on the same tickets.

## Use and limits

- It writes drafts. A person answers for what is sent.
- It sees placeholders ([NAME_1], [ORDER_1]) in place of personal data; the caller's own values are
  put back into the draft.
- It knows the policies of its index. A policy that changed since needs a new run.
- It was measured on this team's tickets; another team's, another language's are not covered.
"""


def _at(revision: str | None) -> str:
    return f" at `{revision}`" if revision else ""


def _table(candidate: str, candidates: dict[str, dict[str, Any]]) -> str:
    lines = ["| metric | mean | 95 % interval | n |", "|---|---:|---|---:|"]
    for metric in shown_metrics(candidates):
        cell = candidates[candidate][metric]
        span = interval(metric, cell).strip("[]").replace(", ", " to ")
        lines.append(
            f"| {heading(metric)} | {figure(metric, cell['mean'])} | {span} | {cell['n']} |"
        )
    return "\n".join(lines)
