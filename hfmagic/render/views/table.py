"""A table with a preview of its rows. Any library that narwhals reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...answer.read import head_of, table_of
from ...kinds import Audio, Video
from ..html import Child, Markup, code, muted, number_cell, table, tag, text
from ..html import name as label
from ..plain import grid
from ..view import View, stack
from .cells import media_cell, media_kind
from .output import WHOLE, Output, Room, showing

if TYPE_CHECKING:
    import narwhals as nw

MAX_COLUMNS = 8
MAX_CELL = 160
PLAIN_ROWS = 5


def table_column_view(output: Output) -> View:
    """A table that a step gave: its first rows."""
    frame = table_of(output.value)
    head = head_of(output.value, output.rows) if frame is None else None
    if head is not None:
        view = preview(head.frame, range(len(head.frame)), of=head.rows, room=output.room, opened=output.opened)
        name = Path(head.path).name  # a saved notebook names no place of its machine; the variable holds the path
        return stack(view, View(tag("div", muted("in ", code(name))), f"in {name}")) if name else view
    if frame is None:
        return View()
    rows = list(range(min(len(frame), output.rows)))
    return preview(frame, rows, room=output.room, opened=output.opened)


def preview(
    frame: nw.DataFrame[Any],
    rows: Sequence[int],
    *,
    must: Sequence[str] = (),
    new: Collection[str] = (),
    of: int | None = None,
    noun: str = "row",
    without: Collection[str] = (),
    chips: Collection[str] = (),
    room: Room = WHOLE,
    opened: frozenset[str] = frozenset(),
) -> View:
    """Some rows of a frame.

    Args:
        must: columns that are shown whatever else is not.
        new: columns that this run added; they are marked.
        of: of how many rows these are the first; the frame's length when None. noun: what such a row is called.
        without: columns that are shown elsewhere. chips: columns of labels.
        room: bytes for the pictures and sounds in its cells; opened: paths that may be opened for them.
    """
    columns = _columns([c for c in frame.columns if c not in without], [*must, *new])
    if not columns:
        return View()
    part = frame[list(rows)].select(columns)
    numeric = {c for c in columns if frame.schema[c].is_numeric()}
    values = [dict(zip(columns, row, strict=True)) for row in part.iter_rows()]
    media, why = _media(values, columns, room, opened)
    cells = [
        [media.get((row, c)) or _cell(c, line[c], c in numeric, c in chips) for c in columns]
        for row, line in enumerate(values)
    ]
    hidden = len(frame.columns) - len(columns) - len(without)
    words = _words(showing(len(rows), len(frame) if of is None else of, noun), hidden, why)
    wanted = list(dict.fromkeys(c for c in (*must, *new, *columns) if c in columns))  # a terminal shows the first ones
    plain = grid(wanted, [[_shown(line[c]) for c in wanted] for line in values[:PLAIN_ROWS]])
    foot = tag("div", muted(words), class_="hfm-sub") if words else None
    head = [_title(c, c in numeric, c in new) for c in columns]
    return View(tag("div", table(head, cells), foot), plain)


def _columns(every: Sequence[str], must: Sequence[str]) -> list[str]:
    """Columns in their own order: those that must be there, the others while there is room."""
    room = max(0, MAX_COLUMNS - len({c for c in must if c in every}))
    others = [c for c in every if c not in must][:room]
    return [c for c in every if c in must or c in others]


def _media(
    values: Sequence[Mapping[str, Any]], columns: Sequence[str], room: Room, opened: frozenset[str]
) -> tuple[dict[tuple[int, str], Markup], str]:
    """The cells that hold a picture or sound, by row and column, while there is room; and why some of them are cut."""
    found: dict[tuple[int, str], Markup] = {}
    for row, line in enumerate(values):
        for column in columns:
            if not media_kind(line[column], opened):
                continue
            cell = media_cell(line[column], _shown(line[column]), room.of, opened)
            if cell is None:
                continue
            if len(cell.html) > room.bytes:
                return found, f"pictures and sounds of the first {row} rows {room.words}"
            found[row, column], room = cell, room.after(len(cell.html))
    return found, ""


def _words(rows: str, hidden: int, why: str = "") -> str:
    more = f"{hidden} more column{'s' if hidden != 1 else ''}" if hidden > 0 else ""
    return " · ".join(filter(None, (rows, more, why)))


def _title(name: str, numeric: bool, new: bool) -> Markup:
    words = label(name, 60)
    title = tag("span", words, class_="hfm-new", title="added by this run") if new else words
    return number_cell(title, "th") if numeric else tag("th", title, align="left", style="text-align:left")


def _cell(name: str, value: Any, numeric: bool, chip: bool) -> Child:
    if numeric:
        scored = name.endswith("_score") and isinstance(value, float) and value == value
        return number_cell(f"{value:.2f}" if scored else text(_shown(value), 40))
    words = _shown(value)
    shown = text(words, MAX_CELL)
    if chip and isinstance(value, str) and value:
        return tag("span", shown, class_="hfm-chip hfm-line" if len(value) <= 32 else "hfm-chip")
    if len(words) > 60 or any(len(word) > 30 for word in words[:MAX_CELL].split()):
        return tag("td", shown, align="left", style="text-align:left", class_="hfm-long", dir="auto")
    return shown


def _shown(value: Any) -> str:
    """A cell: three digits of a number, the name of a file, the measure of a picture or sound."""
    if value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType"):
        return "–"
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, Video):
        return f"video, {value.seconds:.1f} s"
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, int):
        return str(value)  # no thousands: it may be a year or an id
    if hasattr(value, "isoformat"):
        return str(value).removesuffix(" 00:00:00")
    if isinstance(value, Audio):
        return f"sound, {value.seconds:.1f} s"
    if hasattr(value, "suffix"):
        return str(value.name)
    if hasattr(value, "getpixel"):
        return f"picture, {value.width} × {value.height}"
    return _listed(value)


def _listed(value: Any) -> str:
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"array {' × '.join(map(str, shape))}"
    if isinstance(value, list | tuple) and value and not isinstance(value[0], str | int | float):
        return _things(value)
    if isinstance(value, list | tuple) and len(value) > 4 and isinstance(value[0], float):
        return f"{len(value):,} numbers"
    return str(value)


def _things(values: Sequence[Any]) -> str:
    """Boxes, masks or spans by label: "2 × cat, dog"; of others, how many there are, or what they are."""
    names = [getattr(one, "label", None) for one in values]
    if None in names:
        parts = [_shown(one) for one in values[:3]]
        return ", ".join(parts) + (f" and {len(values) - 3} more" if len(values) > 3 else "")
    counts = Counter(name or "part" for name in names)
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in counts.most_common())
