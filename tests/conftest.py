"""What every test stands on: the starter set, a session over it, and a guard against the network."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from hfmagic.config import HFMagic

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
# `datasets`, which tests compare with, tells a server which sets are read.
os.environ.setdefault("HF_UPDATE_DOWNLOAD_COUNTS", "0")

# The user's own cache folder is looked at for the starter models, and not written: a planner that a test chose in its
# store would plan the user's next cell. What names no folder of its own gets one of this process.
USER_CACHE = Path(os.environ.setdefault("HFMAGIC_TEST_CACHE", str(HFMagic().cache_path)))  # of the first: xdist
_CACHE = tempfile.TemporaryDirectory(prefix="hfmagic-cache-", ignore_cleanup_errors=True)
os.environ["HFMAGIC_CACHE_DIR"] = _CACHE.name

DATA = Path(__file__).parents[1] / "notebooks" / "data"

# This process and those that tests start talk to no other machine: tests/egress/sitecustomize.py.
_EGRESS = Path(tempfile.mkstemp(prefix="hfmagic-egress-")[1])
os.environ["HFMAGIC_TEST_EGRESS"] = str(_EGRESS)
os.environ["PYTHONPATH"] = os.pathsep.join(
    dict.fromkeys([str(Path(__file__).parent / "egress"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
).rstrip(os.pathsep)
from .egress import sitecustomize as _  # noqa: E402, F401  it sets the hook


@pytest.fixture(autouse=True)
def egress() -> Iterator[Callable[[], list[str]]]:
    """What this test and its processes tried that they may not; a test that tries on purpose takes it by calling."""
    taken = _EGRESS.stat().st_size

    def take() -> list[str]:
        nonlocal taken
        lines = _EGRESS.read_bytes()[taken:].decode().splitlines()
        taken = _EGRESS.stat().st_size
        return lines

    yield take
    if left := take():
        pytest.fail(f"egress: {left}")


@pytest.fixture(scope="session", autouse=True)
def _egress_log_goes() -> Iterator[None]:
    yield
    _EGRESS.unlink(missing_ok=True)
    _CACHE.cleanup()


@pytest.fixture(scope="session")
def starter_hub() -> Path:
    """The folder Hub of the starter set."""
    from hfmagic.starter import missing

    config = HFMagic(cache_dir=str(USER_CACHE))
    if left := missing(config):
        pytest.fail(f"the starter set lacks {', '.join(left)}; run `hfmagic starter` (make test does)")
    return config.starter_path


@pytest.fixture
def config(tmp_path: Path, starter_hub: Path):
    """Settings whose cache is this test's own; models come from the starter set."""
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
