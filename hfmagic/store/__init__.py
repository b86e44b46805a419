"""What is remembered between sessions, in SQLite: selections, measured runs, what was learnt, choices, what was sent.

It holds no row of data and no words of a request: those stand as hashes, salted for each user.
"""

from __future__ import annotations

import json
import secrets
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..data_profile import LENGTHS, Profile, salted
from .file import File
from .rows import Cost, Evidence, Run, Selection, Source

__all__ = ["MOST_SENT", "Cost", "Evidence", "Run", "Selection", "Source", "Store"]

MOST_SENT = 1000
MOST_KEPT = 20_000  # of selections, runs and evidence each: years of work
_ADD_SELECTION = """
INSERT INTO selections (at, task, model_id, revision, reason, kernel, request, step, score, plan)
VALUES (?,?,?,?,?,?,?,?,?,?)
"""
_SELECTIONS = """
SELECT at, task, model_id, revision, reason, kernel, request, step, score, plan, seconds, peak_bytes, liked
FROM selections WHERE ? IN ('', task) ORDER BY rowid
"""
_ADD_RUN = """
INSERT INTO runs (at, task, model_id, revision, device, dtype, rows, seconds, load_seconds, peak_bytes, longest)
VALUES (?,?,?,?,?,?,?,?,?,?,?)
"""
_RAN = """
UPDATE selections SET seconds=?, peak_bytes=? WHERE rowid=(
  SELECT MAX(rowid) FROM selections WHERE kernel=? AND task=? AND model_id=? AND revision=? AND step=?)
  AND seconds IS NULL
"""
_RATED = """
UPDATE selections SET liked=? WHERE rowid=(
  SELECT MAX(rowid) FROM selections WHERE kernel=? AND task=? AND model_id=? AND revision=? AND ? IN ('', step))
"""
_ADD_EVIDENCE = """
INSERT INTO evidence (task, model_id, revision, source, value, weight, run, measure, quality, rows, at, language,
  length, words) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)
"""
_EVIDENCE = """
SELECT task, model_id, revision, language, length, words, source, value, weight, run, measure, quality, rows, at
FROM evidence WHERE ? IN ('', task) ORDER BY at, rowid
"""


_ADD_COST = """
INSERT INTO costs (at, kernel, what, model_id, task, host, rows, seconds, fetched, sent, read, written)
VALUES (?,?,?,?,?,?,?,?,?,?,?,?)
"""
_COSTS = """
SELECT what, model_id, task, host, rows, seconds, fetched, sent, read, written, at
FROM costs WHERE ? IN ('', kernel) ORDER BY rowid
"""


class Store(File):
    """What a user's kernels remember.

    Args:
        path: None keeps it in memory.
        kernel: whose selections are written.
    """

    def __init__(self, path: Path | None, *, kernel: str = "") -> None:
        super().__init__(path)
        self.kernel = kernel
        self._salt = ""

    @property
    def salt(self) -> str:
        """This user's salt for hashes, random at its creation.

        It lies in the same file: it keeps two users' hashes apart, and guesses from nobody who has the file.
        """
        if not self._salt:
            own = secrets.token_hex(16)
            self.do("INSERT OR IGNORE INTO choices VALUES ('salt', ?)", (own,))
            found = self.do("SELECT value FROM choices WHERE name='salt'", ())
            self._salt = str(found[0][0]) if found else own
        return self._salt

    # Selections

    def add_selection(
        self,
        task: str,
        model_id: str,
        revision: str,
        reason: str,
        *,
        request: str = "",
        step: str = "",
        score: float | None = None,
        plan: str = "",
    ) -> None:
        """Remember that a model was chosen for a task; of the request's words a hash is kept."""
        hashed = salted(request, self.salt) if request else ""
        values = (time.time(), task, model_id, revision, reason, self.kernel, hashed, step, score, plan)
        self.do(_ADD_SELECTION, values)
        self.do("DELETE FROM selections WHERE rowid <= (SELECT MAX(rowid) FROM selections) - ?", (MOST_KEPT,))

    def selections(self, task: str = "") -> list[Selection]:
        """What was chosen, for a task or for any, oldest first."""
        found = self.do(_SELECTIONS, (task,))
        return [Selection(*[*row, None if liked is None else bool(liked)]) for *row, liked in found]

    # Runs

    def add_run(self, run: Run) -> None:
        """Remember how long a step took and how much memory; its first run also beside the selection it came from."""
        values = (run.task, run.model_id, run.revision, run.device, run.dtype, run.rows, run.seconds, run.load_seconds)
        self.do(_ADD_RUN, (time.time(), *values, run.peak_bytes, run.longest))
        self.do("DELETE FROM runs WHERE rowid <= (SELECT MAX(rowid) FROM runs) - ?", (MOST_KEPT,))
        took = run.seconds + run.load_seconds
        self.add_cost(Cost("step", run.model_id, run.task, rows=run.rows, seconds=took, written=run.written))
        if run.step:
            whose = (self.kernel, run.task, run.model_id, run.revision, run.step)
            self.do(_RAN, (run.seconds, run.peak_bytes or None, *whose))

    def rows_per_second(self, task: str, model_id: str, device: str) -> float | None:
        """The model's measured speed at a task on a device over its last 20 runs here; None when it never ran."""
        query = (
            "SELECT rows, seconds FROM runs WHERE task=? AND model_id=? AND device=? AND rows>0"
            " ORDER BY at DESC LIMIT 20"
        )
        found = self.do(query, (task, model_id, device))
        seconds = sum(s for _, s in found)
        return sum(r for r, _ in found) / seconds if seconds > 0 else None

    def peaks(self, task: str, model_id: str, revision: str, device: str) -> list[tuple[int, int]]:
        """What was measured of a model's memory on a device in its last 20 runs, latest first: (longest, peak_bytes).

        `longest` are the tokens of the run's largest batch, 0 where the step has none.
        """
        query = (
            "SELECT longest, peak_bytes FROM runs WHERE task=? AND model_id=? AND revision=? AND device=?"
            " AND peak_bytes>0 ORDER BY rowid DESC LIMIT 20"
        )
        return [(int(n), int(size)) for n, size in self.do(query, (task, model_id, revision, device))]

    # What users said, and what was learnt

    def rate(self, task: str, model_id: str, revision: str, run: str, liked: bool, *, step: str = "") -> None:
        """Remember that a model's result in a run was good, or was not; a later word about the same run replaces it."""
        values = (time.time(), task, model_id, revision, run, liked)
        self.do("INSERT OR REPLACE INTO ratings VALUES (?,?,?,?,?,?)", values)
        whose = (self.kernel, task, model_id, revision, step)
        self.do(_RATED, (liked, *whose))

    def ratings(self, task: str) -> dict[str, tuple[int, int]]:
        """Model id → how often its result was good, and how often it was not."""
        query = "SELECT model_id, SUM(liked), SUM(1 - liked) FROM ratings WHERE task=? GROUP BY model_id"
        return {model_id: (int(up), int(down)) for model_id, up, down in self.do(query, (task,))}

    def add_evidence(self, new: Evidence) -> None:
        """Remember what was learnt of a model."""
        if new.run:
            whose = (new.task, new.model_id, new.source, new.run)
            self.do("DELETE FROM evidence WHERE task=? AND model_id=? AND source=? AND run=?", whose)
        values = (new.task, new.model_id, new.revision, new.source, new.value, new.weight, new.run, new.measure)
        like = (new.profile.language, new.profile.length, json.dumps(new.profile.words))
        self.do(_ADD_EVIDENCE, (*values, new.quality, new.rows, new.at or time.time(), *like))

    def evidence(self, task: str = "") -> list[Evidence]:
        """What was learnt of models, at a task or at any, oldest first."""
        found = self.do(_EVIDENCE, (task,))
        return [_evidence(*row) for row in found]

    def add_agreement(self, task: str, picked: str, best: str) -> None:
        """Remember which model an LLM picked, and which one the score would have taken."""
        self.do("INSERT INTO agreements VALUES (?,?,?,?)", (time.time(), task, picked, best))

    def agreement(self) -> tuple[int, int]:
        """How often an LLM picked the score's model, of how many picks."""
        found = self.do("SELECT SUM(picked = best), COUNT(*) FROM agreements", ())
        return (int(found[0][0] or 0), int(found[0][1])) if found else (0, 0)

    # What things took

    def add_cost(self, cost: Cost) -> None:
        """Remember what one thing took."""
        values = (cost.host, cost.rows, cost.seconds, cost.fetched, cost.sent, cost.read, cost.written)
        self.do(_ADD_COST, (time.time(), self.kernel, cost.what, cost.model_id, cost.task, *values))
        self.do("DELETE FROM costs WHERE rowid <= (SELECT MAX(rowid) FROM costs) - ?", (MOST_KEPT,))

    def costs(self, kernel: str = "") -> list[Cost]:
        """What a kernel's things took, or every one's, oldest first."""
        return [Cost(*row) for row in self.do(_COSTS, (kernel,))]

    # What was sent, and the user's choices

    def add_sent(self, kernel: str, url: str, body: bytes) -> None:
        """Remember what a kernel sent, byte for byte; of all kernels together the last MOST_SENT."""
        self.do("INSERT INTO requests VALUES (?,?,?,?)", (time.time(), kernel, url, body))
        self.do("DELETE FROM requests WHERE rowid <= (SELECT MAX(rowid) FROM requests) - ?", (MOST_SENT,))

    def sent(self, kernel: str = "") -> list[tuple[float, str, bytes]]:
        """What a kernel sent, or every one, oldest first: when (seconds since 1970), where to, and the bytes."""
        query = "SELECT at, url, body FROM requests WHERE ? IN ('', kernel) ORDER BY rowid"
        return self.do(query, (kernel,))

    def choose(self, name: str, value: str) -> None:
        """Remember a choice of the user's, such as the planner; an empty value forgets it.

        Raises: NotAvailable when it cannot be kept now: a choice that is lost unseen would be another one later.
        """
        if value:
            self.do("INSERT OR REPLACE INTO choices VALUES (?,?)", (name, value), surely=True)
        else:
            self.do("DELETE FROM choices WHERE name = ?", (name,), surely=True)

    def choice(self, name: str) -> str:
        """A choice of the user's; empty when there is none. Raises: NotAvailable when it cannot be read now."""
        found = self.do("SELECT value FROM choices WHERE name = ?", (name,), surely=True)
        return str(found[0][0]) if found else ""


def _evidence(
    task: str, model_id: str, revision: str, language: str, length: int, words: str, *learnt: Any
) -> Evidence:
    return Evidence(task, model_id, revision, _profile(language, length, words), *learnt)


@lru_cache(maxsize=256)  # the same few columns again and again
def _profile(language: str, length: int, words: str) -> Profile:
    """As it was kept; of a length the bucket alone is known, and its border stands for it."""
    return Profile(language, (0, *LENGTHS, LENGTHS[-1] + 1)[length], tuple(json.loads(words)))
