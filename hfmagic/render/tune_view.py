"""A model that is being tuned, in the cell: what on, how far, an epoch a row, how it came out. Takes plain rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .html import Markup, clean, join, muted, number_cell, table, tag, text
from .plain import grid
from .view import NOTHING, View, folded, stack
from .words import seconds_words

HEADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"en": ("", "loss", "time", "kept"), "zh": ("", "损失", "用时", "保留")}
)
_EPOCHS = MappingProxyType({"en": "epochs, on the validation rows", "zh": "各轮（验证行）"})


@dataclass(frozen=True, slots=True)
class EpochRow:
    """An epoch: its name, the loss and the measure (0…1) of the validation rows, and the seconds that it took."""

    name: str
    loss: float
    value: float
    seconds: float
    is_best: bool = False


def tune_view(
    title: str,
    before: Sequence[str],
    epochs: Sequence[EpochRow],
    *,
    measure: str,
    done: float | None = None,
    compared: View = NOTHING,
    lines: Sequence[str] = (),
    language: str = "en",
) -> View:
    """A tuning as it stands.

    Args:
        before: what was told before it began; lines: what follows from it, at the end.
        measure: of the epochs' values.
        done: the share that has run; None where nothing runs.
        compared: the trial of base and result.
    """
    head = View(tag("div", tag("b", text(title, 200)), class_="hfm-head"), clean(title, 200))
    told = View(_listed(before), "\n".join(f"  {clean(line, 400)}" for line in before))
    bar = tag("progress", value=f"{done:.3f}", max=1) if done is not None else None
    running = View(join([bar]), f"  {done:.0%}".replace("%", " %") if done is not None else "")
    course = _course(epochs, measure, language) if epochs else View()
    if compared:
        course = folded(course, _EPOCHS[language])
    said = View(_listed(lines), "\n".join(clean(line, 400) for line in lines))
    return stack(*(view for view in (head, told, running, course, compared, said) if view))


def _listed(lines: Sequence[str]) -> Markup:
    return tag("ul", [tag("li", text(line, 400), dir="auto") for line in lines], class_="hfm-notes")


def _course(epochs: Sequence[EpochRow], measure: str, language: str) -> View:
    """An epoch a row."""
    name, loss, time, kept = HEADS[language]
    head = (name, loss, measure, time, kept)
    rows = [
        (e.name, f"{e.loss:.3f}", f"{e.value:.1%}".replace("%", " %"), seconds_words(e.seconds), e.is_best)
        for e in epochs
    ]
    body = [
        [muted(text(n, 60)), *(number_cell(text(x, 60)) for x in numbers), tag("b", "✓") if best else ""]
        for n, *numbers, best in rows
    ]
    shown = table([head[0], *(number_cell(text(x, 60), "th") for x in head[1:4]), head[4]], body)
    return View(shown, grid(head, [[*row[:4], "✓" if row[4] else ""] for row in rows]))
