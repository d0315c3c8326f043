"""One version drafts while another is loaded: a real model with adapters, in one process."""

import threading
from pathlib import Path
from typing import Any

from desk.serving.checks import check_drafts
from drafter.live import PSEUDONYMS_FILE, LiveDrafter
from drafter.spec import Parts, Spec, pack, prompt_digest
from drafter.tables import write_json
from tests.guarded import make_index, make_rules
from tests.models import make_adapter, make_base

TICKETS: list[dict[str, Any]] = [
    {"messages": [{"role": "customer", "text": text}], "at": "2026-06-01T00:00:00+00:00"}
    for text in ("How long may I keep a tent?", "Where is my parcel? It is late.", "Thanks!")
]


def packed(folder: Path, base: Path, seed: int) -> Path:
    parts = Parts(base, make_adapter(folder / f"adapter-{seed}", base, seed), folder / "index",
                  make_rules(folder / "rules.yaml"))  # fmt: skip
    spec = Spec(f"sft-{seed}", "local", True, 3, 12, 4, prompt_digest())
    where = pack(spec, parts, folder / f"packed-{seed}")
    pseudonyms = {"order_patterns": ["MB-[0-9]{6}"], "default_region": "US", "keep": []}
    write_json(where / PSEUDONYMS_FILE, pseudonyms)
    return where


def test_what_one_version_writes_does_not_change_while_another_is_loaded(tmp_path: Path) -> None:
    base = make_base(tmp_path / "base")
    make_index(tmp_path / "index")
    old, new = (packed(tmp_path, base, seed) for seed in (1, 2))
    serving = LiveDrafter.load(old)
    alone = serving.write(TICKETS)
    loaded: list[LiveDrafter] = []

    def load() -> None:
        for _ in range(3):
            loaded.append(LiveDrafter.load(new))
            check_drafts(loaded[-1])

    thread = threading.Thread(target=load)
    thread.start()
    rounds = 0
    while thread.is_alive() or rounds == 0:
        assert serving.write(TICKETS) == alone
        rounds += 1
    thread.join()
    assert len(loaded) == 3
    texts = [[draft.text for draft in drafter.write(TICKETS)] for drafter in loaded]
    assert texts[0] == texts[1] == texts[2]
    assert texts[0] != [draft.text for draft in alone], "the two versions can be told apart"
