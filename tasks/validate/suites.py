"""The expectations as Great Expectations suites, and what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drafter.section import Section
from tasks.validate.facts import Fact
from tasks.validate.params import AtLeast, AtMost


@dataclass(frozen=True)
class Verdict:
    """One expectation, whether it was met, and the rows that speak against it."""

    suite: str
    name: str
    about: str
    severity: str
    success: bool
    observed: float
    bound: str
    fact: Fact

    @property
    def line(self) -> str:
        """`tickets.no_reply_share: 0.4 is above 0.2 (12 rows, such as T-1, T-2, T-3)`."""
        side = "below" if self.bound.startswith("at least") else "above"
        rows = f", such as {', '.join(self.fact.rows)}" if self.fact.rows else ""
        return (
            f"{self.suite}.{self.name}: {self.observed:g} is {side} {self.bound.split()[-1]} "
            f"({self.fact.count:,} rows{rows})"
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "name": f"{self.suite}.{self.name}",
            "about": self.about,
            "severity": self.severity,
            "success": self.success,
            "observed": self.observed,
            "bound": self.bound,
            "unexpected_count": 0 if self.success else self.fact.count,
            "rows": [] if self.success else self.fact.rows,
        }


def check(name: str, expectations: Section, facts: Mapping[str, Fact]) -> tuple[list[Verdict], Any]:
    """Let Great Expectations judge the facts; give the verdicts and its own result for the docs."""
    import great_expectations as gx
    import pandas as pd
    from great_expectations.expectations.core.expect_column_max_to_be_between import (
        ExpectColumnMaxToBeBetween,
    )

    context = _context()
    # Plain Python numbers: the pages cannot print numpy's.
    frame = pd.DataFrame({fact: [known.value] for fact, known in facts.items()}, dtype=object)
    fields = type(expectations).model_fields
    asked = []
    for fact in fields:
        bound = getattr(expectations, fact)
        asked.append(
            ExpectColumnMaxToBeBetween(
                column=fact,
                min_value=bound.at_least if isinstance(bound, AtLeast) else None,
                max_value=bound.at_most if isinstance(bound, AtMost) else None,
                severity=bound.severity,
                description=f"{_label(fact, bound)} ({bound.severity}). {fields[fact].description}",
            )
        )
    # All at once: each one that is added later makes it write the whole suite again.
    suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=asked))
    batch = (
        context.data_sources.add_pandas(name)
        .add_dataframe_asset(name)
        .add_batch_definition_whole_dataframe("facts")
    )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(data=batch, suite=suite, name=name)
    )
    # BASIC without ids: a page never shows more than the numbers it was given.
    result = definition.run(batch_parameters={"dataframe": frame}, result_format="BASIC")
    by_fact = {each.expectation_config.kwargs["column"]: each for each in result.results}
    verdicts = []
    for fact in fields:
        bound, judged = getattr(expectations, fact), by_fact[fact]
        if judged.exception_info.get("raised_exception"):
            raise RuntimeError(f"{name}.{fact}: {judged.exception_info['exception_message']}")
        verdicts.append(
            Verdict(
                suite=name,
                name=fact,
                about=fields[fact].description or "",
                severity=bound.severity,
                success=bool(judged.success),
                observed=facts[fact].value,
                bound=_label("", bound).strip(),
                fact=facts[fact],
            )
        )
    return verdicts, result


def _label(fact: str, bound: AtLeast | AtMost) -> str:
    if isinstance(bound, AtLeast):
        return f"{fact} at least {bound.at_least:g}"
    return f"{fact} at most {bound.at_most:g}"


def _context() -> Any:
    """A context that keeps nothing, calls nobody and draws no bars."""
    import logging

    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context
