"""A matplotlib Figure as a PNG that reads on a light and on a dark page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from ..html import data_uri, muted, tag, text
from ..view import View
from .output import Output

INK = "#797979"  # 4.3 : 1 on white and on JupyterLab's dark: the most that one grey can have on both
SCALE = 2
MAX_PIXELS = 2_400


def chart_view(output: Output) -> View:
    """The figure at twice its size in pixels, on a see-through ground."""
    figure = output.value
    width, height = (float(inches) * figure.dpi for inches in figure.get_size_inches())
    content = next((c for scale in (SCALE, 1) if len(c := chart_png(figure, scale)) <= output.room.raw), b"")
    if not content:
        words = f"{output.name} (picture, not kept here {output.room.words})"
        return View(tag("div", muted(text(words, 300))), words)
    source = data_uri("image/png", content)
    image = tag("img", src=source, alt=output.name, width=round(width), class_="hfm-chart")
    return View(tag("div", image), f"{output.name} (picture, {width:.0f} × {height:.0f})")


def chart_png(figure: Any, scale: float = SCALE) -> bytes:
    """PNG bytes; the figure is left as it was."""
    buffer = io.BytesIO()
    scale = min(scale, MAX_PIXELS / max(float(inches) * figure.dpi for inches in figure.get_size_inches()))
    with _readable(figure):
        figure.savefig(buffer, format="png", dpi=figure.dpi * scale, transparent=True)
    return buffer.getvalue()


@contextmanager
def _readable(figure: Any) -> Iterator[None]:
    """Dark text and lines of the frame in a grey for both themes, legends without a ground; undone at the end."""
    undo: list[Callable[[], object]] = []
    for artist, name in _inked(figure):
        old = getattr(artist, f"get_{name}")()
        if _is_dark(old):
            setter = getattr(artist, f"set_{name}")
            setter(INK)
            undo.append(partial(setter, old))
    for axes in figure.axes:
        if legend := axes.get_legend():
            undo.append(partial(legend.get_frame().set_visible, legend.get_frame().get_visible()))
            legend.get_frame().set_visible(False)
    try:
        yield
    finally:
        for restore in reversed(undo):
            restore()


def _inked(figure: Any) -> Iterator[tuple[Any, str]]:
    """Texts, ticks and spines, each with the name of its colour."""
    from matplotlib.spines import Spine
    from matplotlib.text import Text

    figure.draw_without_rendering()  # ticks come into being when drawn
    for words in figure.findobj(Text):
        yield words, "color"
    for spine in figure.findobj(Spine):
        yield spine, "edgecolor"
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            for tick in axis.get_major_ticks():
                yield tick.tick1line, "markeredgecolor"


def _is_dark(color: Any) -> bool:
    from matplotlib.colors import to_rgba

    red, green, blue, alpha = to_rgba(color)
    return alpha > 0 and 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.3
