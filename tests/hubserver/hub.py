"""The door: repositories by name, two origins, tokens, faults, and the log."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from . import routes
from .faults import Faults
from .files import from_cdn
from .message import Answer, Request
from .repo import Blob, Repo, new_repo, read_folder
from .server import Origin

SETTINGS = "hub.json"  # in the root: what is set on the Hub and not in a repository (downloads, likes, gated, ...)


class TestHub:
    """A Hub over the folders root/<org>/<name>/. Use it in a `with` statement.

    Attributes:
        url: the main origin; cdn: the origin of LFS files.
        faults: what goes wrong, see faults.py.
        tokens: user by token; any other token is refused.
        needs_token: refuse anonymous requests.
        verified: organizations whose name the Hub has checked; users: owners that are no organizations.
        page_size: models in a page of the listing at most.
        resolve_cache: send small files by way of /api/resolve-cache with a 307, as the Hub does today.
    """

    __test__ = False  # pytest: not a class of tests

    def __init__(self, root: Path | None = None) -> None:
        self.repos: dict[str, Repo] = {}
        self.renamed: dict[str, str] = {}
        self.tokens: dict[str, str] = {"hf_reader": "reader", "hf_stranger": "stranger"}
        self.needs_token = False
        self.verified: set[str] = set()
        self.users: set[str] = set()
        self.page_size = 1000
        self.resolve_cache = False
        self.faults = Faults()
        self._log: list[Request] = []
        self._lock = threading.Lock()
        self._hub = Origin("hub", lambda request: routes.answer(self, request), self.faults, self._note)
        self._cdn = Origin("cdn", self._from_cdn, self.faults, self._note)
        self.url, self.cdn = self._hub.url, self._cdn.url
        if root:
            self._read(root)

    def __enter__(self) -> TestHub:
        self._hub.start()
        self._cdn.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._hub.close()
        self._cdn.close()

    @property
    def owners(self) -> dict[str, int]:
        """Who has models here, and how many."""
        return dict(Counter(name.partition("/")[0] for name in self.repos if not name.startswith("datasets/")))

    @property
    def log(self) -> list[Request]:
        """The requests so far, in order of their answers."""
        with self._lock:
            return list(self._log)

    def log_clear(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self._log.clear()

    def add(
        self,
        model_id: str,
        folder: Path | Mapping[str, bytes],
        *,
        downloads: int = 0,
        likes: int = 0,
        gated: bool | str = False,
        private: bool = False,
        pipeline_tag: str | None = None,
        tags: Sequence[str] = (),
        readers: Sequence[str] = ("hf_reader",),
        **fields: Any,
    ) -> str:
        """Put files on the Hub as `model_id`, and give the sha of the commit.

        Args:
            folder: its files, or {path: content}.
            gated: True is "auto"; or "manual".
            pipeline_tag: instead of the card's.
            tags: besides those of the card.
            readers: tokens that may read it when it is gated or private.
            fields: any other field of the model's JSON, such as library_name or trendingScore, as it shall appear.
        """
        repo = new_repo(model_id, read_folder(folder) if isinstance(folder, Path) else folder)
        repo.readers = set(readers)
        gate = "auto" if gated is True else gated
        repo.settings = {"downloads": downloads, "likes": likes, "gated": gate, "private": private, **fields}
        repo.settings |= {"pipeline_tag": pipeline_tag, "tags": list(tags)}
        self.repos = {**self.repos, model_id: repo}
        return repo.main.sha

    def commit(
        self, model_id: str, changes: Mapping[str, bytes | None], *, title: str = "Update", branch: str = "main"
    ) -> str:
        """Commit new contents (None deletes the path) and give the new sha. The old commit stays.

        Args:
            branch: one that is not there yet, or "refs/pr/1", begins at main.
        """
        return self.repos[model_id].change(changes, title, branch).sha

    def tag(self, model_id: str, name: str, revision: str = "main") -> None:
        """Name a commit."""
        repo = self.repos[model_id]
        repo.tags = {**repo.tags, name: repo.commits[self.sha(model_id, revision)]}

    def sha(self, model_id: str, revision: str = "main") -> str:
        """The full sha of a revision."""
        commit = self.repos[model_id].at(revision)
        if commit is None:
            raise KeyError(f"{model_id} has no revision {revision}")
        return commit.sha

    def grant(self, model_id: str, token: str, user: str = "reader") -> None:
        """Let `token` read a gated or private repository."""
        self.tokens = {**self.tokens, token: user}
        self.repos[model_id].readers.add(token)

    def rename(self, old: str, new: str) -> None:
        """Move a repository; the old name answers with 307."""
        repos = dict(self.repos)
        repo = repos.pop(old)
        repo.model_id = new
        self.repos, self.renamed = {**repos, new: repo}, {**self.renamed, old: new}

    def delete_revision(self, model_id: str, revision: str) -> None:
        """Make a branch, tag or sha unknown, as after a squashed history."""
        repo = self.repos[model_id]
        if revision in repo.tags:
            repo.tags = {name: c for name, c in repo.tags.items() if name != revision}
        elif revision in repo.branches and revision != "main":
            repo.branches = {name: c for name, c in repo.branches.items() if name != revision}
        else:
            repo.deleted = {*repo.deleted, self.sha(model_id, revision)}

    def remove(self, model_id: str) -> None:
        """Delete a repository."""
        self.repos = {name: repo for name, repo in self.repos.items() if name != model_id}

    def _read(self, root: Path) -> None:
        settings = json.loads((root / SETTINGS).read_text()) if (root / SETTINGS).exists() else {}
        for folder in sorted(p for p in root.glob("*/*") if p.is_dir()):
            model_id = folder.relative_to(root).as_posix()
            self.add(model_id, folder, **settings.get(model_id, {}))

    def _from_cdn(self, request: Request) -> Answer:
        blobs: dict[str, Blob] = {}
        for repo in self.repos.values():
            for commit in repo.commits.values():
                blobs |= {blob.sha256: blob for blob in commit.files.values() if blob.lfs}
        return from_cdn(blobs, request)

    def _note(self, request: Request) -> None:
        with self._lock:
            self._log.append(request)
