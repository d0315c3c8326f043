"""What `forget` reads from params.yaml: where the exports lie, and how personal data look."""

from pydantic import Field

from drafter.section import Section
from tasks.candidates import Candidate, Hosted
from tasks.curate.params import CurateParams
from tasks.ingest.params import IngestParams
from tasks.register.params import RegisterParams


class Params(Section):
    """The top-level keys that it reads."""

    ingest: IngestParams
    curate: CurateParams
    candidates: dict[str, Candidate]
    hosted: dict[str, Hosted]
    registry: RegisterParams = Field(alias="register")
