"""A tuned model as a folder in transformers format, put into the folder Hub of tuned models at once or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import NoSpace
from ..hub.facts import ModelFacts
from ..hub.files import is_read
from ..hub.revision import file_sha256
from ..models.read import dtype_named, quiet

OWNER = "tuned"
LONGEST_NAME = 80  # characters of a name before its hash
_HALF = ("float16", "bfloat16")


@contextlib.contextmanager
def workplace(home: Path) -> Iterator[Path]:
    """A folder below the tuned models that only the user can read, and that is gone afterwards. Raises: NoSpace."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        home.chmod(0o700)
        folder = Path(tempfile.mkdtemp(prefix=".work-", dir=home))
    except OSError as error:
        raise NoSpace(f"{home.name} cannot be written: {error.strerror}.", hint="%config HFMagic.cache_dir") from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_model(model: Any, base: ModelFacts, folder: Path) -> None:
    """The weights as safetensors, and beside them what of the base's files reads its inputs. Raises: NoSpace."""
    try:
        for path in sorted(p for p in base.folder.rglob("*") if p.is_file()) if base.folder else ():
            name = path.relative_to(base.folder).as_posix() if base.folder else ""
            if is_read(name) and not name.endswith((".safetensors", "safetensors.index.json")):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / name)
        if base.dtype in _HALF:
            model = model.to(dtype_named(base.dtype))
        with quiet():
            model.save_pretrained(folder, safe_serialization=True)
    except OSError as error:
        raise NoSpace(f"the model cannot be written: {error.strerror or error}.", hint="free some space") from None


def name_for(folder: Path, subject: str, frame: str) -> str:
    """The id of a written model: what it is about and the frame, and six hex digits of its weights."""
    weights = sorted(folder.glob("*.safetensors"))
    digest = hashlib.sha256("".join(map(file_sha256, weights)).encode()).hexdigest()[:6]
    words = f"{_without_hash(subject)}-{frame}"
    plain = re.sub(r"[^a-z0-9.]+", "-", words.lower(), flags=re.ASCII).strip("-.")[:LONGEST_NAME].strip("-.")
    return f"{OWNER}/{plain or 'model'}-{digest}"


def put(folder: Path, target: Path) -> None:
    """Move a finished folder to where models are found. Raises: NoSpace."""
    try:
        target.parent.mkdir(exist_ok=True, mode=0o700)
        if target.exists():  # the same rows, seed and versions gave the same weights
            shutil.rmtree(target)
        folder.rename(target)
        target.chmod(0o700)
    except OSError as error:
        raise NoSpace(f"{target.name} cannot be written: {error.strerror}.", hint="free some space") from None


def _without_hash(name: str) -> str:
    """The name of a model that was tuned before, without what was added to it last."""
    return re.sub(r"-[0-9a-f]{6}$", "", name)
