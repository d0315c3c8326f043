"""Stage ask@CANDIDATE: files in, files out, and a provider asked for what no file holds yet."""

from dataclasses import asdict

from drafter.compliance import load_rules
from drafter.drafter import Drafter
from drafter.errors import CapReached, ReplymillError
from drafter.hosted.answers import Answers
from drafter.hosted.batches import Batches
from drafter.hosted.budget import Budget
from drafter.hosted.generator import HostedGenerator
from drafter.hosted.keys import require_keys
from drafter.index_files import open_index
from drafter.tables import write_json, write_table
from tasks.ask.endpoint import endpoint_of, requests_for, spec_of
from tasks.ask.params import Params
from tasks.ask.report import report, sentence, what_is_left
from tasks.ask.timing import seconds_of_retrieval, timings
from tasks.candidates import hosted_named
from tasks.holdout import read_tickets
from tasks.paths import Paths


def run(params: Params, paths: Paths, candidate: str) -> None:
    """Ask `candidate` about the holdout; what data/answers holds is not asked again.

    Raises KeyMissing before any work, and CapReached where the rest could pass max_usd.
    """
    from drafter.records import DRAFT

    chosen = hosted_named(params.hosted, candidate)
    require_keys([(f"hosted.{candidate}", chosen.key)])
    tickets, retrieves = read_tickets(paths.root / chosen.tickets)
    spec, endpoint = spec_of(candidate, chosen, retrieves), endpoint_of(chosen)

    answers, budget = Answers(paths.answers(candidate)), Budget(chosen.max_usd)
    generator = HostedGenerator.open(endpoint, answers, budget)
    rules = load_rules(paths.root / params.rules)
    drafter = Drafter(spec, generator, open_index(paths.index), rules)
    requests = requests_for(drafter, endpoint, tickets)
    try:
        if chosen.batch:
            note = paths.batch_note(candidate)
            generator.batches = Batches(
                endpoint, generator.client, answers, budget, note, chosen.seconds_between_looks
            )
            generator.batches.resume()
        drafts = drafter.draft(tickets)
    except CapReached as reached:
        rest = what_is_left(candidate, requests, answers, generator.prices, chosen.max_usd)
        raise CapReached(f"{reached}; {rest}") from None
    except ReplymillError:
        print(f"${budget.spent:.4f} spent of max_usd {chosen.max_usd:g}")
        raise
    finally:
        generator.close()

    behind = list(generator.kept(requests).values())
    asked = generator.asked + (generator.batches.asked if generator.batches else 0)
    said = report(drafts, behind, asked, budget.spent, chosen.max_usd, generator.prices)
    retrieval = seconds_of_retrieval(tickets, paths.index, chosen.chunks) if retrieves else 0.0
    paths.answers(candidate).mkdir(parents=True, exist_ok=True)  # where nobody was answered
    write_json(paths.timings(candidate), timings(behind, retrieval))
    write_json(paths.drafter(candidate), asdict(spec))
    write_json(paths.asked(candidate), said)
    write_table(paths.drafts(candidate), drafts, DRAFT)
    print(sentence(said))
