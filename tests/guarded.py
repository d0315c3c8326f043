"""What a guard needs: a file of rules, and an index of the policy that drafts are held against."""

from pathlib import Path

from drafter.embed import load_embedder
from drafter.index_files import write_index
from drafter.tables import write_text
from tasks.index.build import build
from tests.factories import START, curated, curated_table, policy, policy_table
from tests.test_index import index_params

# Random models write anything but these words.
RULES = """\
clauses: 3
rules:
  legal:
    kind: must_not_say
    message: what the law says is for a lawyer to say
    say: ['\\blawyers?\\b']
"""


def make_rules(path: Path, text: str = RULES) -> Path:
    write_text(path, text)
    return path


def make_index(folder: Path) -> Path:
    """One policy that is always in force, and a few solved tickets; embedded by MiniLM."""
    past = curated_table([curated(n, cites=["returns"], created_at=START) for n in range(3)])
    text = "# Returns\n\nYou can return an item within 30 days.\n\n# Post\n\nA parcel is 9 euros.\n"
    params = index_params()
    embedder = load_embedder(params.embedder, params.sha256, params.max_tokens)
    index, measured = build(policy_table([policy(text=text)]), past, past, embedder, params)
    write_index(folder, index, measured)
    return folder
