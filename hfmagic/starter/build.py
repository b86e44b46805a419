"""Fetches, converts and installs the starter set. Whatever ends it early leaves whole models or none."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StarterError, did_you_mean
from .card import card
from .catalogue import SET
from .index import fetch
from .model import ORG, StarterModel, sources_of
from .progress import Progress, Report, megabytes
from .recipe import Figure, Job
from .unpack import unpack
from .worker import Worker

if TYPE_CHECKING:
    from ..config import HFMagic

_LONG = 20  # seconds; whoever waits longer is told before
_MAKING = ".making-"  # of folders that are not finished; readers of the folder Hub skip a leading dot


def missing(config: HFMagic) -> list[str]:
    """Names of the models of the set that are not there yet, in the order in which they would be made."""
    return [model.name for model in SET if not _there(_folder(config, model))]


def build_starter(config: HFMagic, *, names: Iterable[str] | None = None, report: Report = print) -> list[StarterModel]:
    """Make what is missing of the starter set; Ctrl-C at any time, and the next call goes on where this one stopped.

    Args:
        names: only these models (and what they are made from); default: all.
        report: gets one line per model. Percentages are shown in place where standard error is a terminal.

    Returns:
        The models that were made, none when all were there.

    Raises:
        StarterError: an unknown name, no room on the disk, the index cannot be reached or has other bytes, a conversion
            or a self-test failed. Models that were finished before stay.
    """
    progress = Progress(report)
    hub, downloads = config.starter_path / ORG, config.cache_path / "downloads"
    asked = _with_needs(names)
    try:
        hub.mkdir(parents=True, exist_ok=True)
        downloads.mkdir(parents=True, exist_ok=True)
        with _alone(config.cache_path / "starter.lock", progress):
            _sweep(hub, downloads)
            wanted = [model for model in asked if not _there(_folder(config, model))]
            _room(config.cache_path, wanted, downloads)
            _make_all(wanted, hub, downloads, progress)
    except OSError as error:
        raise StarterError(f"the starter set cannot be written: {error}") from None
    finally:
        progress.clear()
    return wanted


@contextmanager
def _alone(lock: Path, progress: Progress) -> Iterator[None]:
    """Wait until no other process is at the starter set; it may then have made what we want."""
    from filelock import FileLock, Timeout

    held = FileLock(lock)
    try:
        held.acquire(timeout=0)
    except Timeout:
        progress.line("another process is making the starter set; waiting for it")
        held.acquire()
    try:
        yield
    finally:
        held.release()


def _with_needs(names: Iterable[str] | None) -> list[StarterModel]:
    """The named models and those they need, in the order of the set."""
    known = {model.name: model for model in SET}
    asked = list(known if names is None else names)
    for name in asked:
        if name not in known:
            raise StarterError(
                f"no starter model {name!r}.", hint=did_you_mean(name, known) or f"there are {', '.join(known)}"
            )
        asked.extend(need for need in known[name].needs if need not in asked)
    return [model for model in SET if model.name in asked]


def _make_all(models: Sequence[StarterModel], hub: Path, downloads: Path, progress: Progress) -> None:
    if not models:
        progress.line(f"nothing is missing: {hub}")
        return
    start = time.monotonic()
    count = "1 model" if len(models) == 1 else f"{len(models)} models"
    progress.line(f"starter set: {count}, {megabytes(_to_load(models, downloads))} to download")
    with Worker(hub) as worker:
        for i, model in enumerate(models):
            _make(model, hub, downloads, worker, progress)
            later = {source.filename for source in sources_of(models[i + 1 :])}
            for source in model.sources:
                if source.filename not in later:
                    (downloads / source.filename).unlink(missing_ok=True)
    progress.line(f"done in {time.monotonic() - start:.0f} s: {hub}")


def _make(model: StarterModel, hub: Path, downloads: Path, worker: Worker, progress: Progress) -> None:
    """One model: fetch, take out, convert or train, test, describe, and only then give it its name."""
    if model.seconds > _LONG:
        progress.line(f"{model.model_id}: about {model.seconds} s")
    start = time.monotonic()
    files = [fetch(source, downloads, progress) for source in model.sources]
    fetched = time.monotonic()
    making = hub / f"{_MAKING}{model.name}"
    source, out = making / "source", making / "out"
    try:
        out.mkdir(parents=True)
        source.mkdir()
        for origin, file in zip(model.sources, files, strict=True):
            unpack(origin, file, source)
        figures = worker.make(Job(model.name, model.recipe, model.task, source, out, hub), progress)
        (out / "README.md").write_text(card(model, figures), encoding="utf-8")
        shutil.rmtree(hub / model.name, ignore_errors=True)  # what is there lacks a file
        out.replace(hub / model.name)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    progress.line(_summary(model, figures, hub / model.name, fetched - start, time.monotonic() - fetched))


def _summary(model: StarterModel, figures: Sequence[Figure], folder: Path, fetching: float, making: float) -> str:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    done = "trained" if figures else "converted"
    return "; ".join([
        f"{model.model_id}: {megabytes(size)}, {model.license}",
        f"fetched in {fetching:.0f} s, {done} and tested in {making:.0f} s",
        *(figure.words for figure in figures),
    ])  # fmt: skip


def _folder(config: HFMagic, model: StarterModel) -> Path:
    return config.starter_path / ORG / model.name


def _there(folder: Path) -> bool:
    """A folder gets its name only when it is finished; a file that was deleted since is seen all the same."""
    return all((folder / name).is_file() for name in ("README.md", "config.json", "model.safetensors"))


def _sweep(hub: Path, downloads: Path) -> None:
    """Remove what a killed process left; the lock says that no other one is at work."""
    for left in (*hub.glob(f"{_MAKING}*"), *downloads.glob(".pip-*")):
        shutil.rmtree(left, ignore_errors=True)


def _room(cache: Path, models: Sequence[StarterModel], downloads: Path) -> None:
    """Enough of the disk for the downloads, the finished models and the largest one's unpacked members."""
    need = (
        _to_load(models, downloads)
        + sum(model.size for model in models)
        + max((model.size for model in models), default=0)
    )
    if (free := shutil.disk_usage(cache).free) < need:
        raise StarterError(
            f"the starter set needs {megabytes(need)} of disk in {cache}, {megabytes(free)} are free.",
            hint="set HFMAGIC_CACHE_DIR to a folder with more room",
        )


def _to_load(models: Sequence[StarterModel], downloads: Path) -> int:
    """Bytes that are not downloaded yet."""
    return sum(source.size for source in sources_of(models) if not (downloads / source.filename).is_file())
