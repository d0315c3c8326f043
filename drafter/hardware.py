"""What `auto` means here: device, precision, 4-bit and attention, settled against the machine."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from drafter.errors import ModelUnavailable

if TYPE_CHECKING:
    import torch

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["auto", "float32", "bfloat16", "float16"]
FourBit = Literal["auto"] | bool
Attention = Literal["auto", "eager", "sdpa", "flash_attention_2"]

# Weights that need more than this share of the GPU's memory in two bytes each leave too little for
# activations: from there on `four_bit: auto` means true.
SHARE_FOR_WEIGHTS = 0.7


@dataclass(frozen=True)
class Hardware:
    """Settled choices: nothing is `auto` any more."""

    device: Literal["cpu", "cuda"]
    precision: Literal["float32", "bfloat16", "float16"]
    four_bit: bool
    attention: Literal["eager", "sdpa", "flash_attention_2"]

    @property
    def dtype(self) -> "torch.dtype":
        """Of the weights. On a CPU they stay in float32, and bfloat16 training casts as it goes."""
        import torch

        if self.device == "cpu":
            return torch.float32
        return {
            "float32": torch.float32,
            "bfloat16": torch.bfloat16,
            "float16": torch.float16,
        }[self.precision]


def place(device: Device) -> Literal["cpu", "cuda"]:
    """Where a model runs that is asked for on `device`; `auto` is a GPU if there is one."""
    import torch

    has_gpu = torch.cuda.is_available()
    return "cuda" if has_gpu and device != "cpu" else "cpu"


def settle(
    folder: Path,
    device: Device = "auto",
    precision: Precision = "auto",
    four_bit: FourBit = "auto",
    attention: Attention = "auto",
) -> Hardware:
    """Settle every `auto` for the model in `folder`.

    On a GPU: bfloat16 (float16 where the GPU is too old for it), 4-bit only where the weights
    would not fit, flash attention where flash-attn is installed. On a CPU: float32 and SDPA.

    Raises ModelUnavailable where params.yaml asks for what this machine does not have.
    """
    import torch

    has_gpu = torch.cuda.is_available()
    if device == "cuda" and not has_gpu:
        raise ModelUnavailable(
            f"device: cuda, but torch {torch.__version__} sees no CUDA device here: set device to "
            "auto or cpu in params.yaml, or install a torch build with CUDA and its driver"
        )
    on_gpu = has_gpu if device == "auto" else device == "cuda"
    if precision == "auto":
        precision = "float32"
        if on_gpu:
            precision = "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    if precision == "float16" and not on_gpu:
        raise ModelUnavailable(
            "precision: float16 has no kernels worth using on a CPU: set precision to auto, "
            "float32 or bfloat16 in params.yaml"
        )
    return Hardware(
        device="cuda" if on_gpu else "cpu",
        precision=precision,
        four_bit=_settle_four_bit(folder, four_bit, on_gpu),
        attention=_settle_attention(attention, on_gpu),
    )


def _settle_four_bit(folder: Path, asked: FourBit, on_gpu: bool) -> bool:
    import torch

    if asked == "auto":
        if not on_gpu:
            return False
        weights = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
        memory = torch.cuda.get_device_properties(0).total_memory
        if weights <= SHARE_FOR_WEIGHTS * memory:
            return False
    elif not asked:
        return False
    elif not on_gpu:
        raise ModelUnavailable(
            "four_bit: true needs a CUDA device: set four_bit to auto in params.yaml"
        )
    from transformers.utils.import_utils import is_bitsandbytes_available

    if not is_bitsandbytes_available():
        raise ModelUnavailable(
            f"{folder} needs 4-bit weights here and bitsandbytes is not installed: "
            "`pip install bitsandbytes`, or choose a smaller base"
        )
    return True


def _settle_attention(
    asked: Attention, on_gpu: bool
) -> Literal["eager", "sdpa", "flash_attention_2"]:
    if asked == "eager" or asked == "sdpa":
        return asked
    from transformers.utils.import_utils import is_flash_attn_2_available

    if on_gpu and is_flash_attn_2_available():
        return "flash_attention_2"
    if asked == "auto":
        return "sdpa"
    where = "flash-attn is not installed" if on_gpu else "there is no CUDA device"
    raise ModelUnavailable(
        f"attention: flash_attention_2, but {where}: set attention to auto in params.yaml"
    )
