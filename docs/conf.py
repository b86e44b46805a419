"""Sphinx's settings: MyST Markdown in, furo's pages out, no network. `make site` builds, any warning fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from IPython.lib.lexers import IPython3Lexer
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
STATED = re.search(r'^__version__ = "(.+)"$', (ROOT / "hfmagic" / "__init__.py").read_text("utf-8"), re.MULTILINE)

project = "hfmagic"
author = "hfmagic contributors"
copyright = "hfmagic contributors, Apache-2.0"  # noqa: A001 – Sphinx's name
release = version = STATED[1] if STATED else ""

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # pages that are made begin at a level of their own
exclude_patterns: list[str] = []

smartquotes = False  # `--yes` is two hyphens

html_theme = "furo"
html_title = f"hfmagic {release}"
html_static_path = ["_static"]
html_css_files = ["hfmagic.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "source_repository": "https://github.com/hfmagic/hfmagic/",
    "source_branch": "main",
    "source_directory": "docs/",
}
pygments_style = "friendly"
pygments_dark_style = "monokai"
linkcheck_timeout = 10


def setup(app: Sphinx) -> None:
    """Blocks of Python may hold magics; the Chinese pages say that they are Chinese."""
    app.add_lexer("python", IPython3Lexer)
    app.connect("html-page-context", _language)


def _language(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    context["language"] = "zh-CN" if page.startswith("zh/") else "en"
