"""Which instruct model plans in this kernel, and on which device, by free memory. Pure; loads nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...devices import Device, choose_dtype
from ...errors import NoEndpoint
from ...hub.facts import MAX_CONFIG_BYTES, ModelFacts

ROOM = 1.2  # of the weights: what the model reads and writes lies beside them
_WIDE = {"float64": 8, "float32": 4}
SMALL = "%hf planner local starter/smollm2-135m-instruct"


@dataclass(frozen=True)
class Size:
    """A model by its id, with its parameters; `here`: it is on this machine."""

    model_id: str
    parameters: int
    dtype: str = "bfloat16"
    here: bool = False


def size_of(facts: ModelFacts) -> Size:
    """The size of a known model."""
    return Size(facts.model_id, facts.parameters, facts.dtype, facts.folder is not None)


def needed(size: Size, device: Device, dtype: str = "auto") -> int:
    """Bytes that a model takes on a device, with room to work in."""
    wide = _WIDE.get(choose_dtype(device, wanted=dtype, saved=size.dtype), 2)
    return int(size.parameters * wide * ROOM)


def place(size: Size, devices: Sequence[Device], dtype: str = "auto") -> Device | None:
    """The first device with room for a model beside what is loaded there; None where there is none."""
    return next((d for d in devices if needed(size, d, dtype) <= d.free_bytes), None)


def choose(sizes: Iterable[Size], devices: Sequence[Device], *, least: int, dtype: str = "auto") -> Size:
    """The model that plans, of those with `least` parameters or more for which there is room.

    One that is here goes before one to fetch. On an accelerator the largest, on a CPU the smallest: there time is
    short, not memory.

    Args:
        devices: in the order in which they are to be used, with the memory that is free now.
    Raises: NoEndpoint when there is none.
    """
    enough = [s for s in sizes if s.parameters >= least]
    fitting = [(s, device) for s in enough if (device := place(s, devices, dtype))]
    if not fitting:
        of = f"{least / 1e9:g} B parameters or more"
        free = max((d.free_bytes for d in devices), default=0)
        why = f"fits into {free / 2**30:.1f} GiB" if enough else "is on this machine, and it is offline"
        raise NoEndpoint(f"planner local: no instruct model of {of} {why}.", hint=f"a small one: {SMALL}")

    def worth(found: tuple[Size, Device]) -> tuple[bool, bool, int]:
        size, device = found
        fast = device.kind != "cpu"
        return size.here, fast, size.parameters if fast else -size.parameters

    return max(fitting, key=worth)[0]


def is_instruct(facts: ModelFacts) -> bool:
    """True for a model on this machine that writes text and has a chat template."""
    if facts.folder is None or facts.problem or not any("ForCausalLM" in a for a in facts.architectures):
        return False
    if (facts.folder / "chat_template.jinja").is_file():
        return True
    try:
        said: Mapping[str, object] = json.loads(
            (facts.folder / "tokenizer_config.json").read_bytes()[:MAX_CONFIG_BYTES]
        )
        return bool(said.get("chat_template"))
    except (OSError, ValueError, AttributeError):
        return False
