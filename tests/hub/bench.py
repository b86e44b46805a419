"""A session over a Test Hub with caches of its own: what tests of the network do, through the public door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from hfmagic.config import HFMagic
from hfmagic.errors import MAX_LINE, HFMagicError
from hfmagic.results import Downloading, Event, Results
from hfmagic.session import Options, Proposal, Session
from tests.hubserver import Request, TestHub

CELL = "Label the sentiment of each review"
REVIEWS = pd.DataFrame({"review": ["good phone, I like it", "it broke at once, awful"]})
MODEL = "acme/tiny-sentiment"
WEIGHTS = r"/resolve/\w+/model\.safetensors|filename=model"
"""The requests for weights, at the Hub and at the CDN; those of a look at the header are among them."""


class Bench:
    """One kernel: `folder` holds its caches, so that a second one over the same folder is the next kernel."""

    def __init__(self, hub: TestHub | str, folder: Path, **settings: Any) -> None:
        self.folder = folder
        given = {"hub_endpoint": hub if isinstance(hub, str) else hub.url, "offline": False, "hub_dirs": []}
        given |= {"cache_dir": str(folder / "cache"), "hub_cache": str(folder / "models"), "stall_seconds": 20.0}
        self.config = HFMagic(**{**given, **settings})
        self.session = Session(self.config)
        self.events: list[Event] = []

    def propose(self, request: str = CELL, **options: Any) -> Proposal:
        """Plan and pick; nothing is downloaded."""
        return self.session.propose(request, {"reviews": REVIEWS}, ["reviews"], Options(**options))

    def run(self, request: str = CELL, *, on: Callable[[Event], None] | None = None, **options: Any) -> Results:
        """The whole cell; its events are kept."""
        return self.go(self.propose(request, **options), on=on)

    def go(self, proposal: Proposal, *, on: Callable[[Event], None] | None = None) -> Results:
        """Run a proposal."""
        live = self.session._open.live if self.session._open else None
        assert live is not None or on is None
        if live is not None:
            show = live.on

            def watch(event: Event) -> None:
                self.events.append(event)
                show(event)
                if on:
                    on(event)

            live.on = watch  # type: ignore[method-assign]
        return self.session.run(proposal, {})[0]

    @property
    def notes(self) -> list[str]:
        """What a download said of itself."""
        return list(dict.fromkeys(e.note for e in self.events if isinstance(e, Downloading) and e.note))

    @property
    def snapshots(self) -> list[str]:
        """The files of every model that is here, with links that lead nowhere left out."""
        return sorted(p.name for p in (self.folder / "models").glob("models--*/snapshots/*/**/*") if p.is_file())

    @property
    def parts(self) -> list[Path]:
        """What an unfinished download left."""
        return sorted((self.folder / "models").rglob("*.incomplete"))

    def blob(self, name: str = "model.safetensors", model_id: str = MODEL) -> Path:
        """The file behind a link of the cache."""
        folder = self.folder / "models" / f"models--{model_id.replace('/', '--')}" / "snapshots"
        return next(folder.glob(f"*/{name}")).resolve()


def error_of(results: Results) -> HFMagicError:
    """Why the only step failed."""
    (error,) = results.failed.values()
    return error


def check_line(error: HFMagicError, *words: str) -> None:
    """The error is one line of at most 200 characters with an arrow to what can be done, and holds the words."""
    assert len(error.line) <= MAX_LINE
    assert "\n" not in error.line
    assert " → " in error.line
    for word in words:
        assert word in error.line, error.line


def model_of(proposal: Proposal) -> str:
    """The model of the plan's only step that has one."""
    (choice,) = [step.model for step in proposal.plan.steps if step.model]
    return choice.model_id


def whole_gets(hub: TestHub, ending: str = "") -> list[Request]:
    """GETs without a Range for contents: downloads, not looks at a header."""
    return [
        r
        for r in hub.log
        if r.method == "GET" and not r.range and (r.origin == "cdn" or "/resolve" in r.path)
        if f"{r.path}?{r.query}".endswith(ending) and r.status == 200
    ]
