"""The builtin model's tokenizer: byte-pair encoding in which a whole number is one token.

    "within 30 days for [NAME_1]"  ->  "within" " " "30" " days" " for" " " "[NAME_1]"

A figure of one token is copied in one step; so is a placeholder. A bigger number than the highest
of them falls into the pieces that are there.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from tasks.base.builtin_params import BuiltinParams

PAD, END = "<|pad|>", "<|end|>"
ROLES = ("system", "user", "assistant")
SPECIAL = (PAD, END, *(f"<|{role}|>" for role in ROLES))
PLACEHOLDERS = tuple(
    f"[{kind}_{number}]"
    for kind in ("NAME", "EMAIL", "PHONE", "ORDER", "CARD", "IBAN")
    for number in range(1, 5)
)
# A number apart from the space before it, so that it is the same token wherever it stands.
PIECES = r"\d{1,3}| ?\p{L}+| ?[^\s\p{L}\d]+|\s"

# {% generation %} marks what the loss may fall on, for trainers that ask the template.
CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'assistant' -%}"
    "<|assistant|>{% generation %}{{ message['content'] }}<|end|>{% endgeneration %}"
    "{%- else -%}"
    "<|{{ message['role'] }}|>{{ message['content'] }}<|end|>"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"
)


def write_tokenizer(texts: Iterable[str], params: BuiltinParams, folder: Path) -> None:
    """Learn the pieces from `texts` and write tokenizer.json and tokenizer_config.json."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    learner = Tokenizer(models.BPE())
    # Digits one by one while learning: numbers come from the rule below, not from the text.
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\d|" + PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=params.vocabulary, initial_alphabet=alphabet, show_progress=False
    )
    learner.train_from_iterator(texts, trainer)
    learned = json.loads(learner.to_str())["model"]
    vocabulary: dict[str, int] = dict(learned["vocab"])
    merges = [tuple(pair) for pair in learned["merges"]]
    for number in map(str, range(10, params.numbers + 1)):
        vocabulary[number] = len(vocabulary)
        merges.append((number[:-1], number[-1]))

    whole = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    whole.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    whole.decoder = decoders.ByteLevel()
    whole.add_special_tokens(list(SPECIAL))
    whole.add_tokens([AddedToken(name, normalized=False) for name in PLACEHOLDERS])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=whole,
        eos_token=END,
        pad_token=PAD,
        padding_side="left",
        model_max_length=1024,
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = CHAT_TEMPLATE
    fast.save_pretrained(str(folder))
    # Newer versions keep the template in a file of its own; one place is enough.
    config_file, template_file = folder / "tokenizer_config.json", folder / "chat_template.jinja"
    config = json.loads(config_file.read_text(encoding="utf-8"))
    config["chat_template"] = CHAT_TEMPLATE
    config_file.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    template_file.unlink(missing_ok=True)
