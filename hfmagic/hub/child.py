"""The process that downloads one model, so that the kernel can end it within a second. JSON lines in, JSON lines out.

huggingface_hub reads its settings from the environment when it is imported: here they are the parent's. What it fetches
is compared with the hash that the Hub named; a file that differs is fetched once more.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import json
import logging
import math
import os
import re
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from ..errors import DownloadFailed, HFMagicError, HubRefused, NoSpace, hide_secrets, one_line
from .blobs import Checked, drop, sweep
from .files import HubFile
from .job import Job, Moment
from .refusals import PATIENCE_SECONDS, refusal, response_of, seconds_to_next

TRIES = 4
_FULL = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name))
_AGAIN = "run the cell again; files that are whole are kept"


def main() -> None:
    """Do the job on standard input; what happens goes to standard output."""
    # Only answers go to the parent: whatever a library prints joins standard error.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    fields = json.loads(sys.stdin.readline())
    job = Job(**{**fields, "files": tuple(HubFile(**f) for f in fields["files"])})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    meter = Meter(job, answers)
    try:
        _answer(answers, folder=str(_download(job, meter)))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent says it in one line
        ours = _ours(error, job, meter)
        _answer(answers, error=type(ours).__name__, message=ours.message, hint=ours.hint)


class Meter:
    """Counts the bytes that arrive and tells the parent, ten times a second at most."""

    def __init__(self, job: Job, answers: IO[str]) -> None:
        self.total = job.missing_bytes()
        self.done, self.checked, self.retries, self.note = 0, 0, 0, ""
        self._answers, self._lock, self._told = answers, threading.Lock(), 0.0
        self._until = 0.0  # by the clock that only goes forwards: the Hub wants to be left alone

    def add(self, count: float) -> None:
        """`count` bytes more have arrived."""
        with self._lock:
            self.done = min(self.done + int(count), self.total)
            self._beat()

    def read(self, count: int) -> None:
        """`count` bytes more were read from the disk: it is alive, though none arrive."""
        with self._lock:
            self.checked += count
            self._beat()

    def say(self, note: str, wait: float = 0.0) -> None:
        """What it waits for now, and for how many seconds the Hub asked."""
        with self._lock:
            self.note = note
            self._tell(wait)

    def busy(self, seconds: float) -> None:
        """The Hub wants to be left alone for so long: it is counted down. Does not wait."""
        if seconds <= 0:
            return
        with self._lock:
            now = time.monotonic()
            counts, self._until = self._until > now, max(self._until, now + seconds)
        self.say(f"the Hub is busy, again in {math.ceil(seconds)} s", seconds)
        if not counts:
            threading.Thread(target=self._count_down, daemon=True).start()

    def _count_down(self) -> None:
        while (left := self._until - time.monotonic()) > 0:
            self.say(f"the Hub is busy, again in {math.ceil(left)} s")
            time.sleep(min(left, 1.0))

    def retry(self) -> None:
        """It tries once more."""
        self.retries += 1
        self.say(f"retry {self.retries}")

    def bar(self) -> type:
        """A progress bar for huggingface_hub that draws nothing and counts here."""
        from tqdm import tqdm

        meter = self

        class Bar(tqdm):  # type: ignore[misc]  # it ships no types
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **{**kwargs, "file": sys.stderr, "disable": False, "mininterval": 3600})

            def update(self, n: float | None = 1) -> None:
                if str(self.desc or "").startswith("Downloading"):
                    meter.add(n or 0)
                super().update(n)

        return Bar

    def _beat(self) -> None:
        if time.monotonic() - self._told > 0.1:
            self._tell()

    def _tell(self, wait: float = 0.0) -> None:
        self._told = time.monotonic()
        _answer(self._answers, **asdict(Moment(self.done, self.total, self.note, wait, self.checked)))


def _download(job: Job, meter: Meter) -> Path:
    """Fetch, compare, and fetch once more what differs."""
    cache, checked = Path(job.cache), Checked(Path(job.checked))
    left = sweep(cache, job.model_id, job.repo_type)
    meter.say("an earlier download was broken off, from 0 again" if left else "")
    logging.getLogger("huggingface_hub").addHandler(_Retries(meter))
    etags = {f.name: f.etag for f in job.files}
    for last in (False, True):
        folder = _fetch(job, meter)
        meter.say("checking")
        bad = checked.damaged(folder, etags, meter.read)
        if not bad:
            return folder
        for path in bad:
            drop(path)
        if last:
            break
        meter.done = 0
        meter.say(f"{bad[0].name} was damaged, once more")
    raise DownloadFailed(
        f"{bad[0].name} of {job.model_id} arrives damaged: its sha256 is not the Hub's.", hint="%hf models lists others"
    )


def _fetch(job: Job, meter: Meter) -> Path:
    """The snapshot's folder; while the Hub is busy, again when it says so."""
    from huggingface_hub import constants, snapshot_download

    # 10 MiB otherwise: on a slow line no progress is seen for a minute, and a cut loses as much.
    constants.DOWNLOAD_CHUNK_SIZE = 1 << 18
    patience, attempt = PATIENCE_SECONDS, 1
    while True:
        try:
            return Path(
                snapshot_download(
                    job.model_id,
                    repo_type=job.repo_type,
                    revision=job.revision,
                    endpoint=job.endpoint,
                    cache_dir=job.cache,
                    allow_patterns=[glob.escape(f.name) for f in job.files],
                    token=job.token or False,
                    tqdm_class=meter.bar(),
                    max_workers=4,
                )
            )
        except Exception as error:
            answer = getattr(error, "response", None)  # not one behind it: that was tried again long enough
            delay = seconds_to_next(answer, attempt, patience)
            if delay is None or attempt == TRIES:
                raise
            patience -= delay
        meter.busy(delay)
        time.sleep(delay)
        attempt += 1
        meter.retry()


class _Retries(logging.Handler):
    """huggingface_hub tries some requests again by itself; its warnings are all it says of that."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(logging.WARNING)
        self._meter = meter

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if found := re.search(r"(?:Waiting|Retrying in) ([\d.]+)s", text):
            seconds = float(found[1])
            if seconds > PATIENCE_SECONDS:
                # Raised through the warning: nothing else ends its wait.
                raise HubRefused(f"the Hub wants a wait of {seconds:.0f} s (429).", hint="wait, or log in")
            self._meter.busy(seconds)
        elif "resume" in text:
            self._meter.retry()


def _ours(error: Exception, job: Job, meter: Meter) -> HFMagicError:
    from huggingface_hub.errors import FileMetadataError
    from huggingface_hub.utils import httpx

    if isinstance(error, HFMagicError):
        return error
    answer = response_of(error)
    if answer is not None or isinstance(error.__cause__, FileMetadataError):
        path = str(answer.request.url.path) if answer is not None else "/api/"
        name = path.partition(f"/resolve/{job.revision}/")[2]
        stored = job.model_id if "/api/" in path else job.lacks  # a storage names files by their hashes
        what = f"{name} of {job.model_id}" if name else stored
        return refusal(error, endpoint=job.endpoint, what=what, token=bool(job.token))
    if isinstance(error, httpx.TransportError):
        tries = f", {meter.retries + 1} tries" if meter.retries else ""
        came = Moment(meter.done, meter.total).came
        return DownloadFailed(f"could not download {job.lacks}: the connection broke ({came}{tries}).", hint=_AGAIN)
    if isinstance(error, OSError) and "Consistency check" in str(error):
        return DownloadFailed(f"a file of {job.model_id} comes with another size than the Hub's.", hint=_AGAIN)
    if isinstance(error, OSError) and error.errno in _FULL:
        why = f"the disk is full ({os.strerror(error.errno or 0)}): {job.lacks} does not fit into {job.cache}."
        return NoSpace(why, hint="free some, or %config HFMagic.hub_cache = 'DIR'")
    if isinstance(error, PermissionError):
        return NoSpace(f"{job.cache} cannot be written.", hint="%config HFMagic.hub_cache = 'DIR'")
    what = one_line(hide_secrets(f"{type(error).__name__}: {error}"))
    return DownloadFailed(f"could not download {job.model_id}: {what}", hint=_AGAIN)


def _answer(answers: IO[str], **fields: Any) -> None:
    answers.write(json.dumps(fields) + "\n")
    answers.flush()


def _end_with_parent() -> None:
    """Standard input ends when the kernel does, however it died: nobody wants the rest."""
    with contextlib.suppress(Exception):
        sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
