"""HTML that cannot carry foreign markup: every plain string is escaped, tags and attributes come from a short list.

A fresh `%%hf` output is trusted by JupyterLab, which then sanitises nothing (CVE-2026-42557), so it is made safe here.
Knows nothing about plans or results.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MAX_CHARACTERS = 2_000

# Controls but tab and newline, direction marks and overrides, lone surrogates (a notebook with one cannot be saved).
# Joiners stay: emoji and Persian are spelt with them.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+"
)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# MathJax reads the cell's HTML too: "$5 to $10" would be set as mathematics, and so would a foreign \href{}{}.
# It looks for delimiters in unbroken text only, so each one stands in an element of its own.
_MATH = re.compile(r"[$\\]")

TAGS = frozenset(
    {
        "audio",
        "b",
        "br",
        "button",
        "code",
        "details",
        "div",
        "em",
        "img",
        "li",
        "mark",
        "p",
        "progress",
        "small",
        "span",
        "summary",
    }
    | {"sup", "table", "tbody", "td", "th", "thead", "tr", "ul", "wbr"}
)
ATTRIBUTES = frozenset(
    {
        "align",
        "alt",
        "class",
        "controls",
        "dir",
        "height",
        "max",
        "preload",
        "src",
        "style",
        "tabindex",
        "title",
        "value",
        "width",
    }
)
_VOID = frozenset({"br", "img", "wbr"})
_DATA = re.compile(r"data:(image/png|image/jpeg|image/webp|audio/wav|audio/mpeg);base64,[A-Za-z0-9+/=]+")
_STYLE = re.compile(r"[a-z0-9 :;.,%#()-]*")


MediaType = Literal["image/png", "image/jpeg", "image/webp", "audio/wav", "audio/mpeg"]


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML made by `tag`; the only thing that is not escaped."""

    html: str


Child = Markup | str | int | float | None | Iterable["Child"]
EMPTY = Markup("")


def clean(value: object, width: int = MAX_CHARACTERS) -> str:
    """A foreign value as text: controls and direction marks stripped, clipped with "[+N more]" when much too long."""
    text = str(value)
    over = len(text) - width if len(text) > width + width // 5 else 0
    if over > 0:
        text = text[:width]
    text = _CONTROL.sub("", _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))
    return f"{text.rstrip()}… [+{over:,} more]" if over > 0 else text


def text(value: object, width: int = MAX_CHARACTERS) -> Markup:
    """A foreign value, escaped."""
    escaped = html.escape(clean(value, width), quote=True)
    return Markup(_MATH.sub(lambda found: f"<span>{found.group()}</span>", escaped))


def join(children: Child) -> Markup:
    """Children one after the other; plain strings and numbers are escaped, None is nothing."""
    if isinstance(children, Markup):
        return children
    if children is None:
        return EMPTY
    if isinstance(children, str | int | float):
        return text(children)
    return Markup("".join(join(child).html for child in children))


def tag(element: str, *children: Child, **attributes: object) -> Markup:
    """One element. `class_` is the class; an attribute that is None or False is left out, True stands alone."""
    if element not in TAGS:
        raise ValueError(f"<{element}> is not in the list of tags.")
    written = "".join(_attribute(key.rstrip("_"), value) for key, value in attributes.items())
    return Markup(f"<{element}{written}>" + ("" if element in _VOID else f"{join(children).html}</{element}>"))


def _attribute(name: str, value: object) -> str:
    if name not in ATTRIBUTES:
        raise ValueError(f"{name} is not in the list of attributes.")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    if name == "src" and not _DATA.fullmatch(str(value)):
        raise ValueError("src must be a data URI that hfmagic made.")
    if name == "style" and not _STYLE.fullmatch(str(value)):
        raise ValueError("style must be plain declarations.")
    written = str(value) if name == "src" else clean(value, 500)
    return f' {name}="{html.escape(written, quote=True)}"'


def data_uri(kind: MediaType, content: bytes) -> str:
    """Bytes that hfmagic encoded itself, for `src`."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def muted(*children: Child) -> Markup:
    """Secondary words."""
    return tag("span", *children, class_="hfm-muted")


def name(value: object, width: int = 200) -> Markup:
    """A foreign name; it may break after an underscore or slash, not within a word."""
    first, *others = re.split(r"(?<=[_/])", clean(value, width))
    return join([text(first, width + 40), [(tag("wbr"), text(part, width + 40)) for part in others]])


def code(value: object, width: int = 200) -> Markup:
    """A name as it is written in code."""
    return tag("code", name(value, width), class_="hfm-code")


def unbroken(*children: Child) -> Markup:
    """Words that stay on one line."""
    return tag("span", *children, class_="hfm-line")


def table(head: Iterable[Child], rows: Iterable[Iterable[Child]], *, class_: str = "") -> Markup:
    """A table. Without styles (GitHub, an untrusted notebook) it still reads from the left."""
    top = [_cell("th", child) for child in head]
    body = tag("tbody", [tag("tr", [_cell("td", child) for child in row]) for row in rows])
    whole = tag("table", tag("thead", tag("tr", top)) if top else EMPTY, body, class_=f"hfm-table {class_}".strip())
    return tag("div", whole, class_="hfm-wide", tabindex=0)  # a wide one is scrolled by keys, too


def _cell(element: str, child: Child) -> Markup:
    if isinstance(child, Markup) and child.html.startswith(("<td", "<th")):
        return child
    return tag(element, child, align="left", style="text-align:left")


def number_cell(child: Child, element: Literal["td", "th"] = "td") -> Markup:
    """A table cell whose content stands on the right."""
    return tag(element, child, align="right", style="text-align:right", class_="hfm-number")


def fenced(plain: str) -> str:
    """Plain text as Markdown in which nothing is live: a fence longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{plain}\n{fence}"
