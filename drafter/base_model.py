"""One base in memory and any number of adapters over it, each from a verified folder.

    base = load_base(Path("models/base"))
    load_adapter(base, Path("models/sft"), "sft")
    with using_adapter(base, "sft"):
        base.model.generate(...)
    with using_adapter(base, None):      # the bare base
        base.model.generate(...)

Training, drafting and serving load through here and nowhere else: hashes are checked before a
file is opened, safetensors alone are read, and no model's own code is ever run.
"""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.errors import ModelUnavailable, UnsafeModel
from drafter.hardware import Attention, Device, FourBit, Hardware, Precision, settle
from drafter.manifest import manifest_digest, verify_manifest

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

BASE_REMEDY = "run `dvc repro --force base` to make it again"
ADAPTER_REMEDY = "run the stage that trains it again, with `dvc repro --force`"


@dataclass
class Base:
    """A loaded base. `model` becomes a PeftModel with the first adapter."""

    model: Any
    tokenizer: "PreTrainedTokenizerBase"
    hardware: Hardware
    digest: str
    """Over the hashes of the base's files; an adapter's manifest names the one it belongs to."""

    @property
    def device(self) -> str:
        return self.hardware.device


def load_base(
    folder: Path,
    device: Device = "auto",
    precision: Precision = "auto",
    four_bit: FourBit = "auto",
    attention: Attention = "auto",
) -> Base:
    """Verify and load the base in `folder`, in eval mode on its device.

    Raises UnsafeModel where the folder is not what its manifest says, ModelUnavailable where it is
    missing or this machine can't load it as asked.
    """
    manifest = verify_manifest(folder, BASE_REMEDY)
    hardware = settle(folder, device, precision, four_bit, attention)
    tokenizer = load_tokenizer(folder)
    return Base(_load_weights(folder, hardware), tokenizer, hardware, manifest_digest(manifest))


def load_tokenizer(folder: Path) -> "PreTrainedTokenizerBase":
    """The tokenizer of a verified folder. Raises ModelUnavailable without a chat template."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"{folder}: no tokenizer can be loaded ({_first_line(error)}): choose a base with a "
            "tokenizer.json"
        ) from error
    if not tokenizer.chat_template:
        raise ModelUnavailable(
            f"{folder}: the tokenizer has no chat template: choose the instruct (chat) variant "
            "of this base in params.yaml"
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def read_config(folder: Path) -> Any:
    """The model's config. Raises ModelUnavailable where transformers does not know its kind."""
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"{folder}: transformers does not know this model ({_first_line(error)}): choose "
            "another base in params.yaml"
        ) from error


def _load_weights(folder: Path, hardware: Hardware) -> Any:
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    options: dict[str, Any] = {}
    if hardware.four_bit:
        from transformers import BitsAndBytesConfig

        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=hardware.dtype,
        )
    logging.disable_progress_bar()
    try:
        model = AutoModelForCausalLM.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=hardware.dtype,
            attn_implementation=hardware.attention,
            device_map={"": 0} if hardware.device == "cuda" else None,
            **options,
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ModelUnavailable(
            f"{folder}: transformers can't load it ({_first_line(error)}): choose another base "
            "in params.yaml, or a transformers release that knows this one"
        ) from error
    return model.eval()


def load_adapter(base: Base, folder: Path, name: str) -> None:
    """Verify the adapter in `folder` and put it over `base` as `name`, switched off until used.

    Raises UnsafeModel where its hashes differ or it was trained over another base.
    """
    from peft import PeftModel

    manifest = verify_manifest(folder, ADAPTER_REMEDY)
    trained_over = manifest.get("base")
    if trained_over != base.digest:
        raise UnsafeModel(
            f"{folder} was trained over base {str(trained_over)[:12]}…, not over the loaded "
            f"{base.digest[:12]}…: {ADAPTER_REMEDY}"
        )
    try:
        if isinstance(base.model, PeftModel):
            base.model.load_adapter(str(folder), adapter_name=name, is_trainable=False)
        else:
            with quiet_peft():
                base.model = PeftModel.from_pretrained(
                    base.model, str(folder), adapter_name=name, is_trainable=False
                )
    except (ValueError, KeyError, RuntimeError, json.JSONDecodeError) as error:
        raise ModelUnavailable(
            f"{folder}: the adapter does not fit the base ({_first_line(error)}): {ADAPTER_REMEDY}"
        ) from error
    base.model.eval()


@contextmanager
def using_adapter(base: Base, name: str | None) -> Iterator[Any]:
    """Give the model with adapter `name` switched on, or with none."""
    from peft import PeftModel

    if not isinstance(base.model, PeftModel):
        assert name is None, f"no adapter is loaded, so {name!r} can't be used"
        yield base.model
    elif name is None:
        with base.model.disable_adapter():
            yield base.model
    else:
        base.model.set_adapter(name)
        yield base.model


@contextmanager
def quiet_peft() -> Iterator[None]:
    """Silence peft's use of a property that transformers has renamed; no user can act on it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".is_gradient_checkpointing", FutureWarning)
        yield


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
