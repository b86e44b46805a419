"""Answer /api/models/{id}/...: what a repository holds, seen from one commit."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from . import card
from .files import entry
from .listing import chosen
from .message import Answer, HubError, Request, as_json
from .repo import Commit, Repo

PAGE, EXPANDED_PAGE = 1000, 50  # rows of a tree page, as the Hub has them


def info(repo: Repo, commit: Commit, request: Request) -> Answer:
    """GET /api/models/{id}[/revision/{rev}]."""
    facts = card.describe(repo, commit, blobs=request.flag("blobs"))
    try:
        shown = chosen(facts, request.params, listed=False)
    except ValueError as error:
        raise HubError(400, None, str(error)) from None
    if request.flag("securityStatus"):
        shown["securityRepoStatus"] = repo.settings.get("security") or {"scansDone": True, "filesWithIssues": []}
    return as_json(shown)


def tree(repo: Repo, commit: Commit, path: str, request: Request, url: str) -> Answer:
    """GET /api/models/{id}/tree/{rev}[/path]: folders first seen, then files, all in order of path."""
    folder = path.strip("/")
    if folder not in commit.trees:
        raise HubError(404, "EntryNotFound", f"{folder} does not exist on {commit.sha}", {"X-Repo-Commit": commit.sha})
    prefix = f"{folder}/" if folder else ""
    paths = [p for p in sorted({*commit.files, *commit.trees} - {""}) if p.startswith(prefix)]
    if not request.flag("recursive"):
        paths = [p for p in paths if "/" not in p[len(prefix) :]]
    expand = request.flag("expand")
    rows = [row(commit, p, expand=expand) for p in paths]
    return page(rows, request, url, EXPANDED_PAGE if expand else PAGE)


def row(commit: Commit, path: str, *, expand: bool) -> dict[str, Any]:
    """A file or folder of a tree."""
    blob = commit.files.get(path)
    shown: dict[str, Any] = {"type": "directory", "oid": commit.trees.get(path), "size": 0, "path": path}
    if blob:
        shown = {"type": "file", "oid": blob.oid, "size": blob.size, "path": path}
        if blob.lfs:
            shown["lfs"] = {"oid": blob.sha256, "size": blob.size, "pointerSize": len(blob.pointer)}
    if expand:
        last = commit.last_change(path)
        shown["lastCommit"] = {"id": last.sha, "title": last.title, "date": card.as_time(last.date)}
        if blob:
            scan = {"status": "safe", "message": "No issue found"}
            shown["securityFileStatus"] = {"status": "safe", "avScan": scan, "pickleImportScan": None}
    return shown


def paths_info(repo: Repo, commit: Commit, request: Request) -> Answer:
    """POST /api/models/{id}/paths-info/{rev}, as a form (Python) or JSON (npm); unknown paths are left out."""
    if request.content_type.startswith("application/json"):
        asked = json.loads(request.body)
        paths, expand = asked["paths"], bool(asked.get("expand"))
    else:
        form = parse_qs(request.body.decode())
        paths, expand = form.get("paths", []), form.get("expand", ["false"])[-1].lower() == "true"
    known = [p.strip("/") for p in paths if p.strip("/") in commit.files or p.strip("/") in commit.trees]
    return as_json([row(commit, p, expand=expand) for p in known])


def refs(repo: Repo, request: Request) -> Answer:
    """GET /api/models/{id}/refs."""

    def rows(named: dict[str, Commit], prefix: str) -> list[dict[str, str]]:
        return [{"name": n, "ref": prefix + n, "targetCommit": c.sha} for n, c in named.items()]

    found: dict[str, Any] = {"branches": rows(repo.branches, "refs/heads/"), "tags": rows(repo.tags, "refs/tags/")}
    found["converts"] = []
    if request.flag("include_prs"):
        found["pullRequests"] = rows(repo.pull_requests, "")
    return as_json(found)


def commits(repo: Repo, commit: Commit, request: Request, url: str) -> Answer:
    """GET /api/models/{id}/commits/{rev}, newest first."""
    formatted = "formatted" in request.params.get("expand", [])
    rows = []
    for made in commit.history:
        shown: dict[str, Any] = {"id": made.sha, "title": made.title, "message": "", "date": card.as_time(made.date)}
        shown["authors"] = [{"user": repo.model_id.partition("/")[0], "avatar": "/avatars/tiny.svg"}]
        if formatted:
            shown["formatted"] = {"title": made.title, "message": ""}
        rows.append(shown)
    answer = page(rows, request, url, PAGE)
    return Answer(answer.status, answer.body, {**answer.headers, "X-Total-Count": str(len(rows))})


def safetensors_metadata(commit: Commit, path: str) -> Answer:
    """GET /api/models/{id}/safetensors-metadata/{index}: every shard's header at once."""
    index = json.loads(entry(commit, path).content)
    folder = path.rpartition("/")[0]
    names = sorted(set(index.get("weight_map", {}).values()))
    headers = {}
    for name in names:
        shard = entry(commit, f"{folder}/{name}" if folder else name)
        try:
            headers[name] = card.safetensors_header(shard.content)
        except ValueError:
            raise HubError(400, None, f"{name} has no safetensors header") from None
    return as_json({"index": {"metadata": index.get("metadata", {})}, "headers": headers})


def page(rows: list[Any], request: Request, url: str, most: int) -> Answer:
    """One page of `rows`, with the link to the next; the cursor is the row it begins with."""
    params = request.params
    asked = params.get("limit", [str(most)])[-1]
    if not asked.isdigit() or asked == "0":
        raise HubError(400, None, f"invalid limit: {asked!r}")
    size = min(int(asked), most)
    start = int(params.get("cursor", ["0"])[-1])
    headers = {}
    if start + size < len(rows):
        kept = "&".join(part for part in request.query.split("&") if part and not part.startswith("cursor="))
        following = f"{url}{request.path}?{kept + '&' if kept else ''}cursor={start + size}"
        headers["Link"] = f'<{following}>; rel="next"'
    return as_json(rows[start : start + size], headers=headers)
