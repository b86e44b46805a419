"""A model folder without weights: config and safetensors headers, to see what a model lacks before it is fetched."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from .header import Header, read_header


@contextlib.contextmanager
def skeleton(config: bytes, headers: Mapping[str, Header], *, name: str = "config.json") -> Iterator[Path]:
    """A temporary folder with `config` as `name` and, for each of `headers`, a file up to where its numbers begin."""
    with tempfile.TemporaryDirectory(prefix="hfmagic-") as made:
        folder = Path(made)
        (folder / name).write_bytes(config)
        for file, header in headers.items():
            (folder / Path(file).name).write_bytes(header.text)
        yield folder


def tensor_shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Tensor name → shape, from the headers of a folder's safetensors files. Raises OSError, ValueError."""
    paths = sorted(folder.glob("*.safetensors"))
    return {name: shape for path in paths for name, shape in read_header(path).shapes.items()}
