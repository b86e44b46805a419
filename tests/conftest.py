"""What every test stands on: the starter set, a session over it, and a guard against the network."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run, so that a red suite is about the change; to look further: HYPOTHESIS_PROFILE=explore.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# A shell that starts the suite in the background has interrupts ignored; tests of interrupts need them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test asks the Hub by chance; those about it name a loopback one.
os.environ.setdefault("HFMAGIC_OFFLINE", "1")
# Nor is a listing fetched beside a pick; the tests of listings ask for one.
os.environ.setdefault("HFMAGIC_LISTING_MODELS", "0")

DATA = Path(__file__).parents[1] / "notebooks" / "data"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test talks to another machine, by any library."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> object:
        if self.family != socket.AF_UNIX and isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test connects to {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def starter_hub() -> Path:
    """The folder Hub of the starter set."""
    from hfmagic.config import HFMagic
    from hfmagic.starter import missing

    config = HFMagic()
    if left := missing(config):
        pytest.fail(f"the starter set lacks {', '.join(left)}; run `hfmagic starter` (make test does)")
    return config.starter_path


@pytest.fixture
def config(tmp_path: Path, starter_hub: Path):
    """Settings whose cache is this test's own; models come from the starter set."""
    from hfmagic.config import HFMagic

    return HFMagic(
        cache_dir=str(tmp_path / "cache"),
        hub_dirs=[str(starter_hub)],
        allowed_dirs=[str(DATA), str(tmp_path)],
        hub_cache=str(tmp_path / "hub-cache"),
    )


@pytest.fixture
def session(config):
    """A session with its own store."""
    from hfmagic.session import Session

    return Session(config)


@pytest.fixture(scope="session", autouse=True)
def _few_threads() -> None:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.fixture
def shell(config, monkeypatch: pytest.MonkeyPatch):
    """An IPython shell with the extension loaded and 60 reviews in it."""
    for name in ("cache_dir", "hub_dirs", "allowed_dirs", "hub_cache"):
        value = getattr(config, name)
        monkeypatch.setenv(f"HFMAGIC_{name.upper()}", value if isinstance(value, str) else ":".join(value))
    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    found = InteractiveShell.instance()
    found.run_line_magic("load_ext", "hfmagic")
    found.push({"reviews": pd.read_csv(DATA / "reviews.csv").head(60)})
    yield found
    found.run_line_magic("unload_ext", "hfmagic")
    InteractiveShell.clear_instance()
