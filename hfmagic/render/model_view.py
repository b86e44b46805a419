"""One model: its facts, whether it fits, what was measured of it, and what its card says, folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import one_line
from ..hub.card import Card
from ..hub.chain import Link, chain
from ..hub.facts import Evaluation, ModelFacts
from ..limits import license_class, size_words
from .html import Child, code, join, muted, number_cell, table, tag, text
from .plain import grid
from .view import NOTHING, View, section, stack

MOST = 20  # names, figures of a kind
_SECTIONS = (
    ("summary", "What it is"),
    ("intended_use", "Intended use"),
    ("out_of_scope", "Out of scope"),
    ("training_data", "Training data"),
    ("bias", "Bias and risks"),
    ("limitations", "Limitations"),
    ("results", "What it says of its results"),
)
WORD = "from its card, the owner's word"
Row = tuple[str, Child, str]
"""What, how it is shown, the same in plain text."""


def model_view(
    facts: ModelFacts,
    card: Card,
    *,
    revision: str = "",
    lineage: Sequence[ModelFacts] = (),
    fit: str = "",
    past: str = "",
    warnings: Sequence[str] = (),
) -> View:
    """All that is known of a model.

    Args:
        revision: 40 hex digits.
        lineage: what is known of the models that it was made from.
        fit: whether it fits the device, in words.
        past: what experience says, in words.
        warnings: what to mind, the gravest first.
    """
    title = f"{one_line(facts.model_id)}{f'@{revision[:7]}' if revision else ''}"
    head = tag(
        "div", tag("b", code(facts.model_id)), muted(f"@{revision[:7]}") if revision else None, class_="hfm-head"
    )
    rows = [row for row in _facts(facts, card, lineage, fit, past) if row[2]]
    body = table((), [[muted(name), shown] for name, shown, _ in rows])
    plain = "\n".join([title, *(f"  ! {one_line(w)}" for w in warnings), *(f"{n:<14}{p}" for n, _, p in rows)])
    return stack(
        View(join([head, _warnings(warnings), body]), plain),
        _evaluations(facts.evaluations or card.evaluation),
        *_prose(card),
    )


def _warnings(warnings: Sequence[str]) -> Child:
    if not warnings:
        return None
    mark = tag("span", "! ", class_="hfm-warn")
    return tag("ul", [tag("li", mark, text(w, 300)) for w in warnings], class_="hfm-notes")


def _facts(facts: ModelFacts, card: Card, lineage: Sequence[ModelFacts], fit: str, past: str) -> Iterator[Row]:
    license_ = facts.license or card.license
    named = f"{license_}: {card.license}" if license_ == "other" != card.license else license_
    heads = _few(facts.architectures)
    size = f"{size_words(facts.weight_bytes)}, {facts.parameters / 1e6:,.1f} M parameters, {facts.dtype}"
    made = "this machine" if facts.folder is not None else "the Hub"
    used = [f"{facts.downloads:,} downloads"] * bool(facts.downloads) + [f"{facts.likes:,} likes"] * bool(facts.likes)
    yield _row("task", facts.task or "not said")
    yield _row("architecture", heads)
    yield _row("library", facts.library)
    yield _row("license", f"{named or 'not stated'} ({license_class(license_)})")
    yield _made_from(chain(facts, lineage)[1:])
    yield _row("languages", _few(facts.languages or card.languages))
    yield _row("size", f"{size}, on {made}" if facts.weight_bytes else "")
    yield _row("longest input", f"{facts.max_tokens:,} tokens" if facts.max_tokens else "")
    yield _row("fit", fit)
    yield _row("used", ", ".join(used))
    yield _row("dates", " · ".join(_dates(facts)))
    yield _row("trained on", _few(facts.datasets or card.datasets))
    yield _row("security", " · ".join(_security(facts)))
    yield _row("owner", {True: "verified by the Hub", False: "not verified by the Hub", None: ""}[facts.verified])
    yield _row("can it run", f"✗ {facts.problem}" if facts.problem else "")
    yield _row("on your data", past)


def _row(name: str, words: str) -> Row:
    return name, text(one_line(words), 500), one_line(words)


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(one_line(n)[:100] for n in names[:MOST])
    return f"{shown} and {len(names) - MOST:,} more" if len(names) > MOST else shown


def _dates(facts: ModelFacts) -> Iterator[str]:
    for verb, day in (("created", facts.created), ("changed", facts.modified), ("downloaded", facts.fetched)):
        if day:
            yield f"{verb} {day[:10]}"


def _security(facts: ModelFacts) -> Iterator[str]:
    if facts.security:
        yield f"the Hub's scan: {facts.security}"
    if facts.remote_code:
        yield "brings its own code, which is never run"
    if facts.gated:
        yield "gated: its owner lets in who asks"


def _made_from(links: Sequence[Link]) -> Row:
    """The models that it was made from, each with its license."""
    words = [_link_words(link) for link in links[:MOST]]
    shown = [tag("div", code(link.model_id), muted(f" · {said}")) for link, said in zip(links, words, strict=False)]
    plain = ", ".join(f"{one_line(link.model_id)} ({said})" for link, said in zip(links, words, strict=False))
    return "made from", join(shown), plain


def _link_words(link: Link) -> str:
    return f"{link.license or 'no license stated'}, {link.license_class}" if link.known else "license not looked up"


def _evaluations(found: Sequence[Evaluation]) -> View:
    if not found:
        return NOTHING
    shown = found[:MOST]
    head = ("metric", "value", "dataset", "source", "verified")
    cells: list[list[Child]] = [
        [text(e.metric, 80), number_cell(_figure(e)), text(e.dataset, 150), text(e.source, 80), _verified(e)]
        for e in shown
    ]
    plain = [[e.metric, _figure(e), e.dataset, e.source, _verified(e)] for e in shown]
    title = f"Figures: the first {MOST} of {len(found)}" if len(found) > MOST else "Figures"
    view = View(table([head[0], number_cell(head[1], "th"), *head[2:]], cells), grid(head, plain))
    return section(view, title, plain_title=title)


def _figure(evaluation: Evaluation) -> str:
    return f"{evaluation.value:,.4g}"


def _verified(evaluation: Evaluation) -> str:
    return "✓" if evaluation.verified else "—"


def _prose(card: Card) -> Iterator[View]:
    """The card's sections, each folded; what two of them share is shown once."""
    seen: set[str] = set()
    for name, title in _SECTIONS:
        words = getattr(card, name)
        if not words or words in seen:
            continue
        seen.add(words)
        both = name == "bias" and words == card.limitations
        summary = "Bias, risks and limitations" if both else title
        block = tag("div", text(words), class_="hfm-block")
        html = tag("details", tag("summary", summary, muted(f" · {WORD}")), block)
        yield View(html, f"{summary} ({WORD}):\n{words}")
