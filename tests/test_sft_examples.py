"""Examples, packing and parameters of stage sft."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from drafter.base_model import load_tokenizer
from drafter.errors import ModelUnavailable
from drafter.fit import encode_chat
from drafter.prompt import build_prompt
from tasks.base.source import COMMIT, Hub, parse_source
from tasks.sft.examples import make_examples, sees_policy
from tasks.sft.packing import Collator, to_rows
from tasks.sft.params import Params
from tasks.training.attention import MODELS, attend_by_document
from tasks.training.examples import IGNORED, around_reply
from tests.factories import retrieved
from tests.sft_root import REPOSITORY, clause, values
from tests.tiny_model import make_tiny_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Any:
    return load_tokenizer(folder)


def examples(tokenizer: Any, rows: list[dict[str, Any]], **changes: Any) -> list[Any]:
    settings = {"seed": 1, "without_policy": 0.0, "chunks": 2, "max_length": 256} | changes
    return list(make_examples(rows, tokenizer, **settings))


def test_the_loss_is_on_the_reply_and_the_end_of_its_turn_alone(tokenizer: Any) -> None:
    [example] = examples(tokenizer, [retrieved(1, reply="Thirty days.", chunks=[clause(1)])])

    learned = [token for token in example.labels if token != IGNORED]
    assert tokenizer.decode(learned) == "Thirty days.<|end|>"
    assert len(example.labels) == len(example.input_ids) == len(example)


def test_training_shows_the_prompt_that_drafting_shows(tokenizer: Any) -> None:
    row = retrieved(1, chunks=[clause(1), clause(2), clause(3)])
    [example] = examples(tokenizer, [row])

    assert example.prompt == encode_chat(tokenizer, build_prompt(row, row["chunks"][:2]), 256)
    text = tokenizer.decode(example.prompt)
    assert "Clause 2" in text
    assert "Clause 3" not in text


def test_some_tickets_are_shown_without_policy_and_always_the_same(tokenizer: Any) -> None:
    rows = [retrieved(number, chunks=[clause(1)]) for number in range(400)]
    with_policy = [
        "Clause 1" in tokenizer.decode(one.prompt)
        for one in examples(tokenizer, rows, without_policy=0.25)
    ]

    assert 0.68 < sum(with_policy) / len(rows) < 0.82
    assert with_policy == [sees_policy(row["ticket_id"], 1, 0.25) for row in rows]


def test_the_shares_without_policy_grow_by_adding_tickets() -> None:
    ids = [f"T-{number}" for number in range(200)]
    few = {name for name in ids if not sees_policy(name, 1, 0.2)}
    more = {name for name in ids if not sees_policy(name, 1, 0.6)}

    assert few < more


def test_a_long_ticket_is_shortened_and_its_reply_is_not(tokenizer: Any) -> None:
    row = retrieved(1, question="why? " * 400, reply="Because.", chunks=[clause(1)])
    [example] = examples(tokenizer, [row], max_length=128)

    assert len(example) <= 128
    assert tokenizer.decode(example.completion) == "Because.<|end|>"


def test_a_reply_that_is_too_long_loses_its_end_and_the_end_of_turn(tokenizer: Any) -> None:
    [example] = examples(tokenizer, [retrieved(1, reply="long " * 400)], max_length=128)

    assert len(example) <= 128
    assert tokenizer.eos_token_id not in example.completion


def test_what_a_template_writes_after_the_end_of_a_turn_is_not_learned(folder: Path) -> None:
    tokenizer = load_tokenizer(folder)
    tokenizer.chat_template = str(tokenizer.chat_template).replace("'<|end|>'", "'<|end|>\n'")

    assert around_reply(tokenizer) == ("", "<|end|>")


def test_a_template_that_opens_replies_otherwise_than_it_writes_them_is_refused(
    folder: Path,
) -> None:
    tokenizer = load_tokenizer(folder)
    tokenizer.chat_template = str(tokenizer.chat_template).replace(
        "{{ '<|assistant|>' }}", "{{ '<|system|>' }}"
    )

    with pytest.raises(ModelUnavailable, match="chat template"):
        around_reply(tokenizer)


@pytest.mark.parametrize("batching", ["packed", "grouped"])
def test_every_token_of_every_example_is_in_one_row(tokenizer: Any, batching: str) -> None:
    made = examples(tokenizer, [retrieved(n, reply="word " * n) for n in range(1, 30)])
    rows = to_rows(made, batching, 256)

    found = []
    for row in rows:
        start = 0
        for length in row["seq_lengths"]:
            end = start + length
            found.append((tuple(row["input_ids"][start:end]), tuple(row["labels"][start:end])))
            start = end
        assert start == row["length"] == len(row["input_ids"]) <= 256
    assert sorted(found) == sorted((tuple(one.input_ids), tuple(one.labels)) for one in made)
    assert (len(rows) < len(made)) is (batching == "packed")


def logits(model: Any, ids: Any, positions: Any = None) -> Any:
    import torch

    with torch.no_grad():
        return model(input_ids=ids, position_ids=positions, use_cache=False).logits


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_no_example_of_a_packed_row_sees_another(
    tokenizer: Any, folder: Path, attention: str
) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation=attention).eval()
    made = examples(tokenizer, [retrieved(n, reply="word " * n) for n in range(1, 9)])
    rows = to_rows(made, "packed", 256)
    batch = Collator(tokenizer.pad_token_id)(list(rows))
    # as TRL calls it: with a cache, transformers does not look for packed documents
    together = logits(model, batch["input_ids"], batch["position_ids"])
    for number, row in enumerate(rows):
        start = 0
        for length in row["seq_lengths"]:
            part = slice(start, start + length)
            alone = logits(model, batch["input_ids"][number : number + 1, part])
            assert torch.allclose(together[number, part], alone[0], atol=1e-5)
            start += length
    assert batch["tokens"].tolist() == rows["length"]
    assert int(batch["tokens"].sum()) == sum(len(example) for example in made)


def small_model(kind: str) -> Any:
    """A model of `kind` with random weights, grouped heads and a head of its own."""
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model(
        kind,
        vocab_size=300,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
    )
    return AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")


@pytest.mark.parametrize("kind", MODELS)
def test_document_by_document_gives_what_a_mask_gives(tokenizer: Any, kind: str) -> None:
    import torch

    model = small_model(kind).eval()
    made = examples(tokenizer, [retrieved(n, reply="word " * n) for n in range(1, 9)])
    batch = Collator(tokenizer.pad_token_id)(list(to_rows(made, "packed", 250)))
    masked = logits(model, batch["input_ids"], batch["position_ids"])

    assert attend_by_document(model)

    found = logits(model, batch["input_ids"], batch["position_ids"])
    assert torch.allclose(found, masked, atol=1e-5)


def test_a_model_with_a_sliding_window_keeps_its_own_attention() -> None:
    model = small_model("mistral")

    assert not attend_by_document(model)
    assert model.config._attn_implementation == "sdpa"


def test_the_trainer_finds_the_same_loss_packed_and_alone(folder: Path, tmp_path: Path) -> None:
    from drafter.base_model import load_base
    from drafter.manifest import write_manifest
    from tasks.sft.trainer import make_trainer

    base_folder = make_tiny_model(tmp_path / "base")
    write_manifest(base_folder, source="tiny", revision=None)
    params = Params.from_values(
        values(lora={"rank": 2, "alpha": 4, "dropout": 0, "targets": ["q_proj"]})
    )
    tokenizer = load_tokenizer(folder)
    made = examples(tokenizer, [retrieved(n, reply="word " * n) for n in range(1, 9)])
    collate = Collator(tokenizer.pad_token_id)
    rows = to_rows(made, "packed", 256)
    trainer = make_trainer(load_base(base_folder), rows, rows, params.sft, 1, tmp_path / "out")
    learned = sum(len(example.completion) for example in made)

    packed = trainer.compute_loss(trainer.model, collate(list(rows)), num_items_in_batch=learned)
    alone = sum(
        trainer.compute_loss(trainer.model, collate([row]), num_items_in_batch=learned).item()
        for row in to_rows(made, "grouped", 256)
    )
    assert packed.item() == pytest.approx(alone, rel=1e-5)
    # TRL's own way to the same number
    batch = collate(list(rows))
    del batch["tokens"]
    theirs = super(type(trainer), trainer).compute_loss(
        trainer.model, batch, num_items_in_batch=learned
    )
    assert packed.item() == pytest.approx(theirs.item(), rel=1e-5)


def test_the_params_of_the_repository_are_read_and_agree_with_drafting() -> None:
    whole = yaml.safe_load((REPOSITORY / "params.yaml").read_text())

    params = Params.from_values({key: whole[key] for key in Params.yaml_keys()})
    assert params.sft.chunks == whole["draft"]["chunks"]


def test_the_gpu_preset_makes_valid_params_and_pins_its_base(tmp_path: Path) -> None:
    whole = yaml.safe_load((REPOSITORY / "params.yaml").read_text())
    preset = yaml.safe_load((REPOSITORY / "presets/gpu.yaml").read_text())

    params = Params.from_values({"seed": 1, "sft": whole["sft"] | preset["sft"]})
    assert params.sft.device == "cuda"
    source = parse_source(preset["base"], tmp_path)
    assert isinstance(source, Hub)
    assert COMMIT.fullmatch(source.revision)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"checkpoint_every": 3}, "no multiple of log_every"),
        ({"tokens_per_step": 1000}, "no multiple of tokens_per_pass"),
        ({"tokens_per_pass": 128, "tokens_per_step": 128}, "holds no row of max_length"),
        ({"without_policy": 1.5}, "less than or equal to 1"),
    ],
)
def test_sizes_that_do_not_fit_together_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Params.from_values(values(**changes))
