"""Sources over a Test Hub with a disk of this test's own, as a kernel makes them; a second one is the next kernel."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from hfmagic.hub import answers
from hfmagic.hub.answers import Answers
from hfmagic.hub.blobs import Checked
from hfmagic.hub.cached import CachedModels
from hfmagic.hub.catalog import Catalog
from hfmagic.hub.client import HubClient
from hfmagic.hub.folder import FolderHub
from hfmagic.hub.sources import Sources
from tests.hubserver import TestHub

TASK = "text-classification"
MODEL = "acme/tiny-sentiment"


def sources(
    hub: TestHub | str, folder: Path, *, offline: bool = False, token: str | None = None, listing: Catalog | None = None
) -> Sources:
    """Where models come from, for one kernel."""
    url = hub if isinstance(hub, str) else hub.url
    client = HubClient(url, token=token, answers=Answers(folder / "hub-answers"), offline=offline)
    return Sources(
        FolderHub(()),
        CachedModels(folder / "models", folder / "notes"),
        None if offline else client,
        Checked(folder / "checked"),
        20.0,
        stored=client,
        listing=listing,
    )


def days_pass(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """It is so many days later, by the clock that tells an answer's age."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + days * 86_400)


def no_answer_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is asked after."""
    monkeypatch.setattr(answers, "FRESH_SECONDS", 0.0)


def ids(found: object) -> list[str]:
    """The ids of what a search found."""
    return [m.model_id for m in found.models]  # type: ignore[attr-defined]
