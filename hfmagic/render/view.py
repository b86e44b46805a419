"""View: something that shows itself, as HTML and as plain text. Knows no task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .html import EMPTY, Child, Markup, clean, fenced, join, muted, table, tag
from .style import STYLE

Bundle = tuple[dict[str, Any], dict[str, Any]]
MAX_PLAIN = 20_000


@dataclass(frozen=True, slots=True)
class View:
    """HTML with its plain text.

    Args:
        html: made by `html.tag`, so nothing foreign in it is live.
        plain: the same for a terminal; any control characters are stripped when it is shown.
        metadata: of the output, which a saved notebook keeps and nobody sees.
    """

    html: Markup = EMPTY
    plain: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __bool__(self) -> bool:
        return bool(self.html.html or self.plain)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:  # noqa: ARG002  IPython's
        return bundle(self.html, self.plain), dict(self.metadata)

    def __repr__(self) -> str:
        return clean(self.plain, MAX_PLAIN)


NOTHING = View()


def bundle(body: Markup, plain: str) -> dict[str, str]:
    """The MIME bundle of one output: HTML with its style, plain text, and that text fenced as Markdown."""
    # both classes keep MathJax out: 2 (nbconvert) and 3 (JupyterLab)
    root = tag("div", Markup(f"<style>{STYLE}</style>"), body, class_="hfm tex2jax_ignore mathjax_ignore")
    shown = clean(plain, MAX_PLAIN)
    return {"text/html": root.html, "text/markdown": fenced(shown), "text/plain": shown}


def stack(*views: View) -> View:
    """Views one below the other."""
    metadata = {key: value for v in views for key, value in v.metadata.items()}
    return View(join([v.html for v in views]), "\n".join(v.plain for v in views if v.plain), metadata)


def beside(left: View, right: View) -> View:
    """Two views side by side; one alone as it is."""
    if not left or not right:
        return left or right
    return View(table((), [[left.html, right.html]], class_="hfm-beside"), f"{left.plain}\n{right.plain}")


def section(view: View, *title: Child, plain_title: str = "") -> View:
    """A view under a small title."""
    if not view:
        return NOTHING
    head = tag("div", muted(*title), class_="hfm-title") if title else EMPTY
    plain = "\n".join(filter(None, (plain_title, view.plain)))
    return View(tag("div", head, view.html, class_="hfm-section"), plain)


def folded(view: View, summary: str) -> View:
    """A view that opens with a click."""
    return View(tag("details", tag("summary", muted(summary)), view.html), view.plain)


def shell() -> Any:
    """The running IPython shell; plain Python has none, and display would print the object's name there."""
    import sys

    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
