"""Pairs, batches, loss and parameters of stage dpo; and that its reference is SFT."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from drafter.base_model import Base, load_adapter, load_base, using_adapter
from drafter.fit import encode_chat
from tasks.dpo.batches import Collator, to_dataset
from tasks.dpo.pairs import Pair, make_pairs, says_something
from tasks.dpo.params import Params
from tasks.paths import Paths
from tasks.training.attention import MODELS, attend_by_document
from tests.dpo_root import make_root, pair, values
from tests.killing import REPOSITORY
from tests.test_sft_examples import logits, small_model

LN_2 = 0.693147


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A base, and an SFT adapter that changes much of what it says."""
    return make_root(tmp_path_factory.mktemp("root"))[1]


def opened(paths: Paths) -> Base:
    base = load_base(paths.base, "cpu")
    load_adapter(base, paths.sft, "default")
    return base


def pairs_of(base: Base, rows: list[dict[str, Any]], max_length: int = 256) -> list[Pair]:
    return list(make_pairs(rows, base.tokenizer, max_length))


def rows(count: int = 6) -> list[dict[str, Any]]:
    return [pair(number, rejected="word " * (number + 1)) for number in range(count)]


def trainer_of(base: Base, made: list[Pair], folder: Path, **changes: Any) -> Any:
    from tasks.dpo.trainer import make_trainer

    params = Params.from_values(values(**changes)).dpo
    return make_trainer(base, to_dataset(made), to_dataset([]), params, 1, folder)


def log_probs_by_transformers(model: Any, made: list[Pair]) -> list[list[float]]:
    """The long way: every reply alone, all its logits."""
    import torch

    found = []
    for one in made:
        sums = []
        for reply in (one.chosen, one.rejected):
            ids = torch.tensor([one.prompt + reply])
            scores = logits(model, ids)[0, len(one.prompt) - 1 : -1].log_softmax(-1)
            sums.append(float(scores.gather(1, torch.tensor(reply)[:, None]).sum()))
        found.append(sums)
    return found


def test_a_pair_shows_the_prompt_that_drafting_shows_and_ends_both_replies(paths: Paths) -> None:
    base = opened(paths)
    row = pair(1)
    [made] = pairs_of(base, [row])

    assert made.prompt == encode_chat(base.tokenizer, row["prompt"], 256)
    assert base.tokenizer.decode(made.chosen) == row["chosen"] + "<|end|>"
    assert base.tokenizer.decode(made.rejected) == row["rejected"] + "<|end|>"


def test_a_long_prompt_is_shortened_for_the_longer_reply_and_alike_for_both(paths: Paths) -> None:
    base = opened(paths)
    question = {"role": "user", "content": "why? " * 400}
    [made] = pairs_of(base, [pair(2, prompt=[question], rejected="word " * 9)], 128)

    assert len(made.prompt) + len(made.rejected) <= 128
    assert base.tokenizer.decode(made.rejected).endswith("word<|end|>")


def test_a_pair_without_weight_or_without_a_difference_says_nothing() -> None:
    assert says_something(Pair([1], [2], [3], 0.5))
    assert not says_something(Pair([1], [2], [3], 0.0))
    assert not says_something(Pair([1], [2], [2], 0.5))


@pytest.mark.parametrize("layout", ["shared", "flat", "padded"])
def test_every_reply_token_is_the_label_after_its_predecessor(paths: Paths, layout: Any) -> None:
    base = opened(paths)
    made = pairs_of(base, rows())
    batch = Collator(0, layout)(list(to_dataset(made)))
    ids, labels, positions = (batch[name] for name in ("input_ids", "labels", "position_ids"))

    learned = labels[labels != -100].tolist()
    assert learned == [token for one in made for token in one.chosen + one.rejected]
    assert batch["sizes"].tolist() == [[len(one.chosen), len(one.rejected)] for one in made]
    assert ids[labels != -100].tolist() == learned
    before = (labels != -100).int().diff(dim=1) == 1
    ends = [
        (one.prompt[-1], len(one.prompt) - 1) for one in made for _ in (one.chosen, one.rejected)
    ]
    found = zip(ids[:, :-1][before].tolist(), positions[:, :-1][before].tolist(), strict=True)
    assert list(found) == ends


def test_the_shared_layout_holds_each_prompt_once(paths: Paths) -> None:
    made = pairs_of(opened(paths), rows())
    shared, flat = (
        int(Collator(0, layout)(list(to_dataset(made)))["tokens"]) for layout in ("shared", "flat")
    )

    assert shared == sum(len(one) + 1 for one in made)
    assert flat - shared == sum(len(one.prompt) - 1 for one in made)


def test_the_reference_is_the_sft_adapter_and_not_the_base(paths: Paths, tmp_path: Path) -> None:
    base = opened(paths)
    made = pairs_of(base, rows())
    known = trainer_of(base, made, tmp_path).train_dataset["reference"]

    afresh = opened(paths)
    with using_adapter(afresh, "default") as model:
        sft = log_probs_by_transformers(model, made)
    with using_adapter(afresh, None) as model:
        bare = log_probs_by_transformers(model, made)
    assert [list(one) for one in known] == [pytest.approx(one, abs=1e-3) for one in sft]
    assert min(abs(a[0] - b[0]) for a, b in zip(sft, bare, strict=True)) > 0.01


def test_before_the_first_step_no_reply_is_rewarded_and_the_loss_is_ln_2(
    paths: Paths, tmp_path: Path
) -> None:
    base = opened(paths)
    trainer = trainer_of(base, pairs_of(base, rows()), tmp_path)
    batch = trainer.data_collator(list(trainer.train_dataset))

    assert trainer.compute_loss(trainer.model, batch).item() == pytest.approx(LN_2, abs=1e-5)


def moved(trainer: Any) -> None:
    """Change the adapter in training, as steps would."""
    import torch

    with torch.no_grad():
        for name, weights in trainer.model.named_parameters():
            if ".default." in name:
                weights.add_(torch.linspace(-0.05, 0.05, weights.numel()).view(weights.shape))


def test_loss_margin_and_accuracy_are_trls_own(paths: Paths, tmp_path: Path) -> None:
    from trl.trainer.dpo_trainer import DataCollatorForPreference, DPOTrainer

    base = opened(paths)
    made = pairs_of(base, rows())
    trainer = trainer_of(base, made, tmp_path)
    moved(trainer)
    ours = trainer.compute_loss(trainer.model, trainer.data_collator(list(trainer.train_dataset)))
    found = {name: list(shown) for name, shown in trainer._metrics["eval"].items()}
    theirs = DataCollatorForPreference(base.tokenizer.pad_token_id)(
        [
            {"prompt_ids": one.prompt, "chosen_ids": one.chosen, "rejected_ids": one.rejected}
            | dict(zip(("ref_chosen_logps", "ref_rejected_logps"), known, strict=True))
            for one, known in zip(made, trainer.train_dataset["reference"], strict=True)
        ]
    )
    trainer.precompute_ref_logps = True
    expected = DPOTrainer._compute_loss(trainer, trainer.model, theirs, False)

    assert ours.item() == pytest.approx(expected.item(), rel=1e-4)
    assert abs(ours.item() - LN_2) > 0.001
    for our_name, their_name in (
        ("reward_margin", "rewards/margins"),
        ("reward_accuracy", "rewards/accuracies"),
        ("chosen_reward", "rewards/chosen"),
    ):
        mean = sum(found[our_name]) / len(made)
        assert mean == pytest.approx(trainer._metrics["eval"][their_name][0], rel=1e-3, abs=1e-5)


def test_it_is_trls_head_that_answers_where_ours_can_not(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = opened(paths)
    trainer = trainer_of(base, pairs_of(base, rows()), tmp_path)
    batch = trainer.data_collator(list(trainer.train_dataset))
    ours = trainer.log_probs(trainer.model, batch)
    monkeypatch.setattr("tasks.training.replies.MOST_LOGITS", 1)

    assert trainer.log_probs(trainer.model, batch).tolist() == [
        pytest.approx(one, abs=1e-3) for one in ours.tolist()
    ]


def test_sharing_the_prompt_changes_no_reply(paths: Paths, tmp_path: Path) -> None:
    base = opened(paths)
    trainer = trainer_of(base, pairs_of(base, rows()), tmp_path)
    assert trainer.data_collator.layout == "shared"
    both = [
        trainer.log_probs(trainer.model, Collator(0, layout)(list(trainer.train_dataset)))
        for layout in ("shared", "padded")
    ]

    assert both[0].tolist() == [pytest.approx(one, abs=1e-3) for one in both[1].tolist()]


def gradient(trainer: Any, weights: list[float]) -> Any:
    import torch

    batch = trainer.data_collator(list(trainer.train_dataset))
    batch["weights"] = torch.tensor(weights)
    trainer.model.zero_grad()
    trainer.compute_loss(trainer.model, batch).backward()
    parts = [part.grad for part in trainer.model.parameters() if part.grad is not None]
    return torch.cat([part.flatten() for part in parts])


def test_a_pair_pulls_in_proportion_to_its_weight(paths: Paths, tmp_path: Path) -> None:
    import torch

    base = opened(paths)
    trainer = trainer_of(base, pairs_of(base, rows(2)), tmp_path)
    first, second = gradient(trainer, [1.0, 0.0]), gradient(trainer, [0.0, 1.0])

    both = gradient(trainer, [3.0, 1.0])
    assert torch.allclose(both, 3 * first + second, rtol=1e-3, atol=1e-6)


def test_twice_the_weight_for_all_changes_nothing() -> None:
    once, twice = (
        to_dataset([Pair([1], [2], [3], factor * weight) for weight in (1.0, 3.0)])["weight"]
        for factor in (1.0, 2.0)
    )

    assert list(once) == list(twice) == [0.5, 1.5]


def test_sfts_loss_keeps_the_chosen_reply_likely(paths: Paths, tmp_path: Path) -> None:
    base = opened(paths)
    made = pairs_of(base, rows())
    trainer = trainer_of(base, made, tmp_path)
    batch = trainer.data_collator(list(trainer.train_dataset))
    alone = trainer.compute_loss(trainer.model, batch).item()
    trainer.sft_weight = 0.5
    with using_adapter(base, "default") as model:
        chosen = [found[0] for found in log_probs_by_transformers(model, made)]
    per_token = sum(-one / len(pair.chosen) for one, pair in zip(chosen, made, strict=True))

    both = trainer.compute_loss(trainer.model, batch).item()
    assert both - alone == pytest.approx(0.5 * per_token / len(made), rel=1e-4)


@pytest.mark.parametrize("kind", MODELS)
def test_two_endings_of_one_document_do_not_see_each_other(kind: str) -> None:
    import torch

    model = small_model(kind).eval()
    assert attend_by_document(model)
    draw = torch.Generator().manual_seed(2)
    prompt, chosen, rejected = (
        torch.randint(0, 300, (1, length), generator=draw) for length in (7, 5, 9)
    )
    row = torch.cat([prompt, chosen, prompt[:, -1:], rejected, prompt, rejected], dim=1)
    positions = torch.tensor([[*range(12), *range(6, 16), *range(16)]])
    together = logits(model, row, positions)

    alone = logits(model, torch.cat([prompt, rejected], dim=1), torch.arange(16)[None])
    assert torch.allclose(together[:, 12:22], alone[:, 6:], atol=1e-5)
    assert torch.allclose(together[:, 22:], alone, atol=1e-5)


def test_a_model_that_is_asked_for_eager_attention_gets_a_row_a_reply(
    paths: Paths, tmp_path: Path
) -> None:
    base = load_base(paths.base, "cpu", attention="eager")
    load_adapter(base, paths.sft, "default")
    trainer = trainer_of(base, pairs_of(base, rows()), tmp_path)

    assert trainer.data_collator.layout == "padded"
    batch = trainer.data_collator(list(trainer.train_dataset))
    assert trainer.compute_loss(trainer.model, batch).item() == pytest.approx(LN_2, abs=1e-5)


def test_the_params_of_the_repository_and_of_each_preset_are_valid() -> None:
    whole = yaml.safe_load((REPOSITORY / "params.yaml").read_text())
    for preset in (REPOSITORY / "presets").glob("*.yaml"):
        changed = yaml.safe_load(preset.read_text()).get("dpo", {})
        Params.from_values({"seed": 1, "dpo": whole["dpo"] | changed})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"checkpoint_every": 3}, "no multiple of log_every"),
        ({"pairs_per_step": 6}, "no multiple of pairs_per_pass"),
        ({"beta": 0}, "greater than 0"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Params.from_values(values(**changes))
