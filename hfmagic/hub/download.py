"""Download a model in a process that can be ended at once: progress, interrupt, a deadline without bytes, the disk."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .. import errors
from ..errors import DownloadFailed, HFMagicError, NoSpace, hide_secrets
from ..limits import size_words
from ..processes import start, stop
from .blobs import sweep
from .job import Job, Moment, OnMoment
from .refusals import PATIENCE_SECONDS

ENVIRONMENT = {
    "HF_HUB_OFFLINE": "0",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "0",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",  # the token comes with the job, or there is none
    "HF_HUB_DISABLE_SHARED_BLOBS": "1",  # those are named by another hash than the sha256
    "HF_HUB_DOWNLOAD_TIMEOUT": "10",
    "HF_HUB_ETAG_TIMEOUT": "10",
}
"""Settings of huggingface_hub in the process that downloads."""

# Not `-m`: that would import the modules of the folder in which the notebook is before the libraries' own.
_CHILD = (
    f"import sys; sys.path.append({str(Path(__file__).parents[2])!r}); from {__package__}.child import main; main()"
)


def download(job: Job, on: OnMoment, *, stall_seconds: float) -> Path:
    """The folder of the model's files, whole and checked. An interrupt ends it within a second and leaves no part.

    Raises: NoSpace before a byte is fetched; DownloadFailed, GatedModel, RevisionGone, HubRefused, HubUnreachable.
    """
    _check_space(job)
    try:
        return _run(job, on, stall_seconds, {})
    except _Stalled:
        # Xet's transfers can hang for good (huggingface_hub #4508, #4085): plain HTTP, once.
        try:
            return _run(job, on, stall_seconds, {"HF_HUB_DISABLE_XET": "1"})
        except _Stalled as stalled:
            moment = stalled.moment
            raise DownloadFailed(
                f"could not download {job.lacks}: no byte for {stall_seconds:.0f} s, twice ({moment.came}).",
                hint="run the cell again, or --offline",
            ) from None


class _Ended(Exception):
    """The process ended without a folder or an error."""


class _Stalled(Exception):
    def __init__(self, moment: Moment) -> None:
        self.moment = moment


def _check_space(job: Job) -> None:
    cache = Path(job.cache)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache):
            pass
    except OSError as error:
        raise NoSpace(
            f"the folder for models {cache} cannot be written ({error.strerror}).",
            hint="%config HFMagic.hub_cache = 'DIR'",
        ) from None
    wanted = job.missing_bytes()
    free = shutil.disk_usage(cache).free
    if wanted > free:
        raise NoSpace(
            f"{job.model_id} needs {size_words(wanted)}, {size_words(free)} is free in {cache}.",
            hint="free some, or %config HFMagic.hub_cache = 'DIR'",
        )


def _run(job: Job, on: OnMoment, stall_seconds: float, extra: dict[str, str]) -> Path:
    """One process, until it gives a folder or an error, stalls, or is interrupted."""
    env = {k: v for k, v in os.environ.items() if k not in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")}
    env |= {**ENVIRONMENT, "HF_ENDPOINT": job.endpoint, **extra}
    with tempfile.TemporaryFile() as log:
        process = None
        try:  # from here on: an interrupt between the start and a `try` would leave the process
            process = start([sys.executable, "-P", "-c", _CHILD], cwd=Path(job.cache), env=env, log=log, pipes=True)
            assert process.stdin is not None  # noqa: S101 - pipes were asked for
            with contextlib.suppress(BrokenPipeError):  # it has ended: that is read below
                process.stdin.write(json.dumps(asdict(job)).encode() + b"\n")
                process.stdin.flush()
            return _follow(_lines(process.stdout), on, stall_seconds)
        except _Ended:
            log.seek(max(log.seek(0, os.SEEK_END) - 2000, 0))
            said = hide_secrets(log.read().decode(errors="replace").strip().rpartition("\n")[2])
            why = f"the download of {job.model_id} ended early{': ' * bool(said)}{said}"
            raise DownloadFailed(why, hint="run the cell again") from None
        finally:
            if process is not None:
                try:
                    stop(process)
                except KeyboardInterrupt:  # a second one: what is kept of the first would keep the process running
                    stop(process)
                    raise
            sweep(Path(job.cache), job.model_id, job.repo_type)


def _follow(lines: queue.Queue[bytes], on: OnMoment, stall_seconds: float) -> Path:
    """What the process says until it ends. Raises: _Stalled where no byte comes by the deadline, however it retries."""
    moment, heard, waits = Moment(0, 0), time.monotonic(), 0.0
    while True:
        try:
            line = lines.get(timeout=0.1)
        except queue.Empty:
            if time.monotonic() - heard > stall_seconds + waits:
                raise _Stalled(moment) from None
            continue
        if not line:
            raise _Ended
        told: dict[str, Any] = json.loads(line)
        if "folder" in told:
            return Path(told["folder"])
        if "error" in told:
            raise _error(told)
        if (now := Moment(**told)) != moment or now.note:
            if (now.done, now.checked) != (moment.done, moment.checked):
                heard, waits = time.monotonic(), 0.0
            waits = min(waits + now.wait, PATIENCE_SECONDS)  # that the Hub asked for
            moment = now
            on(moment)


def _error(told: dict[str, Any]) -> HFMagicError:
    kind: type[HFMagicError] = getattr(errors, told["error"], DownloadFailed)
    return kind(told["message"], hint=told["hint"])


def _lines(stream: Any) -> queue.Queue[bytes]:
    """Lines as they come, then an empty one; a thread reads, as waiting for a pipe cannot be interrupted everywhere."""
    lines: queue.Queue[bytes] = queue.Queue()

    def read() -> None:
        try:
            for line in stream:
                lines.put(line)
        except ValueError:  # closed
            pass
        lines.put(b"")

    threading.Thread(target=read, daemon=True).start()
    return lines
