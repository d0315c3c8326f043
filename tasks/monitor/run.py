"""An action on the world, so no DVC stage: it reads what agents did, and writes what came of it."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from desk.settings import Settings
from drafter.errors import ModelUnavailable
from drafter.tables import write_json, write_text
from drafter.versions import CHALLENGER, CHAMPION
from tasks.missing import Gap, missing_knowledge
from tasks.monitor.challenger import compare
from tasks.monitor.figures import figures
from tasks.monitor.found import conclude
from tasks.monitor.history import read_history
from tasks.monitor.meaning import Distances, cached_distances
from tasks.monitor.page import page
from tasks.monitor.params import MonitorParams, Params
from tasks.monitor.policies import changed, ticket_text, touched
from tasks.monitor.series import SERIES, TRAINED, lengths, series_of, trained_values
from tasks.monitor.tracked import log_days
from tasks.monitor.trained import Trained, trained
from tasks.monitor.watch import Rules, Watched, bar, watch
from tasks.paths import Paths
from tasks.versions import Registry, Version

if TYPE_CHECKING:
    import polars as pl


def run(params: Params, paths: Paths, now: datetime | None = None) -> None:
    """Write reports/monitor.json and reports/monitor.html and print the conclusion in a line.

    Whole days alone are looked at, up to yesterday's in UTC.
    """
    now = now or datetime.now(UTC)
    found = monitor(params, paths, now)
    write_json(paths.report("monitor.json"), found)
    write_text(paths.report("monitor.html"), page(found))
    print(found["sentence"])
    if found["challenger"]:
        print(found["challenger"]["sentence"])


def monitor(params: Params, paths: Paths, now: datetime) -> dict[str, Any]:
    """What reports/monitor.json holds."""
    import polars as pl

    until = now.date() - timedelta(days=1)
    history = read_history(Settings.from_environment(paths.root).feedback_url)
    history = history.filter(pl.col("day") <= until)
    version = _aliased(paths, params.registry.model, CHAMPION)
    if version is None:
        return conclude(params, until, None, [], figures(history), {})
    # a ticket that waited for a challenger first says nothing of the champion's seconds
    own = history.filter(
        (pl.col("version") == version.number)
        & (pl.col("role") == CHAMPION)
        & pl.col("instead_of").is_null()
    )
    shown: dict[str, Any] = {}
    watched: list[Watched] = []
    if own.height:
        known = trained(paths, version)
        watched = watch_all(params, paths, version, own, known, until)
        recent = own.filter(pl.col("day") > until - timedelta(days=params.monitor.recent_days))
        shown = {
            "training": _training(known),
            "drift": _drift(recent, known),
            "policies": _policies(params.monitor, paths, known, recent, now),
            "missing": _missing(params, paths, recent),
        }
    shown["challenger"] = _challenger(params, paths, history, version, until)
    found = conclude(params, until, version, watched, figures(history), shown)
    log_days(paths, version, found)
    return found


def watch_all(
    params: Params, paths: Paths, version: Version, own: "pl.DataFrame", known: Trained, until: date
) -> list[Watched]:
    """Every series of the version's own drafts."""
    monitored = params.monitor
    distances = Distances([], {})
    if known.tickets is not None:
        texts = {row["draft_id"]: ticket_text(row) for row in own.iter_rows(named=True)}
        cache = paths.monitor(f"meaning-{version.number}.json")
        distances = cached_distances(known.tickets, texts, cache, monitored)
    past = trained_values(known.tickets, distances.trained)
    rules = Rules(
        bar(monitored.alpha, len(SERIES)), monitored.effect, monitored.least, monitored.draws,
        params.seed,
    )  # fmt: skip
    series = series_of(own, past, distances.drafts, until, monitored)
    return [watch(one, rules) for one in series]


def _challenger(
    params: Params, paths: Paths, history: "pl.DataFrame", champion: Version, until: date
) -> dict[str, Any] | None:
    """The challenger against the champion; None where none has drafted beside it."""
    version = _aliased(paths, params.registry.model, CHALLENGER)
    if version is None or version.number == champion.number:
        return None
    return compare(history, champion, version, until, params)


def _aliased(paths: Paths, model: str, alias: str) -> Version | None:
    """Raises ModelUnavailable where the registry is away."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return Registry(paths).at(model, alias)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise ModelUnavailable(
            f"MLflow's registry is away ({type(error).__name__}), so nobody knows which version "
            "serves: start it, or correct MLFLOW_TRACKING_URI"
        ) from None


def _training(known: Trained) -> dict[str, Any]:
    tickets = 0 if known.tickets is None else known.tickets.height
    return {"tickets": tickets, "until": known.until, "missing": known.missing}


def _drift(recent: "pl.DataFrame", known: Trained) -> dict[str, Any] | None:
    """Topics and lengths of recent tickets beside those of training; the test is the watch's."""
    import polars as pl

    if known.tickets is None or not recent.height:
        return None
    topics = {
        name: table["topic"].drop_nulls().value_counts(normalize=True)
        for name, table in (("training", known.tickets), ("recent", recent))
    }
    shares = {
        name: dict(zip(table["topic"], table["proportion"], strict=True))
        for name, table in topics.items()
    }
    names = sorted(shares["training"] | shares["recent"])
    return {
        "topics": {
            name: {side: float(shares[side].get(name, 0.0)) for side in shares} for name in names
        },
        "words": {
            "training": pl.Series(lengths(known.tickets)).median(),
            "recent": recent["words"].median(),
        },
        "tested": list(TRAINED),
    }


def _policies(
    params: MonitorParams,
    paths: Paths,
    known: Trained,
    recent: "pl.DataFrame",
    now: datetime,
) -> list[dict[str, Any]] | None:
    """None where it can't be said: the version's policies, or the tickets' days, are gone."""
    from drafter.embed import load_embedder
    from drafter.records import POLICY
    from drafter.tables import read_table

    if known.policies is None or known.until is None or not paths.validated_policies.is_file():
        return None
    today = read_table(paths.validated_policies, POLICY)
    changes = changed(known.policies, today, known.until, now)
    if not changes:
        return []
    embedder = load_embedder(params.embedder, params.embedder_sha256)
    return [
        {
            "doc_id": one.change.doc_id,
            "title": one.change.title,
            "what": one.change.what,
            "since": one.change.since,
            "known": one.change.known,
            "citing": one.citing,
            "asking": one.asking,
            "drafts": one.drafts,
            "of": recent.height,
        }
        for one in touched(changes, today, recent, now, embedder)
    ]


def _missing(params: Params, paths: Paths, recent: "pl.DataFrame") -> list[dict[str, Any]] | None:
    """Facts that agents sent lately and no policy holds, the most frequent first."""
    import polars as pl

    from drafter.records import POLICY
    from drafter.tables import read_table

    if not paths.validated_policies.is_file():
        return None
    replies = recent.filter(pl.col("sent").is_not_null()).select(
        pl.col("draft_id").alias("ticket_id"),
        pl.col("at").alias("created_at"),
        pl.col("sent").alias("reply"),
        "subject",
        pl.col("messages").list.eval(pl.struct(pl.element().alias("text"))),
    )
    policies = read_table(paths.validated_policies, POLICY)
    gaps: list[Gap] = missing_knowledge([replies], policies, params.decide.missing)
    return [
        {"kind": gap.kind, "said": gap.said, "sentence": gap.sentence, "tickets": len(gap.tickets)}
        for gap in gaps[: params.decide.missing.shown]
    ]
