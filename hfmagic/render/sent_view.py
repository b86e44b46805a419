"""What left this machine, byte for byte: one line a request, its body folded below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..limits import size_words
from .html import EMPTY, Child, join, muted, tag, text
from .view import View

MOST = 1_000_000  # characters of a body that are shown


def sent_view(bodies: Sequence[tuple[float, str, bytes]], questions: Sequence[tuple[float, str, int]]) -> View:
    """Requests to an LLM with their bodies, and addresses asked of a Hub.

    Args:
        bodies: when (seconds since 1970), where to, and the bytes.
        questions: when, the whole address, and the bytes that came back.
    """
    if not bodies and not questions:
        return View(tag("div", muted("nothing was sent")), "nothing was sent")
    html: list[Child] = []
    plain: list[str] = []
    for at, url, body in bodies:
        shown = body.decode("utf-8", "backslashreplace")
        line = f"{_time(at)} → {url} · {len(body):,} bytes"
        block = tag("div", text(shown, MOST), class_="hfm-block")
        html.append(tag("details", tag("summary", text(line, 500)), block) if body else tag("div", text(line, 500)))
        plain += [line, shown]
    asked = [f"{_time(at)} → {url}" + (f" · {size_words(size)} came" if size else "") for at, url, size in questions]
    if asked:
        title = f"{len(asked)} questions to the Hub" if len(asked) > 1 else "1 question to the Hub"
        html.append(tag("details", tag("summary", title), tag("ul", [tag("li", text(a, 2000)) for a in asked])))
    return View(join(html) if html else EMPTY, "\n".join([*plain, *asked]))


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at):%Y-%m-%d %H:%M:%S}"
