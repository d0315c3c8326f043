from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from drafter.base_model import Base, load_adapter, load_base, using_adapter
from drafter.errors import DraftingFailed
from drafter.fit import encode_chat
from drafter.generate import Prompt
from drafter.giving_way import give_way
from drafter.local import LocalGenerator
from drafter.prompt import Message
from tests.factories import START
from tests.models import make_adapter, make_base

QUESTIONS = [
    "Where is it?",
    "How long do I have to return a tent that I bought last week?",
    "Hi",
    "What does a parcel to Iceland cost?",
    "Can you repair my stove? It is not even a year old.",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(tmp_path_factory.mktemp("models") / "base")


@pytest.fixture(scope="module")
def base(folder: Path) -> Base:
    base = load_base(folder, device="cpu")
    for seed, name in enumerate(("one", "two"), start=1):
        load_adapter(base, make_adapter(folder.parent / name, folder, seed), name)
    return base


def prompts(questions: list[str] = QUESTIONS) -> list[Prompt]:
    return [Prompt([Message(role="user", content=text)], text, START) for text in questions]


def texts(base: Base, adapter: str | None, batch_size: int) -> list[str]:
    generator = LocalGenerator(base, adapter, max_new_tokens=12, batch_size=batch_size)
    return [generation.text for generation in generator.generate(prompts())]


def test_a_text_does_not_depend_on_the_batch_it_was_written_in(base: Base) -> None:
    alone = texts(base, "one", batch_size=1)
    assert alone == texts(base, "one", batch_size=2) == texts(base, "one", batch_size=5)
    assert len(set(alone)) > 1


def test_adapters_are_switched_and_switched_off_over_one_base(folder: Path, base: Base) -> None:
    bare = load_base(folder, device="cpu")
    first = texts(base, "one", 5)
    assert texts(base, None, 5) == texts(bare, None, 5)
    assert texts(base, "two", 5) != first != texts(base, None, 5)
    assert texts(base, "one", 5) == first


def test_a_thread_that_gives_way_asks_before_each_token_and_others_ask_nobody(base: Base) -> None:
    asked: list[int] = []

    def wait() -> None:
        asked.append(1)
        if len(asked) > 3:
            raise InterruptedError

    def write() -> list[str]:
        give_way(wait)
        return texts(base, "one", batch_size=5)

    with ThreadPoolExecutor(1) as pool, pytest.raises(InterruptedError):
        pool.submit(write).result()
    assert len(asked) == 4, "what it raises ends the draft"
    assert texts(base, "one", batch_size=5)
    assert len(asked) == 4


def test_tokens_are_counted_without_padding(base: Base) -> None:
    generator = LocalGenerator(base, None, max_new_tokens=5, batch_size=5)
    generations = generator.generate(prompts())
    # a byte a token, and two for the roles, one for the end
    assert [one.tokens_in for one in generations] == [len(text) + 3 for text in QUESTIONS]
    assert all(1 <= one.tokens_out <= 5 for one in generations)


def test_a_text_stops_at_the_end_token(base: Base) -> None:
    """The model's own settings may name further end tokens: here the first that it writes."""
    generator = LocalGenerator(base, None, max_new_tokens=12, batch_size=1)
    ids = encode_chat(base.tokenizer, prompts(["Hi"])[0].messages, limit=100)
    with using_adapter(base, None) as model:
        first = int(model(torch.tensor([ids])).logits[0, -1].argmax())
    assert generator.generate(prompts(["Hi"]))[0].tokens_out > 1
    own = base.model.generation_config.eos_token_id
    base.model.generation_config.eos_token_id = [own, first]
    try:
        assert generator.generate(prompts(["Hi"]))[0].tokens_out == 1
    finally:
        base.model.generation_config.eos_token_id = own


def test_the_confidence_is_the_mean_log_probability_of_what_was_written(base: Base) -> None:
    generator = LocalGenerator(base, "one", max_new_tokens=6, batch_size=1)
    (written,) = generator.generate(prompts(["Hi"]))
    ids = encode_chat(base.tokenizer, prompts(["Hi"])[0].messages, limit=100)
    logs = []
    with using_adapter(base, "one") as model, torch.no_grad():
        for _ in range(written.tokens_out):
            following = model(torch.tensor([ids])).logits[0, -1].float().log_softmax(dim=-1)
            logs.append(float(following.max()))
            ids = [*ids, int(following.argmax())]
    assert written.confidence == pytest.approx(sum(logs) / len(logs), abs=2e-4)


def test_confidence_does_not_hang_on_the_batch(base: Base) -> None:
    def sure(batch_size: int) -> list[float]:
        generator = LocalGenerator(base, "one", max_new_tokens=12, batch_size=batch_size)
        return [one.confidence or 0.0 for one in generator.generate(prompts())]

    assert sure(1) == pytest.approx(sure(5), abs=2e-4)
    assert len(set(sure(5))) == len(QUESTIONS)


def test_no_prompts_give_no_texts(base: Base) -> None:
    assert LocalGenerator(base, None, 5, 5).generate([]) == []


def test_a_long_policy_loses_its_last_clauses_before_the_question_loses_a_word(base: Base) -> None:
    policy = "\n".join(f"Clause {number} says a thing." for number in range(9))
    chat = [Message(role="system", content=policy), Message(role="user", content="How long?")]
    text = base.tokenizer.decode(encode_chat(base.tokenizer, chat, limit=100))
    assert "Clause 0" in text
    assert "Clause 8" not in text
    assert "How long?" in text


def test_a_long_question_is_cut_at_its_end_and_still_asks_for_a_reply(base: Base) -> None:
    chat = [Message(role="user", content="Please " + "help " * 500)]
    ids = encode_chat(base.tokenizer, chat, limit=60)
    text = base.tokenizer.decode(ids)
    assert len(ids) <= 60
    assert text.startswith("<|user|>Please")
    assert text.endswith("<|assistant|>")


def test_a_model_too_small_for_the_reply_is_refused_with_both_numbers(base: Base) -> None:
    with pytest.raises(DraftingFailed, match=r"max_new_tokens: 600 .* 512 positions"):
        LocalGenerator(base, None, max_new_tokens=600, batch_size=1).generate(prompts())
