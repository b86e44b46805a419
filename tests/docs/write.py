"""The reference pages under docs/reference/, written from the code. `make docs` does; a stale one fails the suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from . import api_page, configuration_page, errors_page, lines_page

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "api.md": api_page.document,
        "configuration.md": configuration_page.document,
        "errors.md": errors_page.document,
        "lines.md": lines_page.document,
    }
)
"""File → the whole page."""


def main() -> None:
    """Write each page anew."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in PAGES.items():
        (FOLDER / name).write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
