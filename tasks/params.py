"""The whole of params.yaml: every stage's own part, joined; for checks, not for stages."""

from desk.params import DeskSection
from tasks.ask.params import Params as AskParams
from tasks.base.params import Params as BaseParams
from tasks.canary.params import Params as CanaryParams
from tasks.curate.params import Params as CurateParams
from tasks.decide.params import Params as DecideParams
from tasks.dpo.params import Params as DpoParams
from tasks.draft.params import Params as DraftParams
from tasks.evaluate.params import Params as EvaluateParams
from tasks.feedback.params import FeedbackSection
from tasks.index.params import Params as IndexParams
from tasks.ingest.params import Params as IngestParams
from tasks.judge.params import Params as JudgeParams
from tasks.monitor.params import MonitorSection
from tasks.preferences.params import Params as PreferencesParams
from tasks.promote.params import Params as PromoteParams
from tasks.register.params import Params as RegisterParams
from tasks.retrieve.params import Params as RetrieveParams
from tasks.sft.params import Params as SftParams
from tasks.validate.params import Params as ValidateParams


class MillParams(
    IngestParams,
    ValidateParams,
    CurateParams,
    IndexParams,
    RetrieveParams,
    BaseParams,
    SftParams,
    DpoParams,
    PreferencesParams,
    DraftParams,
    AskParams,
    JudgeParams,
    EvaluateParams,
    PromoteParams,
    DecideParams,
    CanaryParams,
    RegisterParams,
    FeedbackSection,
    DeskSection,
    MonitorSection,
):
    """Every key that a stage reads; `load_section(path, MillParams, whole=True)` refuses others."""
