"""Weights in 8 or 4 bits, for whoever allowed it: how transformers is asked for them. Decides nothing by itself."""

from __future__ import annotations

import importlib.util
import logging
import sys
from typing import Any, Literal

from ..errors import NotAvailable
from .read import class_named, quiet

Quantize = Literal["", "8bit", "4bit"]
DTYPES = {"8bit": "int8", "4bit": "int4"}
"""What is asked for → the dtype that a result names."""
_BLOCK = 64  # NF4's block, and what its CPU kernel wants the numbers of a layer's outputs to be a multiple of


def quantisation(config: Any, auto: str, quantize: Quantize, dtype: str) -> Any:
    """transformers' settings for bitsandbytes, whose kernels are for NVIDIA's, AMD's and Intel's GPUs and for CPUs.

    8 bits: LLM.int8() (Dettmers et al. 2022, arXiv 2208.07339); 4 bits: NF4, reckoned in `dtype` (2023, arXiv
    2305.14314).
    Raises: NotAvailable without bitsandbytes.
    """
    if importlib.util.find_spec("bitsandbytes") is None:
        raise NotAvailable("weights in fewer bits need bitsandbytes.", hint='pip install "hfmagic[quant]"')
    import_bitsandbytes()
    from transformers import BitsAndBytesConfig

    whole = _kept_whole(config, auto)
    if quantize == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_threshold=0.0, llm_int8_skip_modules=whole)
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype, llm_int8_skip_modules=whole
    )


def import_bitsandbytes() -> None:
    """Import it, where it is installed, before transformers or peft do: so that nothing is fetched, run or said by it.

    On processors with bfloat16 it fetches a kernel from the Hub as it is imported, and runs it, where the package
    `kernels` is installed (0.50, backends/cpu/ops.py), and warns where that is not; without it torch does the same.
    """
    if "bitsandbytes" in sys.modules or importlib.util.find_spec("bitsandbytes") is None:
        return
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # later it says of each dtype that it is cast
    kernels = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "kernels"}
    sys.modules["kernels"] = None  # type: ignore[assignment]  # "not there", for whoever imports it meanwhile
    try:
        import bitsandbytes  # noqa: F401
    finally:
        del sys.modules["kernels"]
        sys.modules.update(kernels)


def _kept_whole(config: Any, auto: str) -> list[str]:
    """The linear layers that stay as they are: the head, whose scores are the answer, and what fits no block."""
    import torch

    with quiet(), torch.device("meta"):
        model = class_named(auto).from_config(config, trust_remote_code=False)
    body = f"{model.base_model_prefix}." if model.base_model is not model else ""
    linear = {name: m for name, m in model.named_modules() if isinstance(m, torch.nn.Linear)}
    return sorted(n for n, m in linear.items() if not n.startswith(body) or m.out_features % _BLOCK)
