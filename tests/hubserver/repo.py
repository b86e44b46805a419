"""One repository: its files, commits and refs, with the ids git and LFS would give them."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

# What .gitattributes of a new model repository on the Hub sends to LFS.
LFS_PATTERNS = (
    *("*.safetensors", "*.bin", "*.onnx", "*.pt", "*.pth", "*.h5", "*.gguf", "*.msgpack", "*.npz", "*.zip"),
    "*.parquet",
)
LFS_BYTES = 10 * 1024 * 1024  # git on the Hub takes no larger file
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)


def git_id(kind: str, content: bytes) -> str:
    """The id git gives an object of `kind` ("blob", "tree", "commit")."""
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Blob:
    """The bytes of one file and its ids."""

    content: bytes = field(repr=False)
    lfs: bool

    @property
    def size(self) -> int:
        """Bytes of the content, not of the pointer."""
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        """The id of the content in LFS and on the CDN."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def pointer(self) -> bytes:
        """What git holds of an LFS file."""
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {self.size}\n".encode()

    @cached_property
    def oid(self) -> str:
        """The git id: of the pointer where there is one."""
        return git_id("blob", self.pointer if self.lfs else self.content)

    @property
    def etag(self) -> str:
        """What a client compares: sha256 for LFS, else the git id."""
        return self.sha256 if self.lfs else self.oid


def make_blob(path: str, content: bytes) -> Blob:
    """A blob that is in LFS if its name or size says so."""
    lfs = len(content) > LFS_BYTES or any(fnmatch.fnmatch(path, pattern) for pattern in LFS_PATTERNS)
    return Blob(content, lfs)


@dataclass(frozen=True)
class Commit:
    """A state of the repository. Its sha follows from files, parent, title and date."""

    files: Mapping[str, Blob] = field(repr=False)
    title: str
    date: datetime
    parent: Commit | None = field(default=None, repr=False)

    @cached_property
    def trees(self) -> dict[str, str]:
        """The git id of every folder; "" is the root."""
        children: dict[str, dict[str, tuple[str, str]]] = {"": {}}
        for path, blob in self.files.items():
            folder, _, name = path.rpartition("/")
            children.setdefault(folder, {})[name] = ("100644", blob.oid)
            while folder:
                folder = folder.rpartition("/")[0]
                children.setdefault(folder, {})
        ids: dict[str, str] = {}
        for folder in sorted(children, key=lambda path: (-path.count("/"), path == "")):
            # git sorts a folder as if its name ended in a slash
            rows = sorted(children[folder].items(), key=lambda row: row[0] + "/" * (row[1][0] == "40000"))
            content = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(oid) for name, (mode, oid) in rows)
            ids[folder] = git_id("tree", content)
            if folder:
                parent, _, name = folder.rpartition("/")
                children[parent][name] = ("40000", ids[folder])
        return ids

    @cached_property
    def sha(self) -> str:
        """The git id of the commit."""
        parent = f"parent {self.parent.sha}\n" if self.parent else ""
        who = f"Test Hub <hub@example.org> {int(self.date.timestamp())} +0000"
        text = f"tree {self.trees['']}\n{parent}author {who}\ncommitter {who}\n\n{self.title}\n"
        return git_id("commit", text.encode())

    @property
    def history(self) -> Iterator[Commit]:
        """This commit and those before it, newest first."""
        commit: Commit | None = self
        while commit:
            yield commit
            commit = commit.parent

    def last_change(self, path: str) -> Commit:
        """The commit that gave the file or folder `path` its present content."""
        return next(c for c in self.history if c.parent is None or c.parent.entry_id(path) != c.entry_id(path))

    def entry_id(self, path: str) -> str | None:
        """The git id of a file or folder."""
        return self.files[path].oid if path in self.files else self.trees.get(path)


@dataclass
class Repo:
    """A model repository. Replaced entries, never changed in place, keep reading threads safe."""

    model_id: str
    branches: dict[str, Commit]
    tags: dict[str, Commit] = field(default_factory=dict)
    pull_requests: dict[str, Commit] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    settings: dict[str, object] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)

    @property
    def main(self) -> Commit:
        """The head of the main branch."""
        return self.branches["main"]

    @property
    def commits(self) -> dict[str, Commit]:
        """Every commit that can be reached, by sha."""
        heads = [*self.branches.values(), *self.tags.values(), *self.pull_requests.values()]
        return {c.sha: c for head in heads for c in head.history if c.sha not in self.deleted}

    def at(self, revision: str) -> Commit | None:
        """The commit a branch, tag, `refs/...`, full or short sha names."""
        name = "main" if revision == "HEAD" else revision
        for refs, prefix in ((self.branches, "refs/heads/"), (self.tags, "refs/tags/"), (self.pull_requests, "")):
            if commit := refs.get(name.removeprefix(prefix)):
                return None if commit.sha in self.deleted else commit
        found = [c for sha, c in self.commits.items() if len(name) >= 7 and sha.startswith(name)]
        return found[0] if len(found) == 1 else None

    def change(self, changes: Mapping[str, bytes | None], title: str, branch: str = "main") -> Commit:
        """Commit new contents (None deletes the path) on `branch`."""
        refs = self.pull_requests if branch.startswith("refs/pr/") else self.branches
        parent = refs.get(branch) or self.main
        files = dict(parent.files)
        for path, content in changes.items():
            if content is None:
                del files[path]
            else:
                files[path] = make_blob(path, content)
        commit = Commit(files, title, parent.date + timedelta(days=1), parent)
        refs[branch] = commit
        return commit


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of `folder` by their path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def new_repo(model_id: str, contents: Mapping[str, bytes]) -> Repo:
    """A repository of one commit."""
    files = {path: make_blob(path, contents[path]) for path in sorted(contents)}
    return Repo(model_id, {"main": Commit(files, "initial commit", FIRST_DAY)})
