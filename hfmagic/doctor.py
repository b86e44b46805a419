"""What this machine has and lacks, in rows a person can act on."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import HFMagicError
from .limits import size_words
from .planners.endpoints import KNOWN
from .starter import OFFER, VOICE_LEFT_OUT, missing

if TYPE_CHECKING:
    from .session import Session

EXTRAS = {
    "ray": ("%%hf --engine ray runs a plan on a cluster", "pip install 'hfmagic[ray]'"),
    "bitsandbytes": ("%config HFMagic.quantize = '8bit' makes models smaller", "pip install 'hfmagic[quant]'"),
    "torchao": ("", ""),  # whose weights transformers reads
}
"""Package that need not be there → what it is for, and how it is had."""
FLAGS = ("avx2", "avx512_f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8", "bf16", "sve")
"""Instructions that decide how fast a model runs on a processor, as torch calls them."""
PACKAGES = ("hfmagic", "torch", "transformers", "huggingface_hub", "ipykernel", "jupyterlab")


def examine(session: Session, *, offline: bool = False) -> list[Mapping[str, object]]:
    """Rows of what, found and do; `do` is empty where all is well. Names of keys are shown, never their values."""
    from .devices import find_devices

    config = session.config
    rows: list[Mapping[str, object]] = [_row("Python", platform.python_version())]
    rows += [_row(name, found) for name in PACKAGES if (found := _version(name))]
    devices = find_devices()
    rows += [_row(d.torch_name, f"{d.name}, {d.free_bytes / 2**30:.1f} GiB free") for d in devices]
    rows += _processor(devices[-1].dtypes, config.dtype)
    rows += [_extra(name) for name in EXTRAS]
    models = session.hub.models()
    rows.append(_row("models", str(len(models)), "" if models else OFFER))
    if left := missing(config):
        rows.append(_row("starter set", f"lacks {', '.join(left)}", "hfmagic starter"))
    rows += _cache(session)
    rows.append(_row("files from", ", ".join(map(str, config.allowed_paths))))
    rows.append(_hub(session, offline))
    rows += _planner(session)
    rows.append(_row("text-to-speech", "no starter voice", VOICE_LEFT_OUT))
    return rows


def _processor(dtypes: Sequence[str], wanted: str) -> list[Mapping[str, object]]:
    """What the processor is good at, and how much of it torch uses."""
    import torch

    ask = getattr(torch.cpu, "get_capabilities", None)  # since torch 2.11
    known: Mapping[str, object] = ask() if ask else {}
    flags = [name for name in FLAGS if known.get(name)]
    half = "bfloat16" in dtypes
    words = "bfloat16 is fast here" if half else "no bfloat16: half precision gains nothing"
    way = "%config HFMagic.dtype = 'fast' uses it" if half and wanted == "auto" else ""
    threads, cores = torch.get_num_threads(), os.cpu_count() or 1
    few = f"OMP_NUM_THREADS={cores} uses every core" if 2 * threads <= cores and "OMP_NUM_THREADS" in os.environ else ""
    return [
        _row("processor", f"{words} · {platform.machine()}: {', '.join(flags) or 'no flags known'}", way),
        _row("torch threads", f"{threads} on {cores} cores", few),
    ]


def _extra(name: str) -> Mapping[str, object]:
    """A package that is needed for one thing alone."""
    use, way = EXTRAS[name]
    found = _version(name)
    return _row(name, " · ".join(filter(None, (found or "not installed", use))), "" if found else way)


def _cache(session: Session) -> list[Mapping[str, object]]:
    """The folder of hfmagic's own, and the results that are kept in it."""
    folder, kept = session.config.cache_path, session.results_cache
    there = Path(_existing(folder))
    free = shutil.disk_usage(there).free
    way = "" if os.access(there, os.W_OK) else "%config HFMagic.cache_dir = 'a folder that can be written'"
    rows = [_row("cache", f"{folder} · {free / 1e9:,.0f} GB free" + (" · cannot be written" if way else ""), way)]
    if kept.folder is None:
        return [*rows, _row("kept results", "none: the cache is off", "%config HFMagic.cache_results = True")]
    size = sum(k.bytes for k in kept.list())
    words = f"{size_words(size)} of at most {size_words(session.config.cache_bytes)}"
    return [*rows, _row("kept results", words)]


def _hub(session: Session, offline: bool) -> Mapping[str, object]:
    """Whether the Hub answers now: one small question."""
    client = None if offline else session.hub.client
    if client is None:
        way = "unset HF_HUB_OFFLINE" if os.environ.get("HF_HUB_OFFLINE") else "%config HFMagic.offline = False"
        return _row("Hub", "offline: nothing is asked", way)
    try:
        client.search("text-classification", limit=1)
    except HFMagicError as error:
        return _row("Hub", f"{client.shown}: {error.message}", error.hint)
    return _row("Hub", f"{client.shown} answers" + (", with your token" if client.token else ""))


def _planner(session: Session) -> list[Mapping[str, object]]:
    """Who plans; and for each key that is found but not used, how to use it."""
    name = session.planner.name
    leaves = (
        "nothing leaves this machine"
        if session.planner.is_here
        else "requests, schemas and facts of candidates go there, never a row"
    )
    rows = [_row("planner", f"{name} ({leaves})")]
    unused = [e for e in KNOWN.values() if e.key and os.environ.get(e.key) and not name.startswith(f"{e.name}:")]
    return rows + [_row(e.key, "found, not used to plan", f"to plan with it: %hf planner {e.name}") for e in unused]


def _row(what: str, found: str, do: str = "") -> Mapping[str, object]:
    return {"what": what, "found": found, "do": do}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _existing(path: os.PathLike[str]) -> str:
    folder = Path(path)
    while not folder.exists():
        folder = folder.parent
    return str(folder)
