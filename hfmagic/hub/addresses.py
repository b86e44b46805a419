"""The addresses of questions to a Hub's API: path and query. Asks nothing."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlencode, urlsplit

# Of what a listing can expand: baseModels is not among it, a card and the tags name them, too.
FIELDS = (
    "cardData", "config", "createdAt", "downloads", "evalResults", "gated", "lastModified", "library_name", "likes",
    "pipeline_tag", "safetensors", "sha", "siblings", "tags",
)  # fmt: skip
MORE = ("baseModels", "evalResults", "sha")
"""What the API tells of one model only where it is named."""


def search_path(task: str, *, words: str = "", language: str = "", limit: int = 30) -> str:
    """The most downloaded models of a Hub task with safetensors, each with FIELDS."""
    filters = ["safetensors", *([language] if language else [])]
    pairs = [("pipeline_tag", task), *(("filter", f) for f in filters), ("sort", "downloads"), ("limit", str(limit))]
    pairs += [("search", words)] if words else []
    return f"/api/models?{urlencode([*pairs, *(('expand', name) for name in FIELDS)])}"


def info_path(model_id: str, revision: str = "", *, of: str = "models") -> str:
    """A model at a revision, with every file's size and hash and what the Hub's scan says."""
    at = f"/revision/{quote(revision, safe='')}" if revision else ""
    return f"/api/{of}/{quote(model_id)}{at}?blobs=true" + ("&securityStatus=true" if of == "models" else "")


def more_path(model_id: str) -> str:
    """A model with MORE, which cannot be asked together with its files."""
    return f"/api/models/{quote(model_id)}?{urlencode([('expand', name) for name in MORE])}"


def owner_paths(name: str) -> tuple[str, str]:
    """An owner as an organization, and as a user."""
    return f"/api/organizations/{quote(name, safe='')}/overview", f"/api/users/{quote(name, safe='')}/overview"


def without_login(address: str) -> tuple[str, tuple[str, str] | None]:
    """An address without the user and password in it, and those: libraries log the addresses that they ask."""
    parts = urlsplit(address)
    if "@" not in parts.netloc:
        return address, None
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return bare, (unquote(parts.username or ""), unquote(parts.password or ""))


def next_page(link: str, endpoint: str) -> str:
    """Path and query of the next page in a Link header; empty where there is none, or one that leads elsewhere.

    The token goes with it, so that it has to be of the same Hub: RFC 8288, section 3.
    """
    for part in link.split(","):
        address, _, rest = part.strip().partition(">")
        if 'rel="next"' in rest:
            there, here = urlsplit(address.removeprefix("<")), urlsplit(endpoint)
            same = there.hostname == here.hostname and there.port == here.port
            return f"/api/models?{there.query}" if same and there.path.endswith("/api/models") else ""
    return ""
