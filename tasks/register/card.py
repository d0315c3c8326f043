"""The model card of a version: what it is, how it was measured, what its limits are."""

from typing import Any

from tasks.labels import figure, heading, interval, shown_metrics
from tasks.register.evidence import Evidence

# What a model folder calls the terms that it comes under.
TERMS = ("LICENSE", "LICENCE", "NOTICE", "USE_POLICY")


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
| base | {_base(spec, base)} |
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

scorecard.html beside this card shows every candidate on the same tickets, decision.html how they
were told apart.

{_verdicts(evidence.decision)}

## What else was looked at

{_looked_at(evidence)}

## Licences

{_licences(base)}

## Use and limits

- It writes drafts. A person answers for what is sent.
- It sees placeholders ([NAME_1], [ORDER_1]) in place of personal data; the caller's own values are
  put back into the draft.
- It knows the policies of its index. A policy that changed since needs a new run.
- It was measured on this team's tickets; another team's, another language's are not covered.
"""


def _base(spec: dict[str, Any], base: dict[str, Any]) -> str:
    """The base model, or the hosted one with where it is asked."""
    endpoint = spec.get("endpoint")
    if endpoint is None:
        return f"{base.get('source', 'none')}{_at(base.get('revision'))}"
    where = endpoint["base_url"] or f"{endpoint['provider']}'s own address"
    return f"`{endpoint['model']}`, hosted: asked at {where}"


def _verdicts(decision: dict[str, Any]) -> str:
    lines = ["| candidate | verdict | why |", "|---|---|---|"]
    for name, verdict in decision["verdicts"].items():
        more = f" {verdict['more']:,} more tickets" if verdict.get("more") else ""
        lines.append(f"| {name} | {verdict['verdict']}{more} | {verdict['why']} |")
    return "\n".join(lines)


def _looked_at(evidence: Evidence) -> str:
    failed = evidence.scorecard["candidates"][evidence.candidate].get("failed", {}).get("mean")
    lines = [f"- Failed drafts: {figure('failed', failed)} of the holdout."]
    judged = (evidence.judge or {}).get("challengers", {}).get(evidence.candidate)
    if evidence.judge is None:
        lines.append("- Judge: none was asked.")
    elif judged is None or "win_rate" not in judged:
        lines.append(f"- Judge {evidence.judge['judge']}: {evidence.judge['why'] or 'not asked'}.")
    else:
        rate, error = judged["win_rate"], judged["margin_widening"]
        lines.append(
            f"- Judge {evidence.judge['judge']}: better than {evidence.judge['champion']} in "
            f"{rate['mean']:.3f} of the pairs [{rate['low']:.3f}, {rate['high']:.3f}]; of that "
            f"the judge's own error is {error:.3f}, by which the gate's margin widens."
        )
    if evidence.canary is None:
        lines.append("- Canary test: not run on this training (`make canary`).")
    else:
        told, planted = evidence.canary["extracted"], evidence.canary["planted"]
        lines.append(f"- Canary test: {told} of {planted} planted secrets came out.")
    return "\n".join(lines)


def _licences(base: dict[str, Any]) -> str:
    """Of what the version brings along: weights from elsewhere, and the embedder of its index."""
    terms = sorted(name for name in base.get("files", {}) if name.startswith(TERMS))
    if not base:
        said = "none"
    elif base["source"] == "builtin":
        said = "trained from nothing by this run; nobody else's weights are in it"
    elif terms:
        said = f"as its own {', '.join(terms)} says"
    else:
        said = "the model brings no licence file"
    return f"- Base: {said}.\n- Replymill's code: Apache-2.0. Tickets and policies: the team's own."


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
