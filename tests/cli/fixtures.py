"""A folder that commands are run in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hfmagic.cli import main
from tests.conftest import DATA

REQUEST = "Label the sentiment of each review."


@pytest.fixture
def here(config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with 40 reviews and their plan, which commands are run in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HFMAGIC_CACHE_DIR", config.cache_dir)
    monkeypatch.setenv("HFMAGIC_HUB_DIRS", ":".join(config.hub_dirs))
    monkeypatch.setenv("HFMAGIC_HUB_CACHE", config.hub_cache)
    pd.read_csv(DATA / "reviews.csv").head(40).to_csv("reviews.csv", index=False)
    assert main(["plan", REQUEST, "reviews.csv", "-o", "plan.json", "--quiet"]) == 0
    return tmp_path
