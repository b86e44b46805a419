"""What an app's page gives to the steps, and what it shows of their result."""

from __future__ import annotations

import functools
import html
import io
import math
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from PIL import Image

MOST_ROWS = 1000  # that a page shows; a file has all
MOST_PICTURES = 100
MOST_CHARACTERS = 200
DIGITS = 4  # of numbers that the page shows; a file has all
FOLDERS = re.compile(r"(?<![\w:/])(?:/[^\s/'\"]+)*/(?=[\w.])")  # where files lie here is not for visitors
ASIDE = tempfile.TemporaryDirectory()


def in_a_line(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; what goes wrong in it is one line on the page."""

    @functools.wraps(function)
    def told(*given: Any) -> Any:
        if any(one is None or (isinstance(one, str | list) and not one) for one in given):
            raise gradio.Error("Fill in every field first.")
        try:
            return function(*given)
        except gradio.Error:
            raise
        except Exception as error:  # damaged files raise whatever their decoder happens to trip over
            said = FOLDERS.sub("", " ".join(f"{type(error).__name__}: {error}".split()))
            raise gradio.Error(html.escape(said[:MOST_CHARACTERS]), print_exception=False) from error

    return told


def as_given(field: Any) -> Any:
    """A field that gives the path of its file: Gradio's own opens a picture first, and does not say what is wrong."""
    field.preprocess = lambda given: given.path if given else None
    return field


def read_table(path: str, columns: list[str], dates: list[str]) -> pd.DataFrame:
    """A table from a CSV or Parquet file that has these columns; `dates` are those of them with points in time."""
    table = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path)
    if lacking := [name for name in columns if name not in table.columns]:
        raise gradio.Error(html.escape(f"The table lacks {', '.join(lacking)}.")[:MOST_CHARACTERS])
    return table.assign(**{name: pd.to_datetime(table[name]) for name in dates})


def read_files(paths: list[str], media: str) -> pd.DataFrame:
    """A row for each file, by name."""
    files = sorted(map(Path, paths), key=lambda path: path.name)
    return pd.DataFrame({"file": [path.name for path in files], media: pd.Series(files, dtype=object)})


def first_rows(table: pd.DataFrame, new: list[str]) -> pd.DataFrame:
    """The first rows, new columns first; what is no text and no number as a text."""
    shown = table[[*new, *(name for name in table.columns if name not in new)]].head(MOST_ROWS)
    return shown.round(dict.fromkeys(new, DIGITS)).map(_cell)


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | np.number):
        return value
    return str(value) if len(str(value)) <= MOST_CHARACTERS else f"{str(value)[: MOST_CHARACTERS - 1]}…"


def as_file(table: pd.DataFrame) -> str:
    """The path of all of it as CSV."""
    path = Path(ASIDE.name) / "result.csv"  # Gradio takes a copy, and the page answers one call after the other
    table.to_csv(path, index=False)
    return str(path)


def pictures(table: pd.DataFrame, column: str) -> list[Image.Image]:
    """The first pictures of a column."""
    return [viewable(one) for one in table[column] if isinstance(one, Image.Image)][:MOST_PICTURES]


def viewable(picture: Image.Image) -> Image.Image:
    """A picture as a page can show it; of numbers that are no colors, such as depths, from black to white."""
    if picture.mode not in ("F", "I", "I;16"):
        return picture
    numbers = np.asarray(picture, dtype=np.float32)
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    return Image.fromarray(np.nan_to_num((numbers - low) / max(high - low, 1e-12) * 255).astype(np.uint8))


def label_scores(labels: list[dict[str, Any]]) -> dict[str, float] | str:
    """Label → score; of a model that writes, which gives none, what it wrote."""
    if labels and math.isnan(labels[0]["score"]):
        return str(labels[0]["label"])
    return {one["label"]: float(one["score"]) for one in labels}


def highlighted(text: str, spans: list[dict[str, Any]]) -> dict[str, Any]:
    """A text with what was found in it."""
    found = [{"entity": one["label"], "start": one["start"], "end": one["end"]} for one in spans]
    return {"text": text, "entities": found}


def outlined(picture: Any, found: list[dict[str, Any]]) -> tuple[Any, list[tuple[Any, str]]]:
    """A picture with the boxes or the pixels of what was found in it."""
    corners = ("xmin", "ymin", "xmax", "ymax")
    places = [one["mask"].astype(float) if "mask" in one else tuple(int(one[c]) for c in corners) for one in found]
    return picture, [(place, str(one["label"])) for place, one in zip(places, found, strict=True)]


def as_sound(sound: dict[str, Any]) -> tuple[int, np.ndarray]:
    """Rate in Hz and samples of 16 bits."""
    return sound["sampling_rate"], (np.clip(sound["array"], -1, 1) * 32767).astype(np.int16)


def figures() -> list[Image.Image]:
    """The charts that were drawn for this call, in order, as pictures with all their labels."""
    found: list[Image.Image] = []
    for number in plt.get_fignums():
        plt.figure(number).savefig(drawn := io.BytesIO(), bbox_inches="tight", pad_inches=0.4, dpi=150)
        found.append(Image.open(drawn))
    plt.close("all")
    return found
