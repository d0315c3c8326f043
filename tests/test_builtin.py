"""The builtin base: its text, its tokenizer, and a tiny one trained for a few steps."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from drafter.section import Section, load_section
from tasks.base.builtin_params import BuiltinParams
from tasks.base.builtin_rows import batches, chat_row, repeated_row
from tasks.base.builtin_text import example
from tasks.sample import phrases
from tasks.sample.policies import TOPICS

TINY = {
    "vocabulary": 400,
    "numbers": 120,
    "hidden": 32,
    "feed_forward": 48,
    "layers": 2,
    "heads": 2,
    "steps": 3,
    "rows": 2,
    "row_tokens": 256,
    "learning_rate": 0.004,
    "weight_decay": 0.01,
    "rest_weight": 0.05,
    "repeats": 0.5,
    "repeats_until": 0.5,
    "threads": 1,
}


def train(folder: Path, seed: int = 7, **changes: Any) -> Path:
    from tasks.base.builtin import train_builtin

    train_builtin(BuiltinParams.from_values(TINY | changes), seed, folder)
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tmp_path_factory.mktemp("builtin"))


@pytest.fixture(scope="module")
def tokenizer(tiny: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(tiny))


def test_the_first_clause_holds_the_figure_of_the_reply() -> None:
    draw = random.Random(1)
    chats = [example(draw) for _ in range(300)]
    for chat in chats:
        figures = re.findall(r"(?<![_\w])\d+", chat.reply)
        if chat.clauses:
            assert figures == [str(chat.figure)]
            assert re.findall(r"\d+", chat.clauses[0]) == figures
        else:
            assert figures == []
    assert 10 < sum(not chat.clauses for chat in chats) < 90


def test_the_training_text_knows_neither_the_company_nor_its_voice() -> None:
    draw = random.Random(2)
    text = "\n".join(turn["content"] for _ in range(500) for turn in example(draw).messages())
    things = {thing for topic in TOPICS for thing in topic.things} - {"card"}
    for word in ("Ahoy", "Fair winds", "Marrowby", "crew", *things, *phrases.AGENTS):
        assert word not in text


def test_a_number_and_a_placeholder_are_one_token_each(tokenizer) -> None:
    for text in ("7", "30", "120", "[NAME_1]", "[ORDER_2]"):
        assert len(tokenizer.encode(text, add_special_tokens=False)) == 1
    said = "Hi [NAME_1], it's 30 days for £1234 and [EMAIL_1]\nnaïve 日本"
    tokens = tokenizer.encode(said, add_special_tokens=False)
    assert tokenizer.convert_tokens_to_ids("30") in tokens
    assert tokenizer.decode(tokens) == said


def test_training_writes_a_chat_as_the_template_does(tokenizer) -> None:
    draw = random.Random(3)
    for _ in range(20):
        messages = example(draw).messages()
        tokens, weights = chat_row(tokenizer, messages, rest_weight=0.05)
        templated = tokenizer.apply_chat_template(messages, tokenize=False)
        assert tokens == tokenizer(templated, add_special_tokens=False)["input_ids"]
        replied = [token for token, weight in zip(tokens, weights, strict=True) if weight == 1]
        assert tokenizer.decode(replied) == messages[-1]["content"] + tokenizer.eos_token


def test_repeats_count_from_the_second_time_on() -> None:
    tokens, weights = repeated_row(random.Random(4), vocabulary=500, length=64)
    assert len(tokens) == len(weights) == 64
    first = weights.index(1.0)
    assert tokens[first:] == tokens[: 64 - first]
    assert set(weights[:first]) == {0.0}


def test_rows_of_repeats_become_fewer_and_end(tokenizer) -> None:
    params = BuiltinParams.from_values(TINY | {"steps": 20, "rows": 8, "repeats": 1.0})
    # Only a row of repeats fills its last place with a weight.
    shares = [
        float((weights[:, -1] == 1).mean()) for _, weights in batches(tokenizer, params, seed=1)
    ]
    assert shares[0] == 1.0
    assert sum(shares[10:]) < sum(shares[:10])


def test_the_folder_is_whole_and_holds_no_pickle(tiny: Path) -> None:
    from transformers import AutoModelForCausalLM

    names = {path.name for path in tiny.iterdir()}
    assert names >= {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    assert not [name for name in names if name.endswith((".bin", ".pt", ".pkl", ".py"))]
    config = json.loads((tiny / "tokenizer_config.json").read_text(encoding="utf-8"))
    assert "<|assistant|>" in config["chat_template"]
    model = AutoModelForCausalLM.from_pretrained(str(tiny))
    assert model.generation_config.eos_token_id == model.config.eos_token_id


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    tiny: Path, tmp_path: Path
) -> None:
    again, other = train(tmp_path / "again"), train(tmp_path / "other", seed=8)
    for path in sorted(tiny.iterdir()):
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name
    weights = "model.safetensors"
    assert (other / weights).read_bytes() != (tiny / weights).read_bytes()


def test_before_any_training_the_wiring_copies_what_stood_after_the_same_token() -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from tasks.base.builtin_start import ROPE_THETA, lay_out

    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=600,
        hidden_size=128,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": ROPE_THETA},
    )
    stretch = torch.randint(0, 600, (8, 50))
    twice = torch.cat([stretch, stretch], dim=1)

    def copied(model: LlamaForCausalLM) -> float:
        with torch.inference_mode():
            foretold = model(input_ids=twice).logits.argmax(-1)
        return float((foretold[:, 50:-1] == twice[:, 51:]).float().mean())

    model = LlamaForCausalLM(config)
    assert copied(model) < 0.1
    lay_out(model)
    assert copied(model) > 0.5


def test_heads_that_are_too_narrow_are_refused() -> None:
    with pytest.raises(ValueError, match="no equal, even width"):
        BuiltinParams.from_values(TINY | {"hidden": 24})


def test_the_loss_falls(tmp_path: Path) -> None:
    folder = train(tmp_path / "longer", steps=25, repeats=0.0)
    lines = (folder / "training.jsonl").read_text(encoding="utf-8").splitlines()
    losses = [json.loads(line)["loss"] for line in lines]
    assert len(losses) == 25
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])


class BuiltinOnly(Section):
    builtin: BuiltinParams


def test_params_yaml_holds_the_section() -> None:
    root = Path(__file__).parent.parent
    assert load_section(root / "params.yaml", BuiltinOnly).builtin.steps > 0
