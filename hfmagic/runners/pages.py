"""The words of a page and where they stand, read by RapidOCR (extra `[documents]`; its models lie in its package)."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import NotAvailable

if TYPE_CHECKING:
    from PIL.Image import Image

REMEMBERED = 256  # pages; their words are some 50 kB each
_one = threading.Lock()
_read: OrderedDict[bytes, Page] = OrderedDict()


@dataclass(frozen=True)
class Page:
    """Words in reading order; `boxes` are their (left, top, right, bottom) in thousandths of width and height."""

    words: tuple[str, ...]
    boxes: tuple[tuple[int, int, int, int], ...]


def read_page(image: Image) -> Page:
    """The words of the picture of a page; of many questions about a page the first has it read.

    Raises: NotAvailable without RapidOCR.
    """
    import numpy as np

    pixels = np.asarray(image.convert("RGB"))
    key = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()
    with _one:
        reader = _reader()
        if key not in _read:
            _read[key] = _page(reader(pixels[:, :, ::-1], return_word_box=True), image.size)  # it wants blue first
        _read.move_to_end(key)
        while len(_read) > REMEMBERED:
            _read.popitem(last=False)
        return _read[key]


def _page(found: Any, size: tuple[int, int]) -> Page:
    if not found.txts:
        return Page((), ())
    placed = [
        (word, _box(corners, size))
        for line in found.word_results
        for word, _, corners in line
        if word.strip() and corners is not None
    ]
    return Page(tuple(word for word, _ in placed), tuple(box for _, box in placed))


@cache
def _reader() -> Any:
    try:
        import onnxruntime  # noqa: F401 - rapidocr itself would say so in a page
        import rapidocr
    except ImportError:
        raise NotAvailable('reading pages needs an OCR: pip install "hfmagic[documents]"') from None
    models = Path(rapidocr.__file__).parent / "models"
    parts = {"Det": "*det*.onnx", "Rec": "*rec*.onnx", "Cls": "*cls*.onnx"}
    # By path: it fetches no model that it is given so, whatever its version wants.
    paths = {f"{part}.model_path": str(next(models.glob(files), "")) for part, files in parts.items()}
    if lacking := [part for part, path in paths.items() if not path]:
        raise NotAvailable(f"this rapidocr has no {lacking[0]} model: pip install -U rapidocr")
    return rapidocr.RapidOCR(params={**paths, "Global.log_level": "critical"})


def _box(corners: Any, size: tuple[int, int]) -> tuple[int, int, int, int]:
    across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    width, height = size
    found = (min(across) / width, min(down) / height, max(across) / width, max(down) / height)
    left, top, right, bottom = (min(max(int(1000 * x), 0), 1000) for x in found)
    return left, top, right, bottom
