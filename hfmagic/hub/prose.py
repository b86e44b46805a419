"""Markdown by an owner nobody knows → headings and plain text, by markdown-it (CommonMark). No markup is kept."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ..errors import clip, one_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_SECTIONS = 500  # what comes after them is not read
MAX_TITLE = 200  # characters of a heading
MAX_BLOCK = 3_000  # characters of a paragraph that are read: enough for an excerpt, too few to keep a parser busy
MAX_RAW = 6_000  # characters of Markdown that one excerpt is made of
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*(?:>|\Z)")
_MARKS = re.compile(r"[*_`#\[\]]")
# What the Hub's template and transformers' Trainer leave in a card whose owner wrote nothing.
_BLANKS = re.compile(
    r"\[?more information (?:is )?needed\]?\.?(?: for further recommendations\.?)?"
    r"|users \(both direct and downstream\) should be made aware of the risks, biases and limitations of the model\.",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Section:
    """A heading (level 1…6; 0: what stands before the first) and the Markdown blocks below it, up to the next."""

    title: str
    level: int
    blocks: tuple[str, ...]


def sections(markdown: str) -> tuple[Section, ...]:
    """The headings of a text in their order. Code and comments are left out, HTML becomes its text."""
    found: list[tuple[str, int, list[str]]] = [("", 0, [])]
    level, row, bullet = 0, None, ""
    for token in _blocks().parse(markdown):
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
            case "heading_close":
                level = 0
            case "list_item_open":
                bullet = "• "
            case "tr_open":
                row = list[str]()
            case "tr_close" if row is not None:
                found[-1][2].append(" | ".join(row))
                row = None
            case "html_block":
                found[-1][2].append(_text_of_html(token.content[:MAX_BLOCK]))
            case "inline" if level and len(found) > MAX_SECTIONS:
                break
            case "inline" if level:
                found.append((_title(token.content), level, []))
            case "inline" if row is not None:
                row.append(token.content[:MAX_TITLE])
            case "inline":
                found[-1][2].append(bullet + token.content[:MAX_BLOCK])
                bullet = ""
    return tuple(Section(title, level, tuple(b for b in blocks if b)) for title, level, blocks in found)


def excerpt(blocks: Iterable[str], width: int) -> str:
    """The first `width` characters of some blocks, as plain text with a line each; empty where they say nothing."""
    lines: list[str] = []
    read = written = 0
    for block in blocks:
        line = one_line(_BLANKS.sub("", _plain(block))).strip()
        read += len(block)
        if line.strip("•|-–— .:"):
            lines.append(line)
            written += len(line) + 1
        if read > MAX_RAW or written > width:
            break
    return clip("\n".join(lines), width)


def _plain(markdown: str) -> str:
    """A block without its marks: links and pictures as their words, HTML as nothing."""
    return "".join(_words(token) for token in _inlines().parseInline(markdown))


def _words(token: Token) -> str:
    match token.type:
        case "inline" | "image":
            return "".join(_words(child) for child in token.children or ())
        case "softbreak" | "hardbreak":
            return " "
        case "html_inline":
            return " " if token.content.lower().startswith(("<br", "<p", "<li", "</p", "</li")) else ""
        case _:
            return token.content


def _title(raw: str) -> str:
    return one_line(_MARKS.sub("", _text_of_html(raw[:MAX_TITLE])))


def _text_of_html(raw: str) -> str:
    """What a reader of the page would see; what is left of markup in it is text like any other."""
    for pattern in (_COMMENT, _UNSEEN, _TAG):
        raw = pattern.sub(" ", raw)
    return one_line(html.unescape(raw))


@cache
def _blocks() -> MarkdownIt:
    """Reads blocks only: the inside of a paragraph is read where it is shown."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


@cache
def _inlines() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")
