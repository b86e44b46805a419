"""Fixtures over the Test Hub. A test module takes them with `pytest_plugins = ["tests.hubserver.fixtures"]`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi
from huggingface_hub.utils import _detect_agent

from tests.hub.bench import Bench

from .hub import TestHub
from .tiny import build

_detect_agent._registry = _detect_agent._EMPTY_REGISTRY
"""Its client, which some tests use as others would, asks huggingface.co for a list of AI agents, whatever Hub it is."""


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


@pytest.fixture
def no_hub_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of what this machine says of Hubs and tokens."""
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_TOKEN_PATH", "/nowhere")


@pytest.fixture
def bench(tiny_hub: TestHub, tmp_path: Path) -> Bench:
    """A kernel over `tiny_hub`, with caches of this test's own."""
    return Bench(tiny_hub, tmp_path)
