"""Fixtures over the Test Hub. A test module takes them with `pytest_plugins = ["tests.hubserver.fixtures"]`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from .hub import TestHub
from .tiny import build


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of tiny models, built once (about 5 s, most of it importing transformers)."""
    root = tmp_path_factory.mktemp("tiny-models")
    build(root)
    return root


@pytest.fixture
def tiny_hub(tiny_models: Path) -> Iterator[TestHub]:
    """A Hub over the tiny models, this test's own."""
    with TestHub(tiny_models) as hub:
        yield hub


@pytest.fixture
def tiny_api(tiny_hub: TestHub) -> HfApi:
    """The real client at `tiny_hub`, without a token whatever this machine holds."""
    return HfApi(endpoint=tiny_hub.url, token=False)
