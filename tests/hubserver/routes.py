"""Which function answers which path of the main origin."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from . import api, card, files
from .access import check_files, no_repo, sees, user_of
from .listing import chosen, find
from .message import Answer, HubError, Request, as_json, tagged
from .repo import Commit, Repo

if TYPE_CHECKING:
    from .hub import TestHub

Route = Callable[["TestHub", Request, re.Match[str]], Answer]
ID = r"(?P<id>[^/]+/[^/]+)"
DATASET = r"(?P<of>datasets/)(?P<id>[^/]+/[^/]+)"
REV = r"(?P<rev>[^/]+)"
PATH = r"(?P<path>.+)"
# An id without an owner is an old name: renamed, or unknown like any other.
BARE_ID = r"(?P<id>[^/]+)"


def answer(hub: TestHub, request: Request) -> Answer:
    """The answer of the main origin."""
    try:
        user = user_of(hub.tokens, request)
        if user is None and hub.needs_token:
            raise HubError(401, None, "Please log in.")
        for pattern, route in ROUTES:
            if match := pattern.fullmatch(f"{'POST' if request.method == 'POST' else 'GET'} {request.path}"):
                return tagged(route(hub, request, match), request)
        raise HubError(404, None, "Sorry, we can't find the page you are looking for.")
    except HubError as error:
        return error.answer()


def name_of(match: re.Match[str]) -> str:
    """The name under which a repository is added: that of a data set begins with "datasets/"."""
    return f"{match.groupdict().get('of') or ''}{unquote(match['id'])}"


def repo_of(hub: TestHub, request: Request, match: re.Match[str]) -> Repo:
    """Raises: HubError: no such repository for the sender."""
    repo = hub.repos.get(name_of(match))
    if repo is None or not sees(repo, request):
        raise no_repo(user_of(hub.tokens, request))
    return repo


def commit_of(repo: Repo, revision: str) -> Commit:
    """Raises: HubError: no such revision."""
    if commit := repo.at(revision):
        return commit
    raise HubError(404, "RevisionNotFound", f"Invalid rev id: {revision}")


def asked_for(hub: TestHub, request: Request, match: re.Match[str]) -> tuple[Repo, Commit]:
    """The repository and commit of a path; without a revision the head of main."""
    repo = repo_of(hub, request, match)
    return repo, commit_of(repo, unquote(match.groupdict().get("rev") or "main"))


def models(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    """GET /api/models."""
    there = [repo for name, repo in list(hub.repos.items()) if not name.startswith("datasets/")]
    seen = [card.describe(repo, repo.main) for repo in there if sees(repo, request)]
    try:
        found = find(seen, request.params)
        rows = [chosen(facts, request.params, listed=True) for facts in found]
    except ValueError as error:
        raise HubError(400, None, str(error)) from None
    return api.page(rows, request, hub.url, hub.page_size)


def info(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    repo, commit = asked_for(hub, request, match)
    return api.info(repo, commit, request)


def tree(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    repo, commit = asked_for(hub, request, match)
    return api.tree(repo, commit, unquote(match["path"] or ""), request, hub.url)


def paths_info(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    repo, commit = asked_for(hub, request, match)
    return api.paths_info(repo, commit, request)


def refs(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    return api.refs(repo_of(hub, request, match), request)


def commits(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    repo, commit = asked_for(hub, request, match)
    return api.commits(repo, commit, request, hub.url)


def auth_check(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    check_files(repo_of(hub, request, match), request)
    return as_json({})


def safetensors_metadata(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    repo, commit = asked_for(hub, request, match)
    check_files(repo, request)
    return api.safetensors_metadata(commit, unquote(match["path"]))


def resolve(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    repo, commit = asked_for(hub, request, match)
    check_files(repo, request)
    path = unquote(match["path"])
    cached = request.path.startswith("/api/resolve-cache/")
    if hub.resolve_cache and not cached and not files.entry(commit, path).lfs:
        return files.to_resolve_cache(repo, commit, path)
    return files.resolve(repo, commit, path, request, hub.cdn)


def raw(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    repo, commit = asked_for(hub, request, match)
    check_files(repo, request)
    return files.raw(commit, unquote(match["path"]), request)


def renamed(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    """307 from an old name to the new one, wherever it stands in the path."""
    new = hub.renamed.get(unquote(match["id"]))
    if new is None:
        raise no_repo(user_of(hub.tokens, request))
    path = request.path[: match.start("id") - len("GET ")] + new + request.path[match.end("id") - len("GET ") :]
    location = hub.url + path + (f"?{request.query}" if request.query else "")
    return Answer(307, f"Temporary Redirect. Redirecting to {location}".encode(), {"Location": location})


def whoami(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    user = user_of(hub.tokens, request)
    if user is None:
        raise HubError(401, None, "Invalid username or password.")
    token = {"displayName": "tests", "role": "read", "createdAt": "2025-01-01T00:00:00.000Z"}
    shown = {"type": "user", "id": "5" * 24, "name": user, "fullname": user, "email": f"{user}@example.org"}
    more = {"emailVerified": True, "isPro": False, "canPay": False, "periodEnd": None, "avatarUrl": "/avatars/tiny.svg"}
    return as_json({**shown, **more, "orgs": [], "auth": {"type": "access_token", "accessToken": token}})


def organization(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    """GET /api/organizations/{name}/overview: every owner that is no user, as far as the settings tell."""
    name = unquote(match["name"])
    if name in hub.users or name not in hub.owners:
        raise HubError(404, None, "Organization not found")
    shown = {"name": name, "fullname": name, "avatarUrl": "/avatars/tiny.svg", "type": "org"}
    return as_json({**shown, "isVerified": name in hub.verified, "numModels": hub.owners[name]})


def user(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    """GET /api/users/{name}/overview."""
    name = unquote(match["name"])
    if name not in hub.users:
        raise HubError(404, None, "User not found")
    return as_json({"user": name, "fullname": name, "avatarUrl": "/avatars/tiny.svg", "type": "user", "isPro": False})


def harnesses(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    return as_json({"standardEnvVars": [], "harnesses": {}})


def nothing(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
    return Answer()


def either(route: Route) -> Route:
    """`route` for a repository that is there; a 307 for one that has another name now."""

    def routed(hub: TestHub, request: Request, match: re.Match[str]) -> Answer:
        known = name_of(match) in hub.repos
        return (route if known else renamed)(hub, request, match)

    return routed


# In order: the first that fits answers. HEAD goes the way of GET.
TABLE: tuple[tuple[str, Route], ...] = (
    (r"GET /api/models", models),
    (r"GET /api/whoami-v2", whoami),
    (r"GET /api/organizations/(?P<name>[^/]+)/overview", organization),
    (r"GET /api/users/(?P<name>[^/]+)/overview", user),
    (r"GET /api/agent-harnesses", harnesses),
    (r"GET /api/telemetry/.*", nothing),
    (rf"GET /api/resolve-cache/models/{ID}/{REV}/{PATH}", either(resolve)),
    (rf"GET /api/models/{ID}", either(info)),
    (rf"GET /api/models/{ID}/revision/{REV}", either(info)),
    (rf"GET /api/models/{ID}/tree/{REV}(?:/(?P<path>.*))?", either(tree)),
    (rf"POST /api/models/{ID}/paths-info/{REV}", either(paths_info)),
    (rf"GET /api/models/{ID}/refs", either(refs)),
    (rf"GET /api/models/{ID}/commits/{REV}", either(commits)),
    (rf"GET /api/models/{ID}/auth-check", either(auth_check)),
    (rf"GET /api/models/{ID}/safetensors-metadata/{PATH}", either(safetensors_metadata)),
    (rf"GET /{ID}/resolve/{REV}/{PATH}", either(resolve)),
    (rf"GET /{DATASET}/resolve/{REV}/{PATH}", either(resolve)),
    (rf"GET /api/{DATASET}(?:/revision/{REV})?", either(info)),
    (rf"GET /api/{DATASET}/tree/{REV}(?:/(?P<path>.*))?", either(tree)),
    (rf"POST /api/{DATASET}/paths-info/{REV}", either(paths_info)),
    (rf"GET /api/{DATASET}/refs", either(refs)),
    (rf"GET /{ID}/raw/{REV}/{PATH}", either(raw)),
    (rf"GET /api/models/{BARE_ID}(?:/.*)?", renamed),
    (rf"GET /{BARE_ID}/(?:resolve|raw)/.*", renamed),
)
ROUTES = [(re.compile(pattern), route) for pattern, route in TABLE]
