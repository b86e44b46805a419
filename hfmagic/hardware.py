"""Named hardware as devices: "would this run on a T4?" without having one.

Memory and half-precision rates are facts from Hugging Face's table `SKUS` (npm package @huggingface/tasks, file
hardware.ts, MIT; its GPU rates are those of techpowerup.com); single-precision rates follow from the architecture's
ratio; bandwidths and the A10G are the makers' data sheets'. All are theoretical.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .devices import Device
from .errors import BadOption, clip

GIB = 2**30
LEFT = 0.91  # ECC and driver take the rest: torch reports 14.56 of a T4's 16 GiB, 44.5 of an L40S's 48
MOST_DEVICES = 64


@dataclass(frozen=True)
class Hardware:
    """A model of a GPU: memory sizes in GiB (the first is meant where none is said), rates in TFLOPS and GB/s.

    `half` is the rate at float16 or bfloat16, `single` at float32. `bfloat`: it computes in bfloat16.
    """

    name: str
    sizes: tuple[int, ...]
    half: float
    single: float
    bandwidth: int
    bfloat: bool = True
    kind: str = "cuda"

    @property
    def dtypes(self) -> tuple[str, ...]:
        """What it is good at, best first; Apple's GPUs are used in float16 (devices.find_devices)."""
        return ("bfloat16" if self.bfloat and self.kind == "cuda" else "float16", "float32")


_GPUS = (
    Hardware("T4", (16,), 65.1, 8.1, 320, bfloat=False),
    Hardware("P100", (16, 12), 19.05, 9.5, 732, bfloat=False),
    Hardware("V100", (16, 32), 28.3, 14.1, 900, bfloat=False),
    Hardware("A10", (24,), 31.2, 31.2, 600),
    Hardware("A10G", (24,), 31.5, 31.5, 600),
    Hardware("A30", (24,), 10.3, 10.3, 933),
    Hardware("A40", (48,), 37.4, 37.4, 696),
    Hardware("A100", (40, 80), 78.0, 19.5, 1555),
    Hardware("L4", (24,), 30.3, 30.3, 300),
    Hardware("L40", (48,), 90.5, 90.5, 864),
    Hardware("L40S", (48,), 91.6, 91.6, 864),
    Hardware("H100", (80,), 267.6, 66.9, 2000),  # the slower of its two forms, PCIe: 2.0 TB/s; SXM: 3.35
    Hardware("H200", (141,), 241.3, 60.3, 4800),
    Hardware("B200", (192,), 496.6, 62.0, 8000),
    Hardware("RTX 2060", (6, 12), 12.9, 6.45, 336, bfloat=False),
    Hardware("RTX 2070", (8,), 14.9, 7.5, 448, bfloat=False),
    Hardware("RTX 2080", (8,), 20.1, 10.1, 448, bfloat=False),
    Hardware("RTX 2080 Ti", (11,), 26.9, 13.45, 616, bfloat=False),
    Hardware("RTX 3060", (12, 8), 12.7, 12.7, 360),
    Hardware("RTX 3070", (8,), 20.3, 20.3, 448),
    Hardware("RTX 3080", (10, 12), 30.6, 30.6, 760),
    Hardware("RTX 3080 Ti", (12,), 34.1, 34.1, 912),
    Hardware("RTX 3090", (24,), 35.6, 35.6, 936),
    Hardware("RTX 3090 Ti", (24,), 40.0, 40.0, 1008),
    Hardware("RTX 4060", (8,), 15.1, 15.1, 272),
    Hardware("RTX 4060 Ti", (8, 16), 22.1, 22.1, 288),
    Hardware("RTX 4070", (12,), 29.2, 29.2, 504),
    Hardware("RTX 4070 Ti", (12,), 40.1, 40.1, 504),
    Hardware("RTX 4080", (16,), 48.7, 48.7, 717),
    Hardware("RTX 4090", (24,), 82.6, 82.6, 1008),
    Hardware("RTX 5070", (12,), 30.8, 30.8, 672),
    Hardware("RTX 5080", (16,), 56.3, 56.3, 960),
    Hardware("RTX 5090", (32,), 104.8, 104.8, 1792),
    Hardware("RTX A4000", (16,), 19.2, 19.2, 448),
    Hardware("RTX A5000", (24,), 27.8, 27.8, 768),
    Hardware("RTX A6000", (48,), 38.7, 38.7, 768),
    Hardware("RTX 6000 Ada", (48,), 91.1, 91.1, 960),
    Hardware("MI210", (64,), 181.0, 22.6, 1638),
    Hardware("MI250", (128,), 362.1, 45.3, 3277),
    Hardware("MI300X", (192,), 383.0, 163.4, 5300),
    Hardware("M1", (8, 16), 2.6, 2.6, 68, kind="mps"),
    Hardware("M1 Pro", (16, 32), 5.2, 5.2, 200, kind="mps"),
    Hardware("M1 Max", (32, 64), 10.4, 10.4, 400, kind="mps"),
    Hardware("M1 Ultra", (64, 128), 21.0, 21.0, 800, kind="mps"),
    Hardware("M2", (8, 16, 24), 3.6, 3.6, 100, kind="mps"),
    Hardware("M2 Pro", (16, 32), 6.8, 6.8, 200, kind="mps"),
    Hardware("M2 Max", (32, 64, 96), 13.5, 13.5, 400, kind="mps"),
    Hardware("M2 Ultra", (64, 128, 192), 27.2, 27.2, 800, kind="mps"),
    Hardware("M3", (8, 16, 24), 4.1, 4.1, 100, kind="mps"),
    Hardware("M3 Pro", (18, 36), 7.4, 7.4, 150, kind="mps"),
    Hardware("M3 Max", (36, 48, 64, 96, 128), 14.2, 14.2, 300, kind="mps"),
    Hardware("M4", (16, 24, 32), 4.6, 4.6, 120, kind="mps"),
    Hardware("M4 Pro", (24, 48, 64), 9.2, 9.2, 273, kind="mps"),
    Hardware("M4 Max", (36, 48, 64, 128), 18.4, 18.4, 410, kind="mps"),
)
_MAKERS = frozenset(
    re.findall(
        r"\w+",
        "nvidia tesla geforce quadro amd instinct radeon apple mac macbook air mini imac studio gpu gpus graphics card"
        " cards sxm sxm2 sxm4 sxm5 pcie hbm2 hbm2e hbm3 hbm3e rtx gtx a an the one on of with and chip colab kaggle"
        " vram ram memory unified 显存 内存 显卡 统一 的 带",
    )
)
"""Words beside a name that say nothing."""
_PLAIN = ("ram", "memory", "cpu", "内存", "laptop", "machine", "computer", "notebook", "pc")
_VRAM = ("vram", "gpu", "显存", "显卡")
_DIGITS: Mapping[str, str] = {"一": "1", "两": "2", "二": "2", "三": "3", "四": "4", "八": "8"}


def find_all(name: str) -> tuple[Device, ...]:
    """The devices that a name means: "a T4", "NVIDIA_A100", "2x A100 80GB", "M2 16 GB", "8 GB of RAM", "两张 4090".

    A CPU has no name: it is asked for by its memory. Their memory is that which torch finds free on an idle one.
    Raises: BadOption for what is not in the table, with the nearest.
    """
    text = re.sub(r"(?<=\d{4})(?=ti\b)|[_\-,()（）]+", " ", name[:100].lower()).strip()
    text, size = _taken(text, r"(?<![a-z\d])(\d{1,4})\s*g(?:i?b)?(?![a-z\d])")
    text, cores = _taken(text, r"(\d{1,3})\s*(?:cores?|cpus|核)")
    text = re.sub(r"[一两二三四八](?=\s*[张块个片])", lambda digit: f"{_DIGITS[digit[0]]} x ", text)
    text, count = _taken(text, r"^(\d{1,2})\s*(?:[x×*]|gpus\b|(?=[a-z]))\s*|[x×*]\s*(\d{1,2})$")
    words = re.findall(r"[a-z]+\d*[a-z]*|\d+|[一-鿿]+", re.sub(r"[张块个片]", " ", text))
    many = range(max(min(int(count or 1), MOST_DEVICES), 1))
    device = _device(name, words, int(size or 0), int(cores or 0))
    return tuple(replace(device, index=i) for i in many) if device.kind == "cuda" else (device,)


def find_hardware(name: str) -> Device:
    """The device that a name means; of several the first. Raises: BadOption for what is not in the table."""
    return find_all(name)[0]


def hardware_of(name: str) -> Hardware | None:
    """The hardware of a device by the name that it gives itself (`NVIDIA A100-SXM4-80GB`), None: not known."""
    words = re.findall(r"[a-z]+\d*[a-z]*|\d+", re.sub(r"(?<![a-z\d])\d+\s*g(?:i?b)?\b", "", name[:100].lower()))
    return _known(words)


def _taken(text: str, pattern: str) -> tuple[str, str]:
    """A text without the first match of a pattern, and the number in it."""
    found = re.search(pattern, text)
    if not found:
        return text, ""
    number = next((group for group in found.groups() if group), "")
    return f"{text[: found.start()]} {text[found.end() :]}".strip(), number


def _device(name: str, words: list[str], size: int, cores: int) -> Device:
    hardware = _known(words)
    if hardware:
        return _named(hardware, name, size)
    rest = [w for w in words if w not in _MAKERS and w not in _PLAIN]
    if not rest and size and any(w in _VRAM for w in words):
        free = int(size * GIB * LEFT)
        return Device("cuda", f"a GPU with {size} GB", size * GIB, free, ("float16", "float32"))
    if not rest and size:
        return Device("cpu", f"{cores} cores" if cores else f"a CPU with {size} GB", size * GIB, size * GIB)
    if not rest and words:
        raise BadOption(
            f"{clip(name, 60)!r} does not say how much memory it has.", hint="write it like '16 GB RAM' or T4"
        )
    known = [gpu.name for gpu in _GPUS]
    near = difflib.get_close_matches(" ".join(w for w in words if w in ("rtx", *rest)).upper(), known, cutoff=0.4)
    hint = f"the nearest: {', '.join(near)}" if near else f"such as {', '.join(known[:6])}, '16 GB RAM'"
    raise BadOption(f"there is no hardware {clip(name, 60)!r} in the table.", hint=hint)


def _named(hardware: Hardware, name: str, size: int) -> Device:
    if size and size not in hardware.sizes and hardware.kind == "cuda":
        sizes = " or ".join(f"{s} GB" for s in hardware.sizes)
        raise BadOption(f"{clip(name, 60)!r}: {hardware.name} has {sizes}.", hint=f"write {hardware.name}")
    total = (size or hardware.sizes[0]) * GIB
    shown = f"{hardware.name} {total // GIB} GB" if len(hardware.sizes) > 1 else hardware.name
    free = int(total * LEFT) if hardware.kind == "cuda" else total
    return Device(hardware.kind, shown, total, free, hardware.dtypes)


def _known(words: list[str]) -> Hardware | None:
    """The hardware whose name's words are all there, and beside them only words that say nothing."""
    wanted = {_word(w) for w in words} - _MAKERS
    return next((gpu for gpu in _GPUS if _key(gpu.name) == wanted), None) if wanted else None


def _key(name: str) -> set[str]:
    return {_word(w) for w in name.lower().split()} - _MAKERS


def _word(word: str) -> str:
    """A word as the table spells it: `rtx4090` is a 4090, an MI300 an MI300X, `3090ti` two words written as one."""
    return {"mi300": "mi300x", "mi250x": "mi250"}.get(word, re.sub(r"^(rtx|gtx)(?=\d)", "", word))
