"""The models of a task that are downloaded most, kept on disk and renewed behind, so that a search asks nobody.

One SQLite file of a user's kernels: the API's JSON of each model, by Hub, task and place in the list. What cannot be
read is no listing, and is begun anew.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import HFMagicError
from .answers import answer_key
from .client import HubClient, is_model

FRESH_SECONDS = 86_400.0  # a listing is renewed once a day
KEPT_SECONDS = 30 * FRESH_SECONDS  # a listing that nobody has asked for since
RETRY_SECONDS = 3_600.0  # after one that failed, or while another kernel may be at it
_NEEDED = (".safetensors", ".safetensors.index.json", "modules.json", "model_index.json", "config.json")
_LEFT_OUT = frozenset({"tokenizer_config", "processor_config", "chat_template_jinja", "widget"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}|multilingual")
_TABLES = """
create table if not exists listings (
    place text, task text, at real, tried real, size integer, primary key (place, task)
) without rowid;
create table if not exists names (
    place text, task text, rank integer, name text, languages text, primary key (place, task, rank)
) without rowid;
create table if not exists models (
    place text, task text, rank integer, item text, primary key (place, task, rank)
) without rowid;
"""


class Catalog:
    """The listings of a machine. Several kernels may use it at once; a file that cannot be written lists nothing.

    Args:
        most: models a task.
    """

    def __init__(self, path: Path, most: int = 1000) -> None:
        self.path, self.most = path, most
        self._asked: set[tuple[str, str]] = set()  # place and task: one renewal each for a kernel
        self._lock = threading.Lock()

    def at(self, hub: HubClient, task: str) -> float:
        """When a task was listed (seconds since 1970); 0 for one that was not."""
        rows = self._rows("select at from listings where place = ? and task = ?", (_place(hub), task))
        return float(rows[0][0] or 0.0) if rows else 0.0

    def search(
        self, hub: HubClient, task: str, *, words: str = "", language: str = "", limit: int = 30
    ) -> list[dict[str, Any]] | None:
        """What `HubClient.search` gives, from the listing; None where it lists no such model and the Hub may."""
        place = _place(hub)
        sizes = self._rows("select size from listings where place = ? and task = ? and at > 0", (place, task))
        if not sizes:
            return None
        named = [*words.lower().split(), *([] if not language else [f" {language.lower()} "])]
        where = " and instr(name, ?)" * len(words.split()) + (" and instr(languages, ?)" if language else "")
        ranks = f"select rank from names where place = ? and task = ?{where} order by rank limit ?"  # noqa: S608
        rows = self._rows(
            f"select item from models where place = ? and task = ? and rank in ({ranks}) order by rank",  # noqa: S608
            (place, task, place, task, *named, limit),
        )
        whole = sizes[0][0] < self.most
        try:
            found = [item for row in rows if isinstance(item := json.loads(row[0]), dict)]
        except (ValueError, RecursionError):  # someone has written to the file
            return None
        return found if whole or rows else None

    def keep(self, hub: HubClient, task: str, items: Sequence[Mapping[str, Any]]) -> None:
        """List a task anew. Raises: sqlite3.Error, OSError."""
        place, now = _place(hub), time.time()
        models = [(place, task, rank, item) for rank, item in enumerate(i for i in items if is_model(i))]
        with self._open() as base:
            old = base.execute("select place, task from listings where tried < ?", (now - KEPT_SECONDS,)).fetchall()
            for table in ("names", "models"):
                gone = f"delete from {table} where place = ? and task = ?"  # noqa: S608
                base.executemany(gone, [(place, task), *old])
            base.executemany("delete from listings where place = ? and task = ?", old)
            base.executemany("insert into names values (?, ?, ?, ?, ?)", ((*m[:3], *_names(m[3])) for m in models))
            base.executemany(
                "insert into models values (?, ?, ?, ?)", ((*m[:3], json.dumps(_kept(m[3]))) for m in models)
            )
            base.execute("replace into listings values (?, ?, ?, ?, ?)", (place, task, now, now, len(items)))

    def renew(self, hub: HubClient, task: str) -> threading.Thread | None:
        """List a task behind, where its listing is older than a day and nobody is at it; the thread that does."""
        key = (_place(hub), task)
        with self._lock:
            if hub.offline or key in self._asked:
                return None
            self._asked.add(key)
        if 0 <= time.time() - self.at(hub, task) < FRESH_SECONDS:  # one of tomorrow is renewed: the clock was wrong
            return None
        thread = threading.Thread(target=self._renew, args=(hub, task), daemon=True, name=f"listing {task}")
        thread.start()
        return thread

    def _renew(self, hub: HubClient, task: str) -> None:
        # Whatever goes wrong behind a cell is no concern of the cell: it asks the Hub as before.
        with contextlib.suppress(HFMagicError, sqlite3.Error, OSError, ValueError):
            if self._claimed(hub, task):
                self.keep(hub, task, hub.listing(task, self.most))

    def _claimed(self, hub: HubClient, task: str) -> bool:
        """True for the first kernel in a while that wants to list a task."""
        with self._open() as base:
            base.execute("insert or ignore into listings values (?, ?, 0, 0, 0)", (_place(hub), task))
            now = time.time()  # now that others wait: read before, it could lie before what another has just written
            changed = base.execute(
                "update listings set tried = ? where place = ? and task = ? and (tried > ? or tried < ?)",
                (now, _place(hub), task, now, now - RETRY_SECONDS),
            )
            return changed.rowcount == 1

    def _rows(self, question: str, values: Sequence[Any]) -> list[Any]:
        """What the file says; nothing where it cannot be read, and a damaged one is deleted."""
        if not self.path.is_file():
            return []
        try:
            with self._open(make=False) as base:
                return base.execute(question, values).fetchall()
        except sqlite3.OperationalError:  # locked, or it may not be written
            return []
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError):
                self.path.unlink()
        except OSError:
            pass
        return []

    @contextlib.contextmanager
    def _open(self, *, make: bool = True) -> Iterator[sqlite3.Connection]:
        """A connection for one transaction. Raises: sqlite3.Error, OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        base = sqlite3.connect(self.path, timeout=2.0)
        try:
            if make:
                self.path.chmod(0o600)
                base.executescript(_TABLES)
            with base:
                yield base
        finally:
            base.close()


def _place(hub: HubClient) -> str:
    """One Hub as one user sees it: another may see other models. Holds no token."""
    return answer_key(hub.endpoint, "listing", hub.token)


def _names(item: Mapping[str, Any]) -> tuple[str, str]:
    """What a model is found by: its name and its languages, in lower case."""
    card, tags = item.get("cardData"), item.get("tags")
    language = card.get("language") if isinstance(card, Mapping) else None
    spoken = [*(tags if isinstance(tags, list) else []), *(language if isinstance(language, list) else [language])]
    languages = " ".join(dict.fromkeys(x.lower() for x in spoken if isinstance(x, str) and _LANGUAGE.fullmatch(x)))
    return str(item["id"]).lower(), f" {languages} "


def _kept(item: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a model: without what is long and says nothing of it (chat templates, examples, other files)."""
    card, config, files = item.get("cardData"), item.get("config"), item.get("siblings")
    kept = dict(item)
    if isinstance(card, Mapping):
        kept["cardData"] = {k: v for k, v in card.items() if k not in _LEFT_OUT}
    if isinstance(config, Mapping):
        kept["config"] = {k: v for k, v in config.items() if k not in _LEFT_OUT}
    if isinstance(files, list):
        named = (f for f in files if isinstance(f, Mapping))
        kept["siblings"] = [f for f in named if str(f.get("rfilename")).endswith(_NEEDED)]
    return kept
