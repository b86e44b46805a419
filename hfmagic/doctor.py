"""What this machine has and lacks, in rows a person can act on."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from .errors import HFMagicError
from .planners.endpoints import KNOWN
from .starter import OFFER, VOICE_LEFT_OUT, missing

if TYPE_CHECKING:
    from .session import Session

PACKAGES = ("hfmagic", "torch", "transformers", "huggingface_hub", "ipykernel", "jupyterlab")


def examine(session: Session, *, offline: bool = False) -> list[Mapping[str, object]]:
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
    rows.append(_hub(session, offline))
    rows += _planner(session)
    rows.append(_row("text-to-speech", "no starter voice", VOICE_LEFT_OUT))
    return rows


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
    from pathlib import Path

    folder = Path(path)
    while not folder.exists():
        folder = folder.parent
    return str(folder)
