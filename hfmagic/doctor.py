"""What this machine has and lacks, in rows a person can act on."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from .starter import OFFER, VOICE_LEFT_OUT, missing

if TYPE_CHECKING:
    from .session import Session

PACKAGES = ("hfmagic", "torch", "transformers", "huggingface_hub", "ipykernel", "jupyterlab")
KEYS = ("OPENAI_API_KEY", "HF_TOKEN")


def examine(session: Session) -> list[Mapping[str, object]]:
    """Rows of what, found and do; `do` is empty where all is well. Names of keys are shown, never their values."""
    from .devices import find_devices

    config = session.config
    rows: list[Mapping[str, object]] = [_row("Python", platform.python_version())]
    rows += [_row(name, found) for name in PACKAGES if (found := _version(name))]
    rows += [_row(d.torch_name, f"{d.name}, {d.free_bytes / 2**30:.1f} GiB free") for d in find_devices()]
    models = session.hub.models()
    rows.append(_row("models", str(len(models)), "" if models else OFFER))
    if left := missing(config):
        rows.append(_row("starter set", f"lacks {', '.join(left)}", "hfmagic starter"))
    free = shutil.disk_usage(_existing(config.cache_path)).free
    rows.append(_row("cache", f"{config.cache_path} · {free / 1e9:,.0f} GB free"))
    rows.append(_row("files from", ", ".join(map(str, config.allowed_paths))))
    rows.append(_row("planner", "rules (nothing leaves this machine)"))
    rows += [_row(key, "found; not used by the rules planner") for key in KEYS if os.environ.get(key)]
    rows.append(_row("text-to-speech", "no starter voice", VOICE_LEFT_OUT))
    return rows


def _row(what: str, found: str, do: str = "") -> Mapping[str, object]:
    return {"what": what, "found": found, "do": do}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _existing(path: os.PathLike[str]) -> str:
    from pathlib import Path

    folder = Path(path)
    while not folder.exists():
        folder = folder.parent
    return str(folder)
